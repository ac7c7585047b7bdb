"""Videos that are moved, go away, come back, or are another video all of a sudden; and videos from unusual places."""
import os
import shutil
import signal
import subprocess

from accessible import wait_for
from case import WindowTest
from support import CLI, TIMEOUT, decode_errors, ffprobe, make_clip

GONE = 'does not exist'
AGAIN = 'Choose the Video Again'


class Lost(WindowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_clip = os.path.join(cls.clips, 'other.mp4')
        make_clip(cls.other_clip, seconds=3)

    def move(self, path, name):
        """Renames a source in its folder, whose files are not made here."""
        moved = os.path.join(os.path.dirname(path), name)
        os.rename(path, moved)
        self.world.given.add(moved)
        return moved

    def answer_with(self, window, name):
        """Types the name of a file, of letters and a dot, into the dialog that asks for one, and chooses it."""
        dialog = window.focus_dialog()

        def find_entry():
            entry = next((node for node in window.find_all('entry') if node.focused), None)
            if entry is None:
                window.key('ctrl+l')
            return entry

        def type_name():
            entry = wait_for(find_entry, 'the entry of the dialog')
            window.key('ctrl+a', *[{'.': 'period'}.get(letter, letter) for letter in name])
            return entry.text == name
        # Keys go astray while the dialog still looks for files.
        wait_for(type_name, 'the name in the dialog')
        choose = window.get('button', '(_Choose )?Choose$')
        wait_for(lambda: choose.sensitive, 'the file to be found')
        window.press(choose)
        wait_for(lambda: dialog.id not in [w.id for w in window.screen.find_windows(window.process.pid)], 'the dialog to close')
        window.screen.focus(window.window)

    def open_ready(self, *paths):
        window = self.open(*paths)
        self.choose(window, 'YouTube')
        export = window.get('button', 'Export')
        wait_for(lambda: export.sensitive, 'Export to be possible')
        return window

    def run_cli(self, *args):
        done = subprocess.run([CLI, *args], stdin=subprocess.DEVNULL, capture_output=True, env=self.world.env,
                              timeout=TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stderr)

    def row(self, window):
        return wait_for(lambda: next(iter(self.queue_rows(window)), None), 'a row')

    def press_in_row(self, window, button):
        window.press(wait_for(lambda: self.row(window).find('button', button), button))

    def wait_for_row(self, window, words):
        wait_for(lambda: self.row(window).says(words), '“%s” in the row' % words, 60)

    def duration(self, path):
        self.assertEqual(decode_errors(path), '')
        return float(ffprobe(path)['format']['duration'])

    # ---- Before the export ----

    def test_moved_video_is_known_again(self):
        source = self.source('first.mp4')
        self.source('stranger.mp4', of=self.other_clip)
        window = self.open_ready(source)
        moved = self.move(source, 'moved.mp4')
        window.wait_to_say(GONE)
        os.rename(moved, source)
        wait_for(lambda: not window.find('button', AGAIN), 'the question to go when the video is back')
        wait_for(lambda: window.get('button', 'Export').sensitive, 'Export to be possible')
        self.move(source, 'moved.mp4')
        window.wait_to_say(GONE)
        wait_for(lambda: not window.get('button', 'Export').sensitive, 'Export to be impossible')
        window.press(window.get('button', AGAIN))
        self.answer_with(window, 'stranger.mp4')
        window.wait_to_say('“stranger.mp4” is another video than “first.mp4”')
        window.press(window.get('button', AGAIN))
        self.answer_with(window, 'moved.mp4')
        wait_for(lambda: not window.find('button', AGAIN), 'the question to go')
        self.export(window)
        self.wait_for_files(1)
        self.assertEqual(os.path.basename(self.world.made_files()[0]), 'moved - YouTube.mp4')
        self.wait_until_done(window)

    def test_video_that_goes_away_at_the_last_moment(self):
        source = self.source('first.mp4')
        window = self.open_ready(source)
        # It hears of both at the same time.
        window.process.send_signal(signal.SIGSTOP)
        self.move(source, 'away.mp4')
        window.key('ctrl+Return')
        window.process.send_signal(signal.SIGCONT)
        window.get('button', AGAIN)
        window.wait_to_say(GONE)
        self.assertFalse(window.get('page tab', 'Queue').chosen)
        self.show_queue(window)
        window.wait_to_say('Nothing in the queue')

    def test_changed_video_is_looked_at_again(self):
        source = self.source('first.mp4')
        window = self.open_ready(source)
        shutil.copy(self.other_clip, source)
        window.wait_to_say('has changed since it was added')
        wait_for(lambda: window.get('button', 'Export').sensitive, 'Export to be possible')
        self.export(window)
        self.wait_until_done(window)
        self.assertAlmostEqual(self.duration(self.world.made_files()[0]), 3, delta=0.2)

    # ---- In the queue ----

    def open_stored(self, name):
        """A job that waits in the queue, and its source."""
        source = self.source(name)
        self.run_cli('queue', 'add', source, '--platform', 'youtube', '--output-folder', self.world.videos)
        window = self.open()
        self.show_queue(window)
        self.wait_for_row(window, 'Not begun yet')
        return window, source

    def test_waiting_job_goes_on_with_the_moved_video(self):
        window, source = self.open_stored('first.mp4')
        self.move(source, 'moved.mp4')
        self.press_in_row(window, 'Start')
        self.wait_for_row(window, GONE)
        self.press_in_row(window, AGAIN)
        self.answer_with(window, 'moved.mp4')
        self.wait_until_done(window)
        self.assertAlmostEqual(self.duration(self.world.made_files()[0]), 2, delta=0.2)

    def test_job_starts_again_only_when_told_to(self):
        window, source = self.open_stored('first.mp4')
        shutil.copy(self.other_clip, source)
        self.source('third.mp4', of=self.other_clip)
        self.press_in_row(window, 'Start')
        self.wait_for_row(window, 'is not the video that this export was planned for')
        self.press_in_row(window, AGAIN)
        self.answer_with(window, 'third.mp4')
        window.wait_to_say('everything would be made anew')
        window.press(window.get('button', '.*Cancel$'))
        self.assertEqual(self.world.made_files(), [])
        self.press_in_row(window, 'Start Again')
        wait_for(lambda: self.row(window).says('^Finished'), 'the new job to be finished', 60)
        wait_for(lambda: self.queue_rows(window)[1].says('^Cancelled'), 'the end of the old job')
        self.assertAlmostEqual(self.duration(self.world.made_files()[0]), 3, delta=0.2)

    def test_job_begun_goes_on_whatever_becomes_of_its_video(self):
        source = self.source('long.mp4', of=self.make_long_clip(20))
        window = self.open(source)
        self.choose(window, 'Web page')
        self.export(window)
        self.press_in_row(window, 'Pause')
        self.wait_for_row(window, '^Paused')
        self.move(source, 'moved.mp4')
        self.press_in_row(window, 'Resume')
        self.wait_for_row(window, '^Making the video')
        self.press_in_row(window, 'Cancel')
        self.wait_for_row(window, '^Cancelled$')
        self.press_in_row(window, 'Try Again')
        self.wait_for_row(window, GONE)
        self.press_in_row(window, AGAIN)
        self.answer_with(window, 'moved.mp4')
        self.wait_until_done(window)
        self.wait_for_files(1)
