"""Bit rates and sizes: met, kept over the joins of chunks, the same bytes again, judged by ffprobe's packets."""
import hashlib
import os
import signal
import time

import film
import support

def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


class Rates(film.FilmTest):
    def test_average_is_met(self):
        for codec, tolerance in (('h264', 0.01), ('vp9', 0.03)):
            with self.subTest(codec):
                document = self.export('--codec', codec, '--container', 'mkv', '--video-bitrate', '300k', '--speed', 'fast')
                path = document['exports'][0]['output_files'][0]
                self.assertAlmostEqual(film.rate(path, self.SECONDS) / 300e3, 1, delta=tolerance)
                self.assertEqual(support.decode_errors(path), '')

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
                self.assertGreater(os.path.getsize(path), 0.93 * 40000)
                self.assertEqual(support.decode_errors(path), '')

    def test_impossible_size_names_the_smallest(self):
        document = self.run_json('validate', self.film, '--target-size', '2kB', status=3)
        issue, = [issue for issue in document['issues'] if issue['code'] == 'size-too-small']
        self.assertRegex(issue['message'], r'smallest possible size is about [0-9.]+\s+kB')

    def test_small_sizes_change_what_nobody_named(self):
        """Applied where a size is asked for, and told before, after, and in every document."""
        args = ('--target-size', '90kB', '--speed', 'ultrafast', '--audio-codec', 'none')
        applied = self.export(*args)['exports'][0]
        path, = applied['output_files']
        self.assertEqual(support.stream(support.ffprobe(path), 'video')['codec_name'], 'hevc')
        self.assertLessEqual(os.path.getsize(path), 90000)
        self.assertEqual(applied['recommended_settings'], {'codec': 'h265'})
        self.assertIn('codec', [step['strategy'] for step in applied['optimize']['steps'] if step['applied']])
        self.assertTrue(any('H.265' in warning for warning in applied['warnings']), applied['warnings'])
        words = self.run_cli('export', self.film, '-d', self.out, *args)
        self.assertIn('changed to fit: H.265/HEVC', words.text)
        self.assertIn('made in H.265/HEVC instead of H.264', words.messages)
        named = self.run_json('plan', self.film, '--scan', '--codec', 'h264', *args)
        self.assertEqual(named['outputs'][0]['video']['codec'], 'h264')
        self.assertEqual([(step['strategy'], step['applied']) for step in named['outputs'][0]['optimize']['steps']],
                         [('codec', False)])

    def test_small_sizes_are_only_reported(self):
        args = ('--target-size', '90kB', '--speed', 'ultrafast', '--audio-codec', 'none', '--auto-optimize', 'propose')
        plan = self.run_json('plan', self.film, '--scan', *args)
        self.assertEqual(plan['outputs'][0]['video']['codec'], 'h264')
        self.assertIn('quality-below-floor', [issue['code'] for issue in plan['issues']])
        estimate = self.run_json('estimate', self.film, *args, '--effort', '0')['exports'][0]
        self.assertEqual(estimate['recommended_settings'], {'codec': 'h265'})
        self.assertTrue(any('would look better: H.265' in warning for warning in estimate['warnings']))
        roomy = self.run_json('estimate', self.film, '--target-size', '900kB', '--effort', '0')['exports'][0]
        self.assertEqual(roomy['recommended_settings'], {})
        self.assertNotIn('optimize', roomy)

    def test_what_contradicts_itself(self):
        for args, code in ((('--rate-control', 'abr', '--crf', '20'), 'quality-with-bitrate'),
                           (('--rate-control', 'crf', '--video-bitrate', '2M'), 'bitrate-without-effect'),
                           (('--codec', 'prores', '--rate-control', 'cbr'), 'rate-control-not-in-codec'),
                           (('--platform', 'instagram', '--video-bitrate', '60M'), 'bitrate-not-on-platform')):
            with self.subTest(args):
                document = self.run_json('validate', self.film, *args, status=3)
                self.assertIn(code, [issue['code'] for issue in document['issues']])


support.main()
