"""Bit rates and sizes: met, kept over the joins of chunks, the same bytes again, judged by ffprobe's packets."""
import hashlib
import os
import signal
import subprocess
import time

import support

SECONDS = 18


def packets(path):
    """(decoding time in seconds, bytes) of the picture, in order."""
    done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=dts_time,pts_time,size',
                           '-of', 'csv=p=0', 'file:' + path], check=True, capture_output=True, text=True)
    found = []
    for line in done.stdout.split():
        pts, dts, size = line.split(',')[:3]
        found.append((float(dts if dts != 'N/A' else pts), int(size)))
    return found


def rate(path):
    return sum(size for _, size in packets(path)) * 8 / SECONDS


def lowest_level(path, maxrate, bufsize):
    """What is at least in a decoder's buffer that is filled at maxrate and begins a third full."""
    level, last, lowest = bufsize / 3, None, bufsize
    for when, size in packets(path):
        if last is not None:
            level = min(bufsize, level + (when - last) * maxrate)
        level -= size * 8
        last = when
        lowest = min(lowest, level)
    return lowest


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


class Rates(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.film = os.path.join(cls.shared, 'film.mp4')
        # Calm, busy, and very busy: what one rate for every second would spoil.
        scenes = ['testsrc=size=256x144:rate=24:duration=6', 'mandelbrot=size=256x144:rate=24,trim=duration=6',
                  'testsrc2=size=256x144:rate=24:duration=6,noise=alls=25:allf=t']
        inputs = [part for scene in scenes for part in ('-f', 'lavfi', '-i', scene)]
        support.ffmpeg(*inputs, '-filter_complex', '[0][1][2]concat=n=3:v=1,format=yuv420p', '-c:v', 'libx264',
                       '-preset', 'ultrafast', '-crf', '18', '-t', str(SECONDS), cls.film)

    def export(self, *args, status=0):
        return self.run_json('export', self.film, '-d', self.out, '--overwrite', '--name', 'film', *args, status=status)

    def test_average_is_met(self):
        for codec, tolerance in (('h264', 0.01), ('vp9', 0.03)):
            with self.subTest(codec):
                document = self.export('--codec', codec, '--container', 'mkv', '--video-bitrate', '300k', '--speed', 'fast')
                path = document['exports'][0]['output_files'][0]
                self.assertAlmostEqual(rate(path) / 300e3, 1, delta=tolerance)
                self.assertEqual(support.decode_errors(path), '')

    def test_maximum_is_kept_over_joins(self):
        for codec, mode, maxrate in (('h264', 'cbr', 300e3), ('h264', 'vbr', 450e3), ('h265', 'cbr', 300e3),
                                     ('h265', 'vbr', 450e3)):
            with self.subTest(codec=codec, mode=mode):
                self.export('--codec', codec, '--container', 'mkv', '--rate-control', mode, '--video-bitrate', '300k',
                            '--speed', 'ultrafast')
                path, = self.outputs('film.mkv')
                self.assertGreaterEqual(lowest_level(path, maxrate, 2 * maxrate), 0)
                self.assertLess(rate(path), 1.01 * 300e3)

    def check_maximum_of_a_quality(self, codec):
        args = ('--codec', codec, '--container', 'mkv', '--speed', 'ultrafast')
        video = self.run_json('plan', self.film, *args, '--quality', 'draft')['outputs'][0]['video']
        maxrate, bufsize = video['maxrate_bps'], video['bufsize_bits']
        self.export(*args, '--crf', str(video['crf']))
        path, = self.outputs('film.mkv')
        self.assertLess(lowest_level(path, maxrate, bufsize), 0, 'the film does not need the maximum')
        self.export(*args, '--quality', 'draft')
        self.assertGreaterEqual(lowest_level(path, maxrate, bufsize), 0)

    def test_maximum_of_a_quality_is_kept_over_joins(self):
        for codec in ('h264', 'h265'):
            with self.subTest(codec):
                self.check_maximum_of_a_quality(codec)

    def test_same_bytes_after_a_kill(self):
        args = ('--video-bitrate', '250k', '--speed', 'fast')
        self.export(*args)
        path, = self.outputs('film.mp4')
        expected = digest(path)
        os.unlink(path)
        process = self.start_cli('export', self.film, '-d', self.out, '--name', 'film', *args)
        jobs = os.path.join(self.cache, 'jobs')
        for _ in range(600):
            logs = [name for job in os.listdir(jobs) if os.path.isdir(os.path.join(jobs, job))
                    for name in os.listdir(os.path.join(jobs, job)) if name.startswith('rate-')]
            if logs or process.poll() is not None:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(logs)
        self.assertEqual(self.run_cli('resume').status, 0)
        self.assertEqual(digest(self.outputs('film.mp4')[0]), expected)

    def test_size_is_met_and_never_exceeded(self):
        for codec, container, size in (('h264', 'mp4', 600000), ('h265', 'mkv', 400000)):
            with self.subTest(codec):
                self.export('--codec', codec, '--container', container, '--target-size', str(size), '--speed', 'ultrafast')
                path, = self.outputs('film.' + container)
                self.assertLessEqual(os.path.getsize(path), size)
                self.assertGreaterEqual(os.path.getsize(path), 0.95 * size)
                self.assertEqual(support.decode_errors(path), '')
                os.unlink(path)

    def test_maximum_matters_only_when_it_does(self):
        free = self.export('--crf', '24', '--speed', 'ultrafast')['exports'][0]
        size = list(free['file_sizes'].values())[0]
        roomy = self.export('--crf', '24', '--speed', 'ultrafast', '--max-size', str(2 * size))['exports'][0]
        self.assertAlmostEqual(list(roomy['file_sizes'].values())[0] / size, 1, delta=0.01)
        tight = self.export('--crf', '24', '--speed', 'ultrafast', '--max-size', str(size // 2))['exports'][0]
        self.assertLessEqual(list(tight['file_sizes'].values())[0], size // 2)

    def test_a_size_beyond_the_best_quality_is_not_filled(self):
        export = self.export('--speed', 'ultrafast', '--target-size', '200MB')['exports'][0]
        self.assertEqual(export['status'], 'completed')
        self.assertTrue(any('smaller than asked for' in warning for warning in export['warnings']), export['warnings'])

    def test_sound_alone(self):
        for codec in ('aac', 'mp3', 'opus'):
            with self.subTest(codec):
                document = self.run_json('export', self.clip, '-d', self.out, '--codec', 'none', '--audio-codec', codec,
                                         '--target-size', '40kB')
                path = document['exports'][0]['output_files'][0]
                self.assertLessEqual(os.path.getsize(path), 40000)
                self.assertGreater(os.path.getsize(path), 30000)

    def test_impossible_size_names_the_smallest(self):
        document = self.run_json('validate', self.film, '--target-size', '2kB', status=3)
        issue, = [issue for issue in document['issues'] if issue['code'] == 'size-too-small']
        self.assertRegex(issue['message'], r'smallest possible size is about [0-9.]+\s+kB')

    def test_what_contradicts_itself(self):
        for args, code in ((('--rate-control', 'abr', '--crf', '20'), 'quality-with-bitrate'),
                           (('--rate-control', 'crf', '--video-bitrate', '2M'), 'bitrate-without-effect'),
                           (('--codec', 'prores', '--rate-control', 'cbr'), 'rate-control-not-in-codec'),
                           (('--platform', 'instagram', '--video-bitrate', '60M'), 'bitrate-not-on-platform')):
            with self.subTest(args):
                document = self.run_json('validate', self.film, *args, status=3)
                self.assertIn(code, [issue['code'] for issue in document['issues']])


support.main()
