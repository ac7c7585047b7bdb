"""Sound: loudness, mixing down and several tracks; judged by ffmpeg's own measurement and by correlation with the source."""
import array
import math
import os
import re
import subprocess

import support

RATE = 8000


def pcm(path, track=0):
    """The samples of a track as one channel."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:a:%d' % track, '-ac', '1',
                           '-ar', str(RATE), '-f', 'f32le', '-'], check=True, capture_output=True, timeout=support.TIMEOUT)
    return array.array('f', done.stdout)


def delay(reference, found, most=0.05, start=0.5, length=0.5):
    """By how many seconds @found is late, from where it is most like @reference."""
    begin, count, most = int(start * RATE), int(length * RATE), int(most * RATE)
    wanted = reference[begin:begin + count]

    def likeness(lag):
        part = found[begin + lag:begin + lag + count]
        return sum(a * b for a, b in zip(wanted, part)) / (math.sqrt(sum(b * b for b in part)) or 1)

    return max(range(-most, most + 1), key=likeness) / RATE


def loudness(path):
    """Integrated loudness in LUFS and true peak in dBTP, by ffmpeg's EBU R 128 scanner."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-hide_banner', '-i', 'file:' + path, '-map', '0:a:0', '-af',
                           'ebur128=peak=true', '-f', 'null', '-'], check=True, capture_output=True,
                          timeout=support.TIMEOUT)
    text = done.stderr.decode()
    return (float(re.findall(r'I:\s+(-?[\d.]+) LUFS', text)[-1]), float(re.findall(r'Peak:\s+(-?[\d.]+) dBFS', text)[-1]))


