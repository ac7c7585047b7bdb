"""Sizes and times before anything is exported, against what the export then makes."""
import math
import os

import support


class EstimateTest(support.CliTest):
    """A clip of sixteen seconds whose parts differ: four chunks."""

    SETTINGS = ['--codec', 'h264', '--speed', 'ultrafast', '--crf', '24', '--audio-codec', 'none']

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long = os.path.join(cls.shared, 'long.mp4')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=8',
                       '-f', 'lavfi', '-i', 'mandelbrot=size=320x180:rate=25', '-filter_complex',
                       '[1:v]trim=duration=8[b];[0:v][b]concat=n=2:v=1', '-c:v', 'libx264', '-preset', 'ultrafast',
                       '-crf', '18', '-g', '50', '-pix_fmt', 'yuv420p', cls.long)

    def estimate(self, *args):
        answer = self.run_cli('estimate', self.long, *self.SETTINGS, '--json', *args)
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertEqual(len(answer.json['exports']), 1)
        return answer.json['exports'][0]

    def export_size_mb(self):
        answer = self.run_cli('export', self.long, *self.SETTINGS, '--json', '-d', self.out)
        self.assertEqual(answer.status, 0, answer.messages)
        return sum(answer.json['exports'][0]['file_sizes'].values()) / 1e6

    def test_the_more_is_tried_the_truer(self):
        truth = self.export_size_mb()
        model, some, whole = (self.estimate('--effort', effort) for effort in ('0', '0.5', '1'))
        self.assertEqual(model['tried'], 0)
        self.assertAlmostEqual(some['tried'], 0.5, delta=0.1)
        self.assertEqual(whole['tried'], 1)
        self.assertGreater(model['time_interval_seconds'][1] / model['time_interval_seconds'][0], 4)
        widths = [e['size_interval_mb'][1] - e['size_interval_mb'][0] for e in (model, some, whole)]
        self.assertGreater(widths[0], widths[1])
        self.assertGreater(widths[1], widths[2])
        low, high = some['size_interval_mb']
        self.assertLessEqual(low, truth)
        self.assertGreaterEqual(high, truth)
        self.assertAlmostEqual(whole['estimated_size_mb'] / truth, 1, delta=0.02)
        low, high = some['time_interval_seconds']
        self.assertLessEqual(0, low)
        self.assertLess(low, some['estimated_time_seconds'])
        self.assertGreater(high, some['estimated_time_seconds'])

    def test_quality_of_what_was_tried(self):
        """With the name of its measure, and as another program measures it; nothing where nothing was tried."""
        self.assertNotIn('quality', self.estimate('--effort', '0'))
        quality = self.estimate('--effort', '1')['quality']
        self.assertLess(quality['worst_score'], quality['score'])
        self.export_size_mb()
        made, = [os.path.join(self.out, name) for name in os.listdir(self.out)]
        if quality['metric'] == 'ssim':
            self.assertAlmostEqual(quality['score'], support.ssim(made, self.long), delta=0.002)
        else:
            self.assertEqual(quality['metric'], 'xpsnr')
        worse = self.estimate('--effort', '1', '--crf', '40')['quality']
        self.assertLess(worse['score'], quality['score'] - 0.005)

    def test_little_effort_goes_into_pieces(self):
        """Whoever names a small effort gets short pieces all over the video: not the export's, but kept and found again."""
        once, again = self.estimate('--effort', '0.4'), self.estimate('--effort', '0.4')
        self.assertEqual(once['tried'], 0)
        self.assertAlmostEqual(once['sampled'], 6 / 16, delta=0.01)
        self.assertEqual([once[key] for key in ('estimated_size_mb', 'size_interval_mb', 'sampled')],
                         [again[key] for key in ('estimated_size_mb', 'size_interval_mb', 'sampled')])
        truth = self.export_size_mb()
        low, high = once['size_interval_mb']
        self.assertLessEqual(low, truth)
        self.assertGreaterEqual(high, truth)
        self.assertLess(high / low, 3)

    def test_usual_effort_loses_nothing(self):
        """An export may follow: of a short video everything that is tried is the export's own."""
        usual = self.estimate()
        self.assertEqual(usual['sampled'], 0)
        self.assertAlmostEqual(usual['tried'], 0.5, delta=0.1)
        self.export_size_mb()

    def test_exports_teach_the_first_estimate(self):
        """Without any trial: what like videos took is what the next is expected to take, until that is forgotten."""
        before = self.estimate('--effort', '0')
        truth = self.export_size_mb()
        after = self.estimate('--effort', '0')
        error = lambda e: abs(math.log(e['estimated_size_mb'] / truth))
        width = lambda e, key: e[key][1] / e[key][0]
        self.assertLess(error(after), error(before) * 0.7)
        self.assertLessEqual(width(after, 'time_interval_seconds'), width(before, 'time_interval_seconds') + 1e-6)
        self.run_json('cache', 'forget')
        forgotten = self.estimate('--effort', '0')
        self.assertAlmostEqual(forgotten['estimated_size_mb'], before['estimated_size_mb'], delta=1e-6)

    def test_what_is_copied_is_known(self):
        """Sound alone, and everything: nothing of it is tried."""
        platform = self.run_json('estimate', self.clip, '--platform', 'youtube', '--speed', 'ultrafast', '--effort', '1')
        done = self.run_json('export', self.clip, '--platform', 'youtube', '--speed', 'ultrafast', '-d', self.out)
        self.assertAlmostEqual(platform['exports'][0]['estimated_size_mb'] * 1e6
                               / sum(done['exports'][0]['file_sizes'].values()), 1, delta=0.03)
        whole = self.run_json('estimate', self.clip, '--copy', 'require')['exports'][0]
        self.assertEqual(whole['tried'], 0)
        self.assertAlmostEqual(whole['estimated_size_mb'] * 1e6 / os.path.getsize(self.clip), 1, delta=0.03)
        self.assertLess(whole['estimated_time_seconds'], 2)

    def test_names_the_limit(self):
        answer = self.run_cli('estimate', self.long, '--platform', 'discord', '--speed', 'ultrafast', '--json')
        self.assertEqual(answer.status, 0, answer.messages)
        export = answer.json['exports'][0]
        self.assertAlmostEqual(export['max_size_mb'], 20.97152)
        self.assertEqual(export['fits'], 'will-fit')
        self.assertEqual(export['recommended_settings'], {})

    def test_says_it_in_words(self):
        answer = self.run_cli('estimate', self.long, *self.SETTINGS)
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertRegex(answer.text, r'180p H\.264: .*B \(.*–.*\), about 0:')

    def test_refuses(self):
        self.assertEqual(self.run_cli('estimate', self.long, '--effort', '2').status, 2)
        self.assertEqual(self.run_cli('estimate', os.path.join(self.shared, 'nowhere.mp4')).status, 4)
        answer = self.run_cli('estimate', self.long, '--container', 'webm', '--codec', 'h264', '--json')
        self.assertEqual(answer.status, 3)
        self.assertEqual(answer.json['status'], 'invalid')


support.main()
