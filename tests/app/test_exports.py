"""From Export to finished files, judged by ffprobe and a full decode."""
import json
import os
import subprocess

from accessible import wait_for
from case import WindowTest
from support import decode_errors, ffprobe, stream


class Exports(WindowTest):
    def assert_video(self, path, codec, width, height):
        facts = ffprobe(path)
        video = stream(facts, 'video')
        self.assertEqual((video['codec_name'], video['width'], video['height']), (codec, width, height))
        self.assertEqual(decode_errors(path), '')
        return facts

    def test_two_platforms_from_one_drop(self):
        window = self.open()
        clip = self.source('holiday.mp4')
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(clip))
        self.choose(window, 'YouTube', 'Web page')
        self.export(window)
        self.wait_for_files(2)
        self.wait_until_done(window)
        youtube, web = self.files_for('YouTube', 'Web page')
        facts = self.assert_video(youtube, 'h264', 320, 180)
        self.assertEqual(stream(facts, 'audio')['codec_name'], 'aac')
        self.assertAlmostEqual(float(facts['format']['duration']), 2, delta=0.2)
        facts = self.assert_video(web, 'vp9', 320, 180)
        self.assertEqual(stream(facts, 'audio')['codec_name'], 'opus')
        self.assertEqual(self.world.unfinished_files(), [])

    def test_captions_dropped_with_their_video(self):
        window = self.open()
        clip = self.source('holiday.mp4')
        captions = os.path.join(os.path.dirname(clip), 'holiday.en.srt')
        with open(captions, 'w', encoding='ascii') as file:
            file.write('1\n00:00:00,200 --> 00:00:01,000\nGood morning\n')
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(captions, clip))
        window.wait_to_say('holiday.en.srt')
        self.choose(window, 'YouTube', 'Professional')
        self.export(window)
        self.wait_until_done(window)
        made = self.world.made_files()
        beside = [path for path in made if path.endswith('.srt') and path != captions]
        self.assertEqual([os.path.basename(path) for path in beside], ['holiday - YouTube.srt'])
        movie, = [path for path in made if path.endswith('.mov')]
        self.assertEqual(stream(ffprobe(movie), 'subtitle')['tags']['language'], 'eng')

    def test_progress_rises_to_the_end(self):
        window = self.open(self.source('long.mp4', self.make_long_clip(20)))
        self.choose(window, 'Web page')
        self.export(window)
        values = self.watch_progress(window)
        self.assertEqual(values, sorted(values))
        self.assertTrue(all(0 <= value <= 1 for value in values), values)
        self.assertGreaterEqual(len(values), 4, values)
        self.wait_until_done(window)
        self.assertEqual(len(self.world.made_files()), 1)

    def test_three_files_at_once(self):
        window = self.open()
        clips = [self.source('part %d.mp4' % number) for number in (1, 2, 3)]
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(*clips))
        for number in (1, 2, 3):
            window.wait_to_say('part %d' % number)
        self.choose(window, 'YouTube')
        self.export(window)
        self.wait_for_files(3)
        # The newest first, and the order of the drop is the order of the work.
        for row, number in zip(self.queue_rows(window), (3, 2, 1)):
            self.assertTrue(row.says('part %d' % number), number)
        done = subprocess.run([os.environ['SENDOFF_CLI'], 'queue', 'list', '--json'], env=self.world.env, check=True,
                              capture_output=True, timeout=60)
        kept = [job['exports'][0]['output_files'][0] for job in json.loads(done.stdout)['jobs']]
        self.assertEqual([os.path.basename(path)[:6] for path in kept], ['part 3', 'part 2', 'part 1'])
        for path, number in zip(self.world.made_files(), (1, 2, 3)):
            self.assertIn('part %d' % number, os.path.basename(path))
            self.assert_video(path, 'h264', 320, 180)

    def test_broken_file_does_not_stop_the_good_ones(self):
        window = self.open()
        dropped = [self.source('good 1.mp4'), self.broken_source('broken.mp4'), self.source('good 2.mp4')]
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(*dropped))
        window.wait_to_say(r'(cannot|could not|is not|no video|neither)')
        self.choose(window, 'YouTube')
        self.export(window)
        self.wait_for_files(2)
        self.wait_until_done(window)
        self.assertEqual([os.path.basename(path)[:6] for path in self.world.made_files()], ['good 1', 'good 2'])

    def test_cancel_leaves_nothing_behind(self):
        window = self.open(self.source('long.mp4', self.make_long_clip(120)))
        self.choose(window, 'YouTube', 'Web page')
        self.export(window)
        wait_for(lambda: any(bar.value > 0 for bar in self.progress_bars(window)), 'progress')
        window.press(window.get('button', 'Cancel All'))
        window.wait_to_say('[Cc]ancelled')
        wait_for(lambda: not self.workers(window), 'the end of the workers')
        self.assertEqual(self.world.made_files(), [])
        self.assertEqual(self.world.unfinished_files(), [])
