"""Maximum bit rates, kept over the joins of chunks, judged by ffprobe's packets."""
import glob
import os

import film
import support


class Maxima(film.FilmTest):
    def test_maximum_is_kept_over_joins(self):
        for codec, mode, maxrate in (('h264', 'cbr', 300e3), ('h264', 'vbr', 450e3), ('h265', 'cbr', 300e3),
                                     ('h265', 'vbr', 450e3)):
            with self.subTest(codec=codec, mode=mode):
                self.export('--codec', codec, '--container', 'mkv', '--rate-control', mode, '--video-bitrate', '300k',
                            '--speed', 'ultrafast')
                path, = self.outputs('film.mkv')
                self.assertGreaterEqual(film.lowest_level(path, maxrate, 2 * maxrate), 0)
                self.assertLess(film.rate(path), 1.01 * 300e3)

    def check_maximum_of_a_quality(self, codec):
        args = ('--codec', codec, '--container', 'mkv', '--speed', 'ultrafast')
        video = self.run_json('plan', self.film, *args, '--quality', 'draft')['outputs'][0]['video']
        maxrate, bufsize = video['maxrate_bps'], video['bufsize_bits']
        keeps = ((lambda path: film.lowest_level(path, maxrate, bufsize) >= 0) if codec in ('h264', 'h265') else
                 (lambda path: film.highest_mean(path, bufsize / maxrate) <= 1.05 * maxrate))
        self.export(*args, '--crf', str(video['crf']))
        path, = self.outputs('film.mkv')
        self.assertFalse(keeps(path), 'the film does not need the maximum')
        self.export(*args, '--quality', 'draft')
        self.assertTrue(keeps(path), 'lowest level %.0f of %.0f, highest mean %.3f' % (
            film.lowest_level(path, maxrate, bufsize), bufsize, film.highest_mean(path, bufsize / maxrate) / maxrate))

    def test_maximum_of_a_quality_is_kept_over_joins(self):
        for codec in ('h264', 'h265', 'vp9', 'av1'):
            with self.subTest(codec):
                self.check_maximum_of_a_quality(codec)

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
