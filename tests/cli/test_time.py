"""Time: frames where the source has them, cuts to the frame, picture and sound together to the end."""
import array
import os
import subprocess

import support

# A picture whose brightness counts the frames: 16, 18, 20 …
NUMBERED = "color=black:size=64x64:rate=%s:duration=%s,format=yuv420p,geq=lum='16+2*mod(N,100)':cb=128:cr=128"
CODED = ['-c:v', 'libx264', '-qp', '2', '-bf', '3', '-g', '30', '-pix_fmt', 'yuv420p']


def frames(path):
    """(time in seconds, number) of every frame, in the order in which a decoder gives them."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-copyts', '-i', 'file:' + path, '-map', '0:v', '-vf',
                           'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-', '-vsync', '0', '-f', 'null', '-'], check=True,
                          capture_output=True, timeout=support.TIMEOUT)
    result, time = [], 0
    for line in done.stdout.decode().splitlines():
        if line.startswith('frame:'):
            time = float(line.split('pts_time:')[1])
        else:
            result.append((time, round((float(line.split('=')[1]) - 16) / 2)))
    return result


def first_light(path):
    """When the picture becomes bright."""
    return next(time for time, number in frames(path) if number > 60)


def first_sound(path, rate=48000):
    """When the sound becomes loud, on the clock of the picture; to the sample."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-copyts', '-i', 'file:' + path, '-map', '0:a:0', '-af',
                           'aresample=%d:async=1:first_pts=0' % rate, '-ac', '1', '-f', 's16le', '-'], check=True, capture_output=True,
                          timeout=support.TIMEOUT)
    values = array.array('h', done.stdout)
    return next(index for index, value in enumerate(values) if abs(value) > 2000) / rate


class Time(support.CliTest):
    def export(self, source, specs, *args):
        options = [word for spec in specs for word in ('--output', spec)]
        document = self.run_json('export', source, '-d', self.out, *options, '--speed', 'ultrafast', *args)
        for export in document['exports']:
            self.assertEqual((export['status'], export['error']), ('completed', None))
            self.assertTrue(export['certificate']['passed'], export['certificate'])
        return [export['output_files'][0] for export in document['exports']]

    def make(self, name, *options):
        path = os.path.join(self.root, name)
        support.ffmpeg(*options, path)
        return path

    def make_numbered(self, name='numbered.mp4', rate='25', seconds=3, chain='null', extra=()):
        return self.make(name, '-f', 'lavfi', '-i', NUMBERED % (rate, seconds) + ',' + chain, *CODED, *extra)

    def assert_times(self, found, wanted, delta=0.0011):
        self.assertEqual([number for _, number in found], [number for _, number in wanted])
        for (time, _), (other, _) in zip(found, wanted):
            self.assertAlmostEqual(time, other, delta=delta)


class Rates(Time):
    UNEVEN = "select='not(eq(mod(n,3),1))*not(between(n,20,33))'"

    def test_uneven_times_are_kept(self):
        source = self.make_numbered('uneven.mkv', chain=self.UNEVEN, extra=('-vsync', 'vfr'))
        wanted = frames(source)
        self.assertLess(len(wanted), 45)
        for path in self.export(source, ['codec=h264', 'codec=h264,container=mkv', 'codec=vp9', 'codec=h265']):
            with self.subTest(path):
                self.assert_times(frames(path), wanted)

    def test_exact_grid_where_a_platform_wants_it(self):
        """Every tick shows the frame that the source shows then."""
        source = self.make_numbered('uneven.mkv', seconds=4, chain=self.UNEVEN, extra=('-vsync', 'vfr'))
        wanted = frames(source)
        for spec in ('platform=facebook-reels,crf=4,resolution=540x960,fit=crop', 'codec=h264,crf=4,fps=25'):
            path, = self.export(source, [spec])
            found = frames(path)
            rate = support.stream(support.ffprobe(path), 'video')['avg_frame_rate']
            numerator, denominator = map(int, rate.split('/'))
            step = denominator / numerator
            with self.subTest(spec):
                self.assertEqual(support.stream(support.ffprobe(path), 'video')['r_frame_rate'], rate)
                for index, (time, number) in enumerate(found):
                    self.assertAlmostEqual(time, index * step, delta=1e-4)
                    shown = {other for start, other in wanted if start <= time + step / 2 + 1e-6}
                    self.assertIn(number, sorted(shown)[-2:])

    def test_rational_rates(self):
        for rate in ('24000/1001', '30000/1001', '60000/1001'):
            source = self.make_numbered(rate=rate, seconds=2)
            for path in self.export(source, ['codec=h264', 'codec=h264,container=mkv', 'codec=prores', 'platform=youtube']):
                with self.subTest(path=path, rate=rate):
                    video = support.stream(support.ffprobe(path), 'video')
                    found, wanted = (int(a) / int(b) for a, b in (text.split('/') for text in (video['r_frame_rate'], rate)))
                    # Matroska has the length of a frame in nanoseconds.
                    self.assertAlmostEqual(found, wanted, delta=1e-4 if path.endswith('.mkv') else 1e-9)
                    self.assertEqual(int(video['nb_read_frames']), len(frames(source)))

    def test_reduction(self):
        source = self.make_numbered(rate='50', seconds=1)
        half, third = self.export(source, ['codec=h264,crf=4,fps=25', 'codec=h264,crf=4,fps=50/3'])
        self.assertEqual([number for _, number in frames(half)], list(range(0, 50, 2)))
        numbers = [number for _, number in frames(third)]
        self.assertEqual(numbers, list(range(numbers[0], 50, 3)))

    def test_a_still_end_lasts_until_the_cut(self):
        source = self.make_numbered('gap.mp4', seconds=2, chain="setpts='PTS+gte(N,25)*2/TB'", extra=('-vsync', 'vfr'))
        specs = ['codec=h264,speed=medium', 'codec=h264,profile=baseline', 'codec=h265', 'codec=vp9']
        for spec, path in zip(specs, self.export(source, specs, '--end', '2.5')):
            with self.subTest(spec):
                facts = support.ffprobe(path)
                self.assertAlmostEqual(float(support.stream(facts, 'video').get('duration', facts['format']['duration'])), 2.5, delta=0.05)
                self.assertEqual(len(frames(path)), 25)

    def test_a_last_frame_of_unknown_length(self):
        """Matroska of varying rate does not say how long frames last; a cut before a long gap is the worst."""
        source = self.make_numbered('uneven.mkv', chain="setpts='PTS+gte(N,5)*0.3/TB+mod(N,2)*0.01/TB'", extra=('-vsync', 'vfr'))
        for end in ('0.4', '1'):
            self.export(source, ['codec=h264', 'codec=vp9'], '--end', end)


