"""A quality that is asked for by its score: reached, as ffmpeg's own filter measures it, and with the same bytes again."""
import hashlib
import math
import os
import re
import signal
import subprocess
import time

import film
import support


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def ssim(path, source, start=0, end=10 ** 6):
    """Mean SSIM of the frames from start to end, in order."""
    graph = ';'.join(f'[{i}:v]trim=start_frame={start}:end_frame={end},settb=1/24,setpts=N[v{i}]' for i in (0, 1))
    done = subprocess.run(['ffmpeg', '-hide_banner', '-i', path, '-i', source, '-lavfi', graph + ';[v0][v1]ssim', '-f', 'null',
                           '-'], check=True, capture_output=True, text=True)
    return float(re.search(r'SSIM.*All:([0-9.]+)', done.stderr).group(1))


class Score(film.FilmTest):
    def check(self, document):
        found, = [check for check in document['exports'][0]['certificate']['checks'] if check['code'] == 'score']
        return found

    def measure(self, path, plan):
        """Of the parts that were tried, weighed by their frames."""
        bounds, frames, total = plan['groups'][0]['boundaries_us'], 0, 0
        for chunk in plan['outputs'][0]['video']['score']['chunks']:
            first, last = (math.ceil(bounds[chunk + i] / 1e6 * self.FRAME_RATE - 0.01) for i in (0, 1))
            total += ssim(path, self.film, first, last) * (last - first)
            frames += last - first
        return total / frames

    def test_score_is_reached(self):
        sizes = {}
        for codec, wanted, seconds in (('h264', 0.95, 18), ('h264', 0.98, 18), ('vp9', 0.96, 4)):
            with self.subTest(codec=codec, wanted=wanted):
                args = ('--codec', codec, '--container', 'mkv', '--target-score', f'ssim:{wanted}', '--speed', 'ultrafast',
                        '--audio-codec', 'none', '--end', str(seconds))
                document = self.export(*args)
                path, = document['exports'][0]['output_files']
                check = self.check(document)
                self.assertTrue(check['passed'], check)
                self.assertEqual(check['expected'], f'SSIM {wanted:.4f}')
                measured = self.measure(path, self.run_json('plan', self.film, '--scan', *args))
                self.assertAlmostEqual(measured, float(check['found'].split()[1].rstrip(',')), delta=0.0006)
                self.assertAlmostEqual(measured, wanted, delta=0.005)
                self.assertEqual(support.decode_errors(path), '')
                sizes[wanted] = os.path.getsize(path)
        self.assertGreater(sizes[0.98], 1.2 * sizes[0.95])

    def test_same_bytes_after_a_kill(self):
        args = ('--target-score', '0.97', '--speed', 'ultrafast')
        self.export(*args)
        path, = self.outputs('film.mp4')
        expected = digest(path)
        os.unlink(path)
        self.run_cli('cache', 'clear')
        process = self.start_cli('export', self.film, '-d', self.out, '--name', 'film', *args)
        jobs, logs = os.path.join(self.cache, 'jobs'), []
        for _ in range(600):
            logs = [name for job in os.listdir(jobs) if os.path.isdir(os.path.join(jobs, job))
                    for name in os.listdir(os.path.join(jobs, job)) if name.startswith('rate-')]
            if logs or process.poll() is not None:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(logs)
        self.assertEqual(self.run_cli('resume').status, 0)
        self.assertEqual(digest(self.outputs('film.mp4')[0]), expected)

    def test_what_cannot_be_reached_is_said(self):
        export = self.export('--target-score', '0.9999', '--speed', 'ultrafast', '--end', '4', '--resolution', '128x72')['exports'][0]
        self.assertEqual(export['status'], 'completed')
        self.assertTrue(any('cannot be reached' in warning and 'SSIM' in warning for warning in export['warnings']), export['warnings'])
        self.assertFalse(export['certificate']['passed'])

    def test_refusals(self):
        for args, code in ((('1.5',), 'score-out-of-range'), (('good',), 'score-out-of-range'), (('vmaf9:93',), 'unknown-score'),
                           (('0.97', '--crf', '20'), 'score-with-other'), (('0.97', '--target-size', '3MB'), 'score-with-other'),
                           (('0.97', '--rate-control', 'abr'), 'score-with-other'), (('0.97', '--encoder', 'hardware'), 'score-not-in-hardware'),
                           (('0.97', '--codec', 'prores'), 'score-not-in-codec')):
            with self.subTest(args):
                document = self.run_json('validate', self.film, '--target-score', *args, status=3)
                self.assertIn(code, [issue['code'] for issue in document['issues']])


support.main()
