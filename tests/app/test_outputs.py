"""The files that will be made: their settings, messages that offer a way out, where they go."""
import os

from accessible import wait_for
from case import WindowTest
from support import ffprobe, make_clip


class Outputs(WindowTest):
    def setUp(self):
        super().setUp()
        self.long_clip = os.path.join(self.clips, 'long-and-small.mp4')
        if not os.path.exists(self.long_clip):
            make_clip(self.long_clip, seconds=150, size='160x90', rate=5)

    def is_possible(self, window):
        return window.get('button', 'Export').sensitive

    def test_too_long_video_is_trimmed_with_one_click(self):
        window = self.open(self.source('talk.mp4', of=self.long_clip))
        self.choose(window, 'X (Twitter)')
        window.wait_to_say('at most 2:20')
        self.assertFalse(self.is_possible(window))
        window.press(window.get('button', 'Keep the First 2:20'))
        wait_for(lambda: self.is_possible(window), 'Export to be possible')
        self.assertFalse(window.tree.says('Keep the First'))

    def test_format_that_is_not_taken_is_replaced_with_one_click(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'TikTok (app)')
        self.reach(window, 'Settings')
        window.key('space')
        self.reach(window, 'Video format')
        window.key('space', 'Down', 'Down', 'Return')
        window.wait_to_say('only the video codecs h264')
        self.assertFalse(self.is_possible(window))
        window.press(window.get('button', 'Use H.264'))
        wait_for(lambda: self.is_possible(window), 'Export to be possible')

    def test_numbers_of_the_advanced_settings_are_obeyed(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        self.reach(window, 'Advanced')
        window.key('space')
        # Of the text inside an entry row, GTK 4.8 does not tell that it got the keyboard.
        self.reach(window, 'Rate control')
        window.key('Tab')
        self.type(window, '99')
        window.wait_to_say('lies between 0 and 51, not 99')
        self.assertFalse(self.is_possible(window))
        window.key('BackSpace', 'BackSpace')
        self.type(window, '51')
        wait_for(lambda: self.is_possible(window), 'Export to be possible')
        self.reach(window, 'Frames a second')
        window.key('space', 'Down', 'Down', 'Return')
        self.export(window)
        self.wait_for_files(1)
        video = [stream for stream in ffprobe(self.world.made_files()[0])['streams'] if stream['codec_type'] == 'video'][0]
        self.assertEqual(video['avg_frame_rate'], '24000/1001')

    def test_file_that_cannot_be_so_small_is_made_to_fit(self):
        clip = os.path.join(self.clips, 'a-minute.mp4')
        make_clip(clip, seconds=60, size='640x360', rate=30)
        window = self.open(self.source('talk.mp4', of=clip))
        self.choose(window, 'TikTok (app)')
        self.reach(window, 'Advanced')
        window.key('space')
        self.reach(window, 'Speed')
        window.key('shift+Tab')
        self.type(window, '1MB')
        window.wait_to_say('smallest possible size')
        self.assertFalse(self.is_possible(window))
        window.press(window.get('button', 'Make It Fit'))
        wait_for(lambda: self.is_possible(window), 'Export to be possible')

    def test_size_that_spoils_the_picture_is_said_with_a_way_out(self):
        """In the window nothing is changed for a size; one click takes what is proposed."""
        clip = os.path.join(self.clips, 'ten-seconds.mp4')
        make_clip(clip, seconds=10, size='640x360', rate=30)
        window = self.open(self.source('talk.mp4', of=clip))
        self.choose(window, 'TikTok (app)')
        self.reach(window, 'Advanced')
        window.key('space')
        self.reach(window, 'Speed')
        window.key('shift+Tab')
        self.type(window, '500kB')
        window.wait_to_say('This would look better: 640×1138')
        self.assertTrue(self.is_possible(window))
        window.press(window.get('button', 'Use 640×1138'))
        wait_for(lambda: not window.tree.says('640×1138, '), 'the picture to be smaller')
        self.export(window)
        self.wait_for_files(1)
        video = [stream for stream in ffprobe(self.world.made_files()[0])['streams'] if stream['codec_type'] == 'video'][0]
        self.assertEqual((video['codec_name'], video['width'], video['height']), ('h264', 640, 1138))
        self.assertLessEqual(os.path.getsize(self.world.made_files()[0]), 500000)

    def test_folder_that_cannot_be_written_is_said_before_export(self):
        folder = os.path.join(self.world.root, 'not a folder')
        with open(folder, 'w', encoding='ascii') as file:
            file.write('a file')
        path = os.path.join(self.world.home, '.config', 'glib-2.0', 'settings', 'keyfile')
        os.makedirs(os.path.dirname(path))
        with open(path, 'w', encoding='ascii') as file:
            file.write("[io/github/story_genius/Sendoff]\noutput-folder-uri='file://%s'\n" % folder.replace(' ', '%20'))
        self.world.env['GSETTINGS_BACKEND'] = 'keyfile'
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        window.wait_to_say('is not a folder')
        wait_for(lambda: not self.is_possible(window), 'Export to be impossible')
        self.assertTrue(window.get('button', 'Choose Another Folder').sensitive)
        window.press(window.get('button', 'Save Beside the Video'))
        wait_for(lambda: self.is_possible(window), 'Export to be possible')