class Cuts(Time):
    def test_to_the_frame(self):
        """Each output has its own part; none begins or ends at a keyframe."""
        source = self.make_numbered()
        parts = [(0.4, 1.2), (1.52, 2.0), (0, 0.2), (2.6, 3)]
        specs = ['codec=%s,start=%s,end=%s' % (codec, *part) for part in parts for codec in ('h264', 'vp9')]
        for spec, path, (start, end) in zip(specs, self.export(source, specs), [part for part in parts for _ in range(2)]):
            with self.subTest(spec):
                found = frames(path)
                self.assertEqual([number for _, number in found], list(range(round(start * 25), round(end * 25))))
                self.assertAlmostEqual(found[0][0], 0, delta=0.001)

    def test_between_frames(self):
        """The frame that is on the screen at the cut is the first."""
        path, = self.export(self.make_numbered(), ['codec=h264,start=1.01,end=2.01'])
        numbers = [number for _, number in frames(path)]
        self.assertIn(numbers[0], (25, 26))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 25)))


class Together(Time):
    """A flash and a tone at one moment stay together."""

    LIGHT = "color=black:size=96x64:rate=%s:duration=%g,drawbox=color=white:t=fill:enable='gte(t,%g)'"
    TONE = "aevalsrc=exprs='0.9*sin(2*PI*1000*t)*gte(t,%g)':s=%d:d=%g"

    def make_flash(self, name, moment=1, seconds=2, rate='25', samples=44100, extra=()):
        return self.make(name, '-f', 'lavfi', '-i', self.LIGHT % (rate, seconds, moment), '-f', 'lavfi', '-i',
                         self.TONE % (moment, samples, seconds), '-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-c:a', 'aac', *extra)

    @staticmethod
    def get_lag(path):
        """How much later the sound is than the picture."""
        return first_sound(path) - first_light(path)

    def test_awkward_sources(self):
        """As far apart as they are in the source, also at a cut that lies between two frames."""
        sources = {
            'shifted.mkv': ('-output_ts_offset', '3600'), 'shifted.ts': ('-output_ts_offset', '12'),
            'fragments.mp4': ('-movflags', '+frag_keyframe+delay_moov'), 'film.mov': ('-r', '24000/1001'),
            'uneven.mkv': ('-vf', "select='not(eq(mod(n,5),2))'", '-vsync', 'vfr'),
        }
        specs = ['codec=h264', 'platform=youtube', 'codec=h264,container=mkv,start=0.37', 'codec=h264,end=1.6,fps=30']
        for name, extra in sources.items():
            source = self.make_flash(name, extra=extra)
            wanted = self.get_lag(source)
            for spec, path in zip(specs, self.export(source, specs)):
                with self.subTest(source=name, output=spec):
                    # A grid of other ticks than the source's shows the flash up to half a tick off.
                    self.assertAlmostEqual(self.get_lag(path), wanted, delta=0.01 if 'fps' not in spec else 0.017)

    def test_half_an_hour(self):
        """At a rate that no clock divides: nothing drifts, on the source's own grid and on another."""
        source = self.make_flash('long.mkv', moment=1790, seconds=1800, rate='1001/1000', samples=8000, extra=('-c:a', 'flac'))
        wanted = first_light(source)
        self.assertAlmostEqual(wanted, 1790, delta=3)
        for spec, path in zip(('same', 'other'), self.export(source, ['codec=h264,audio-codec=flac', 'codec=h264,audio-codec=flac,fps=1.25,container=mkv'])):
            with self.subTest(spec):
                self.assertAlmostEqual(first_sound(path, 8000), first_sound(source, 8000), delta=0.02)
                self.assertAlmostEqual(first_light(path), wanted, delta=0.02 if spec == 'same' else 0.41)


support.main()