class Audio(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A tone that never repeats itself and swells, so that it has one delay only and needs no limiter to be found.
        swell = 'aevalsrc=0.1*sin(2*PI*(200+90*t)*t)*(0.6+0.4*sin(5*t))|0.05*sin(2*PI*(300+70*t)*t):s=48000:d=4'
        picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10:duration=4']
        encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'pcm_s16le']
        cls.quiet = os.path.join(cls.shared, 'quiet.mkv')
        support.ffmpeg(*picture, '-f', 'lavfi', '-i', swell, *encode, cls.quiet)
        cls.surround = os.path.join(cls.shared, 'surround.mkv')
        support.ffmpeg(*picture, '-f', 'lavfi', '-i', swell, '-af',
                       'volume=8,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c1|BL=c0|BR=c0', *encode, cls.surround)
        cls.two = os.path.join(cls.shared, 'two.mkv')
        support.ffmpeg('-i', cls.quiet, '-f', 'lavfi', '-i', 'sine=frequency=880:duration=4', '-map', '0', '-map', '1',
                       '-c', 'copy', '-c:a:1', 'libopus', '-metadata:s:a:0', 'language=eng', '-metadata:s:a:1',
                       'language=fra', '-metadata:s:a:1', 'title=Commentaire', cls.two)

    def export(self, source, *args):
        export = self.run_json('export', source, '-d', self.out, '--quality', 'draft', '--speed', 'ultrafast', *args,
                               '--overwrite')['exports'][0]
        self.assertTrue(export['certificate']['passed'])
        return export, export['output_files'][0]

    def audio_streams(self, path):
        return [s for s in support.ffprobe(path)['streams'] if s['codec_type'] == 'audio']

    def test_loudness_is_met_and_reported(self):
        for wanted, args in ((-16, ('--loudness', '-16')), (-14, ('--platform', 'youtube', '--loudness', 'recommended')),
                             (-20, ('--container', 'webm', '--loudness=-20LUFS'))):
            with self.subTest(wanted):
                export, path = self.export(self.quiet, *args)
                found, peak = loudness(path)
                self.assertAlmostEqual(found, wanted, delta=0.5)
                self.assertLess(peak, 0)
                check = next(c for c in export['certificate']['checks'] if c['code'] == 'loudness')
                reported = float(check['found'].split()[0])
                self.assertAlmostEqual(reported, found, delta=0.5)
                self.assertAlmostEqual(delay(pcm(self.quiet), pcm(path)), 0, delta=0.010)

    def test_loud_enough_needs_a_limiter(self):
        export, path = self.export(self.quiet, '--audio-codec', 'pcm', '--container', 'mov', '--loudness', '-6')
        found, peak = loudness(path)
        self.assertAlmostEqual(found, -6, delta=0.5)
        self.assertLessEqual(peak, -0.8)
        self.assertAlmostEqual(delay(pcm(self.quiet), pcm(path)), 0, delta=0.010)

    def test_trimmed_part_is_measured_alone(self):
        _, path = self.export(self.quiet, '--start', '1', '--end', '3', '--loudness', '-18')
        self.assertAlmostEqual(loudness(path)[0], -18, delta=0.5)
        self.assertAlmostEqual(delay(pcm(self.quiet)[RATE:], pcm(path)), 0, delta=0.010)

    def test_silence_stays_silence(self):
        silent = os.path.join(self.root, 'silent.mp4')
        support.ffmpeg('-i', self.clip, '-af', 'volume=0', '-c:v', 'copy', silent)
        export, path = self.export(silent, '--loudness', '-14')
        self.assertIn('silent', ' '.join(export['warnings']))
        self.assertEqual(max(abs(s) for s in pcm(path)), 0)

    def test_bad_loudness_is_refused(self):
        for bad in ('loud', '-90', '3', '-14dB'):
            answer = self.run_cli('export', self.quiet, '-d', self.out, '--loudness', bad)
            self.assertEqual(answer.status, 3)
            self.assertIn('loudness', answer.messages)

    def test_surround_is_mixed_without_clipping(self):
        """Six channels in step add up to more than full scale: the limiter takes it down, scaling would take 8 dB."""
        _, path = self.export(self.surround, '--platform', 'x', '--audio-bitrate', '320k')
        self.assertEqual(self.audio_streams(path)[0]['channels'], 2)
        found, peak = loudness(path)
        self.assertLess(peak, 0.5)
        self.assertGreater(peak, -3)
        self.assertAlmostEqual(delay(pcm(self.surround), pcm(path)), 0, delta=0.010)

    def test_surround_is_kept_where_it_is_taken(self):
        for args in (('--container', 'mkv', '--audio-codec', 'flac'), ('--container', 'webm'), ('--container', 'mp4')):
            _, path = self.export(self.surround, *args)
            stream = self.audio_streams(path)[0]
            self.assertEqual((stream['channels'], stream['channel_layout'].startswith('5.1')), (6, True))

    def test_all_tracks_travel_when_asked(self):
        for container in ('mkv', 'mp4', 'mov'):
            with self.subTest(container):
                _, path = self.export(self.two, '--container', container, '--audio-tracks', 'all')
                streams = self.audio_streams(path)
                self.assertEqual([s['tags']['language'] for s in streams], ['eng', 'fra'])
                self.assertEqual([s['disposition']['default'] for s in streams], [1, 0])
                self.assertEqual(support.decode_errors(path), '')
                self.assertAlmostEqual(delay(pcm(self.two, 0), pcm(path, 0)), 0, delta=0.010)
                names = str(streams[1]['tags'])
                self.assertIn('Commentaire', names)

    def test_one_track_where_one_is_taken(self):
        export, path = self.export(self.two, '--platform', 'x', '--audio-tracks', 'all')
        self.assertEqual(len(self.audio_streams(path)), 1)
        plan = self.run_json('plan', self.two, '-d', self.out, '--platform', 'x', '--audio-tracks', 'all')
        self.assertIn('one-audio-track', [issue['code'] for issue in plan['issues']])
        _, path = self.export(self.two, '--container', 'mp4', '--audio-track', '1')
        self.assertEqual([s['tags']['language'] for s in self.audio_streams(path)], ['fra'])


if __name__ == '__main__':
    support.main()
