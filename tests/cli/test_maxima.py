"""Maximum bit rates, kept over the joins of chunks, judged by ffprobe's packets."""
import glob
import os

import film
import support


class Maxima(film.FilmTest):
    FRAME_RATE = 15
    LEAST_OF_CONSTANT = {'h264': 0.88, 'h265': 0.94}

    def assert_keeps(self, codec, path, maxrate, bufsize):
        """A decoder's buffer never runs dry; for codecs without such a rule, no window as long as it has too much."""
        if codec in ('h264', 'h265'):
            self.assertGreaterEqual(film.lowest_level(path, maxrate, bufsize), 0)
        else:
            self.assertLessEqual(film.highest_mean(path, bufsize / maxrate), 1.05 * maxrate)

    def test_maximum_is_kept_over_joins(self):
        for codec, rate in (('h264', 300e3), ('h265', 250e3), ('vp9', 120e3), ('av1', 100e3)):
            for mode, maxrate in (('cbr', rate), ('vbr', 1.5 * rate)):
                with self.subTest(codec=codec, mode=mode):
                    self.export('--codec', codec, '--container', 'mkv', '--rate-control', mode, '--video-bitrate',
                                '%dk' % (rate / 1000), '--speed', 'ultrafast')
                    path, = self.outputs('film.mkv')
                    self.assert_keeps(codec, path, maxrate, 2 * maxrate)
                    self.assertLess(film.rate(path, self.SECONDS), (1.01 if codec in ('h264', 'h265') else 1.03) * rate)
                    if mode == 'cbr':
                        self.assertGreater(film.rate(path, self.SECONDS), self.LEAST_OF_CONSTANT.get(codec, 0) * rate)

    def test_maximum_of_a_quality_is_kept_over_joins(self):
        for codec in ('h264', 'h265', 'vp9', 'av1'):
            with self.subTest(codec):
                args = ('--codec', codec, '--container', 'mkv', '--speed', 'ultrafast')
                video = self.run_json('plan', self.film, *args, '--quality', 'draft')['outputs'][0]['video']
                maxrate, bufsize = video['maxrate_bps'], video['bufsize_bits']
                self.export(*args, '--crf', str(video['crf']))
                path, = self.outputs('film.mkv')
                with self.assertRaises(AssertionError, msg='the film does not need the maximum'):
                    self.assert_keeps(codec, path, maxrate, bufsize)
                self.export(*args, '--quality', 'draft')
                self.assert_keeps(codec, path, maxrate, bufsize)

    def test_estimate_knows_the_maximum(self):
        """What is tried for it is made without the maximum, as the export begins, which finds it."""
        args = ('--codec', 'vp9', '--container', 'mkv', '--speed', 'ultrafast', '--quality', 'draft')
        self.run_json('cache', 'limit', '1GB')
        estimate = self.run_json('estimate', self.film, *args, '--effort', '1')['exports'][0]
        tried = {path: os.stat(path).st_ino for path in glob.glob(os.path.join(self.cache, 'chunks', '*', '*-c0.packets'))}
        export = self.export(*args)['exports'][0]
        size, = export['file_sizes'].values()
        low, high = estimate['size_interval_mb']
        self.assertLessEqual(low, size / 1e6)
        self.assertGreaterEqual(high, size / 1e6)
        kept = {path: os.stat(path).st_ino for path in tried if os.path.exists(path)}
        self.assertTrue(0 < len(kept) < len(tried), (kept, tried))
        self.assertEqual(kept, {path: tried[path] for path in kept})


support.main()
