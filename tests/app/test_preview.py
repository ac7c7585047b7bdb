"""The preview: a picture that moves, and the part of the video that goes into the files."""
import os
import time

from accessible import wait_for
from case import WindowTest
from support import ffprobe, make_clip

FRAME = 1 / 25


class Preview(WindowTest):
    def setUp(self):
        super().setUp()
        self.clip = os.path.join(self.clips, 'ten-seconds.mp4')
        if not os.path.exists(self.clip):
            make_clip(self.clip, seconds=10)

    def slider(self, window, name):
        return window.get('slider', name)

    def value(self, window, name):
        return self.slider(window, name).value

    def length(self, path):
        return float(ffprobe(path)['format']['duration'])

    def test_handles_trim_by_keyboard(self):
        window = self.open(self.source('holiday.mp4', of=self.clip))
        self.choose(window, 'YouTube')
        wait_for(lambda: self.value(window, 'End of') > 9.9, 'the length of the video')
        self.reach(window, 'Start of')
        window.key('Page_Up', 'Right', 'Right', 'Left')
        wait_for(lambda: abs(self.value(window, 'Start of') - 2 - FRAME) < 0.001, 'a start at 2 s and a frame')
        wait_for(lambda: abs(self.value(window, 'Position') - 2 - FRAME) < 0.001, 'the mark to come along')
        # Two seconds on from there, then O: the part ends with the frame that is shown.
        self.reach(window, 'Position')
        window.key('Page_Up', 'o')
        wait_for(lambda: abs(self.value(window, 'End of') - 4 - 2 * FRAME) < 0.001, 'an end')
        self.export(window)
        self.wait_for_files(1)
        self.assertAlmostEqual(self.length(self.world.made_files()[0]), 2 + FRAME, delta=0.05)

    def test_i_and_o_keep_their_order(self):
        window = self.open(self.source('holiday.mp4', of=self.clip))
        self.choose(window, 'YouTube')
        wait_for(lambda: self.value(window, 'End of') > 9.9, 'the length of the video')
        self.reach(window, 'Position')
        window.key('Page_Up', 'Page_Up', 'i', 'Page_Down', 'o')
        wait_for(lambda: abs(self.value(window, 'End of') - 2 - FRAME) < 0.001, 'an end before the former start')
        self.assertEqual(self.value(window, 'Start of'), 0)
        window.press(window.get('button', 'Use the Whole Video'))
        wait_for(lambda: self.value(window, 'End of') > 9.9, 'the whole video')

    def test_space_plays_and_pauses(self):
        window = self.open(self.source('holiday.mp4', of=self.clip))
        wait_for(lambda: self.value(window, 'End of') > 9.9, 'the length of the video')
        self.reach(window, 'Position')
        window.key('space')
        wait_for(lambda: self.value(window, 'Position') > 0.5, 'a picture that moves')
        window.key('space')
        stood = self.value(window, 'Position')
        time.sleep(0.6)
        self.assertAlmostEqual(self.value(window, 'Position'), stood, delta=0.2)

    def test_playing_ends_with_the_video(self):
        window = self.open(self.source('holiday.mp4'))
        wait_for(lambda: self.value(window, 'End of') > 1.9, 'the length of the video')
        self.reach(window, 'Position')
        window.key('space')
        wait_for(lambda: self.value(window, 'Position') > 1.8, 'the end')
        wait_for(lambda: window.find('button', 'Play'), 'the button to offer playing again')

    def test_each_file_can_have_its_own_part(self):
        window = self.open(self.source('holiday.mp4', of=self.clip))
        self.choose(window, 'YouTube', 'X (Twitter)')
        wait_for(lambda: self.value(window, 'End of') > 9.9, 'the length of the video')
        self.reach(window, 'Trim and framing of')
        window.key('space', 'Down', 'Return')
        self.reach(window, 'Start of')
        window.key('Page_Up', 'Page_Up', 'Page_Up')
        wait_for(lambda: self.value(window, 'Start of') > 5.9, 'a start')
        self.export(window)
        self.wait_for_files(2)
        youtube, other = self.files_for('YouTube', 'X (Twitter)')
        self.assertAlmostEqual(self.length(youtube), 4, delta=0.1)
        self.assertAlmostEqual(self.length(other), 10, delta=0.1)
