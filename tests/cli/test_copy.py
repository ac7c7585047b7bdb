"""Stream copy: what fits already goes in packet by packet, what does not is encoded and says why."""
import os
import subprocess

import support
from test_certificate import boxes, has_edit_list


BT709 = ('-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv')


def packets(path, kind):
    """A hash of every packet's data, in order; other programs' side data is left out."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + path, '-map', '0:%s:0' % kind, '-c',
                           'copy', '-f', 'framehash', '-hash', 'md5', '-'], check=True, capture_output=True,
                          timeout=support.TIMEOUT)
    lines = [line.split(',') for line in done.stdout.decode().splitlines() if not line.startswith('#')]
    return [line[5].strip() for line in lines]


def first_times(path):
    """When picture and sound begin, as a player that honours edit lists shows them."""
    facts = support.ffprobe(path)
    return [float(support.stream(facts, kind)['start_time']) for kind in ('video', 'audio')]


class Copy(support.CliTest):
    def make(self, name, *options, source=None, **clip):
        path = os.path.join(self.root, name)
        if source is not None:
            support.ffmpeg('-i', source, *options, path)
        else:
            support.make_clip(path, extra=options, **clip)
        return path

    def export(self, source, *options, status=0):
        done = self.run_json('export', source, '--output-folder', self.out, *options, status=status)
        return done['exports'][0] if done['exports'] else done

    def issues(self, source, *options, status=0):
        plan = self.run_json('plan', source, '--scan', *options, status=status)
        return {(i['code'], i['message']) for i in plan['issues'] if i['field'] == 'copy'}

    def assert_copied(self, source, output, kinds='va'):
        for kind in kinds:
            self.assertEqual(packets(source, kind), packets(output, kind), kind)

    def test_both_streams(self):
        source = self.make('b.mp4', '-preset', 'fast', '-bf', '2')
        export = self.export(source, '--copy', 'auto')
        path = export['output_files'][0]
        self.assert_copied(source, path)
        self.assertTrue(export['certificate']['passed'])
        self.assertEqual(support.decode_errors(path), '')
        self.assertAlmostEqual(export['estimated_size_mb'] * 1e6, os.path.getsize(path), delta=0.01 * os.path.getsize(path))
        with open(path, 'rb') as file:
            order = [kind for kind, _, _ in boxes(file.read())]
        self.assertLess(order.index('moov'), order.index('mdat'))
        before, after = first_times(source), first_times(path)
        self.assertAlmostEqual(before[0] - before[1], after[0] - after[1], delta=0.002)
        self.assertEqual({c for c, _ in self.issues(source, '--copy', 'auto')}, {'copied'})

    def test_matroska_to_mp4_keeps_the_tag_of_players(self):
        source = self.make('h.mkv', '-c:v', 'libx265', '-x265-params', 'log-level=error')
        path = self.export(source, '--copy', 'require', '--container', 'mp4')['output_files'][0]
        video = support.stream(support.ffprobe(path), 'video')
        self.assertEqual(video['codec_tag_string'], 'hvc1')
        self.assertEqual(support.decode_errors(path), '')
        self.assertEqual(int(video['nb_read_frames']), 75)

    def test_no_edit_list_and_in_sync(self):
        source = self.make('y.mp4', '-preset', 'fast', '-bf', '2', '-g', '12', '-profile:v', 'high')
        with open(source, 'rb') as file:
            self.assertTrue(has_edit_list(file.read()))
        export = self.export(source, '--platform', 'youtube', '--copy', 'require')
        path = export['output_files'][0]
        self.assertTrue(export['certificate']['passed'])
        with open(path, 'rb') as file:
            self.assertFalse(has_edit_list(file.read()))
        self.assertEqual(packets(source, 'v'), packets(path, 'v'))
        video, audio = first_times(path)
        self.assertLess(abs(video - audio), 0.01)

    def test_times_below_zero(self):
        """A seek to the beginning of such a Matroska file ends at zero: the sound before it must not be lost."""
        clip = self.make('clip.mp4', '-preset', 'ultrafast')
        source = os.path.join(self.root, 'below.mkv')
        support.ffmpeg('-i', clip, '-map', '0', '-c', 'copy', '-output_ts_offset', '-0.7', '-avoid_negative_ts',
                       'disabled', source)
        for options in ([], ['--platform', 'tiktok', '--speed', 'ultrafast']):
            with self.subTest(options):
                export = self.export(source, *options, '--copy', 'auto')
                self.assertTrue(export['certificate']['passed'])
                self.assertGreaterEqual(len(packets(export['output_files'][0], 'a')), len(packets(source, 'a')) - 1)

    def test_one_stream_each(self):
        source = self.make('m.mkv', '-c:a', 'libmp3lame')
        export = self.export(source, '--platform', 'discord', '--copy', 'auto')
        self.assert_copied(source, export['output_files'][0], 'v')
        self.assertEqual(support.stream(support.ffprobe(export['output_files'][0]), 'audio')['codec_name'], 'aac')
        codes = dict(self.issues(source, '--platform', 'discord', '--copy', 'auto'))
        self.assertEqual(set(codes), {'copied', 'not-copied'})
        self.assertIn('mp3', codes['not-copied'])
        other = self.make('v.mkv', '-c:v', 'libx265', '-x265-params', 'log-level=error')
        export = self.export(other, '--platform', 'discord', '--copy', 'auto', '--speed', 'ultrafast')
        self.assert_copied(other, export['output_files'][0], 'a')
        self.assertEqual(support.stream(support.ffprobe(export['output_files'][0]), 'video')['codec_name'], 'h264')

    def test_without_a_word(self):
        # Keyframes, rate, colours and sound as Sendoff would make them for Bluesky.
        fits = self.make('fits.mp4', '-g', '50', '-crf', '33', '-b:a', '64k', *BT709)
        export = self.export(fits, '--platform', 'bluesky')
        self.assert_copied(fits, export['output_files'][0])
        for options in (('--crf', '30'), ('--quality', 'low'), ('--speed', 'ultrafast'), ('--copy', 'never')):
            with self.subTest(options):
                said = {m for _, m in self.issues(fits, '--platform', 'bluesky', *options)}
                self.assertFalse([m for m in said if 'video' in m])
        self.assertFalse(self.issues(fits, '--codec', 'h264'), 'no platform, no copy')
        far = self.make('far.mp4', '-g', '500', '-b:a', '64k', *BT709, seconds=5)
        copied = {m.split()[1] for _, m in self.issues(far, '--platform', 'bluesky')}
        self.assertEqual(copied, {'audio'}, 'keyframes five seconds apart')

    def test_what_a_platform_refuses_is_encoded(self):
        source = self.make('o.mp4', '-preset', 'fast', '-g', '25', '-x264-params', 'open-gop=1', '-profile:v', 'high')
        codes = self.issues(source, '--platform', 'x', '--copy', 'auto')
        self.assertTrue(any(c == 'not-copied' and 'closed groups' in m for c, m in codes), codes)
        codes = self.issues(source, '--platform', 'x', '--copy', 'require', status=3)
        self.assertTrue(any(c == 'copy-impossible' and 'closed groups' in m for c, m in codes), codes)

    def test_reasons(self):
        turned = self.make('turned.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', source=self.clip)
        cases = (
            (self.clip, ('--resolution', '160x90'), '160×90'),
            (self.clip, ('--fps', '12'), 'frame rate becomes 12'),
            (self.clip, ('--codec', 'vp9', '--container', 'webm'), 'not VP9'),
            (self.clip, ('--crf', '20'), 'was asked for'),
            (turned, (), 'turned'),
        )
        for source, options, words in cases:
            with self.subTest(words):
                codes = self.issues(source, '--copy', 'require', *options, status=3)
                self.assertTrue(any(c == 'copy-impossible' and words in m for c, m in codes), codes)

    def test_trim_at_a_keyframe(self):
        source = self.make('t.mp4', '-g', '25', '-preset', 'fast', '-bf', '2', seconds=5)
        export = self.export(source, '--copy', 'auto', '--start', '1.99', '--end', '4')
        path = export['output_files'][0]
        facts = support.stream(support.ffprobe(path), 'video')
        self.assertEqual(int(facts['nb_read_frames']), 50)
        self.assertEqual(packets(source, 'v')[50:100], packets(path, 'v'))
        self.assertEqual(support.decode_errors(path), '')
        video, audio = first_times(path)
        self.assertLess(abs(video - audio), 0.01)

    def test_trim_elsewhere(self):
        source = self.make('t.mp4', '-g', '25', '-preset', 'fast', '-bf', '2', seconds=5)
        codes = self.issues(source, '--copy', 'require', '--start', '1.6', status=3)
        self.assertTrue(any('0.400 s away' in m for _, m in codes), codes)
        codes = self.issues(source, '--copy', 'require', '--end', '2.5', status=3)
        self.assertTrue(any('end is not at a keyframe' in m for _, m in codes), codes)
        export = self.export(source, '--copy', 'auto', '--start', '1.6', '--end', '3', '--speed', 'ultrafast')
        self.assertEqual(int(support.stream(support.ffprobe(export['output_files'][0]), 'video')['nb_read_frames']), 35)

    def test_damaged_sources_are_not_copied(self):
        whole = self.make('whole.mp4', '-movflags', '+faststart')
        cut = os.path.join(self.root, 'cut.mp4')
        with open(whole, 'rb') as file:
            data = file.read()
        with open(cut, 'wb') as file:
            file.write(data[:len(data) * 3 // 4])
        codes = self.issues(cut, '--copy', 'require', status=3)
        self.assertTrue(any('damaged' in m for _, m in codes), codes)
        export = self.export(cut, '--copy', 'auto')
        self.assertEqual(export['status'], 'completed')
        self.assertEqual(support.decode_errors(export['output_files'][0]), '')

    def test_moov_last_and_hidden_names(self):
        folder = os.path.join(os.fsencode(self.out), b'f\xffolder')
        os.mkdir(folder)
        answer = self.run_cli('export', self.clip, '--copy', 'require', '--output-folder', folder)
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertEqual(len(os.listdir(folder)), 1)


if __name__ == '__main__':
    support.main()
