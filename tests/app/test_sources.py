"""From a drop to files: few clicks, several videos, what is remembered from the last time."""
import os
import subprocess
import time

from accessible import wait_for
from case import WindowTest
from support import make_clip


class Sources(WindowTest):
    def click(self, window, node):
        """As with a mouse; what is out of sight cannot be clicked."""
        _, y, _, height = node.extents
        self.assertLessEqual(y + height, window.window.get_geometry().height)
        window.screen.click(window.window, node.extents)

    def test_from_the_drop_to_a_tiktok_file_with_two_clicks(self):
        wide = os.path.join(self.clips, 'wide.mp4')
        make_clip(wide, seconds=4, size='640x360')
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(self.source('holiday.mp4', of=wide)))
        self.click(window, window.get('choice', r'TikTok \(web\)$'))
        export = window.get('button', 'Export')
        wait_for(lambda: export.sensitive, 'Export to be possible')
        self.click(window, export)
        self.wait_for_files(1)
        done = subprocess.run([os.environ['SENDOFF_CLI'], 'verify', self.world.made_files()[0], '--platform', 'tiktok-web'],
                              env=self.world.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_choices_are_there_again_the_next_time(self):
        self.world.env['GSETTINGS_BACKEND'] = 'keyfile'
        window = self.open(self.source('first.mp4'))
        self.choose(window, 'YouTube', 'X (Twitter)')
        wait_for(lambda: len(self.outputs(window)) == 2, 'two outputs')
        window.key('ctrl+q')
        window.wait_for_end()
        window = self.open(self.source('second.mp4'))
        wait_for(lambda: sorted(self.outputs(window)) == ['X (Twitter)', 'YouTube'], 'the outputs of the last time')

    def test_selected_video_is_the_one_in_the_preview(self):
        longer = os.path.join(self.clips, 'longer.mp4')
        make_clip(longer, seconds=5)
        window = self.open(self.source('short.mp4'), self.source('longer.mp4', of=longer))
        wait_for(lambda: 1.9 < window.get('slider', 'End of').value < 2.5, 'the first video')
        row = [label for label in window.find_all('label') if label.name == 'longer.mp4'][0]
        self.click(window, row)
        wait_for(lambda: window.get('slider', 'End of').value > 4.9, 'the second video')
        window.press(window.get('button', 'Remove longer.mp4'))
        wait_for(lambda: window.get('slider', 'End of').value < 2.5, 'the first video again')

    def turn_wheel_over_videos(self, count):
        window = self.open(*[self.source('%d of %d.mp4' % (number, count)) for number in range(count)])
        row = window.get('label', '1 of %d' % count)
        card = window.get('choice', 'YouTube$')
        before = card.extents[1]
        window.screen.wheel(window.window, row.extents, 40)
        wait_for(lambda: card.extents[1] < before, 'the page to move')

    def test_wheel_over_two_videos_moves_the_page(self):
        self.turn_wheel_over_videos(2)

    def test_wheel_over_many_videos_moves_the_page_in_the_end(self):
        self.turn_wheel_over_videos(6)

    def test_video_that_stands_in_the_way_is_left_out(self):
        """One that is too short for a place turns nothing off: it is left out there, and put back."""
        longer = os.path.join(self.clips, 'longer.mp4')
        make_clip(longer, seconds=5)
        window = self.open(self.source('short.mp4'), self.source('longer.mp4', of=longer))
        self.choose(window, 'Instagram Reels')
        export = window.get('button', 'Export')
        window.press(window.get('button', 'Leave It Out'))
        window.wait_to_say(r'^short\.mp4 is left out here')
        wait_for(lambda: export.sensitive, 'Export to be possible')
        window.wait_to_say('^1 file ·')
        window.press(window.get('button', 'Put It Back'))
        window.get('button', 'Leave It Out')
        wait_for(lambda: not export.sensitive, 'Export to be impossible')
        window.press(window.get('button', 'Leave It Out'))
        wait_for(lambda: export.sensitive, 'Export to be possible')
        window.press(export)
        self.wait_for_files(1)
        self.assertIn('longer', self.world.made_files()[0])

    def test_broken_file_is_told_from_the_good_ones(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assertTrue(window.drop(self.source('good.mp4'), self.broken_source('broken.mp4'), self.source('other.mp4')))
        window.wait_to_say(r'broken\.mp4 is not a video')
        self.choose(window, 'YouTube')
        window.wait_to_say('2 files')
        self.assertTrue(window.get('button', 'Export').sensitive)
        window.press(window.get('button', r'Remove broken\.mp4'))
        wait_for(lambda: not window.tree.says('is not a video'), 'the broken one to go')
        time.sleep(0.2)
        self.assertTrue(window.get('button', 'Export').sensitive)
