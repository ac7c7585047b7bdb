"""What is still there after the window was closed, and after it was killed."""
import signal

from accessible import wait_for
from case import WindowTest
from support import decode_errors


class History(WindowTest):
    def start_long_export(self):
        """A window with an export that is well under way and far from its end."""
        window = self.open(self.source('long.mp4', self.make_long_clip(40)))
        self.choose(window, 'Web page')
        self.export(window)
        wait_for(lambda: any(bar.value > 0.1 for bar in self.progress_bars(window)), 'progress')
        return window

    def continue_export(self):
        """Opens the window again and goes on with the export that it finds interrupted there."""
        self.assertEqual(self.world.made_files(), [])
        window = self.open()
        self.show_queue(window)
        window.wait_to_say('^Interrupted')
        window.press(window.get('button', 'Continue'))
        self.wait_until_done(window)
        self.wait_for_files(1)
        self.assertEqual(decode_errors(self.world.made_files()[0]), '')
        self.assertEqual(self.world.unfinished_files(), [])

    def test_finished_jobs_are_there_after_reopening(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        self.export(window)
        self.wait_until_done(window)
        window.key('ctrl+q')
        window.wait_for_end()
        self.assertEqual(window.process.returncode, 0)
        again = self.open()
        self.show_queue(again)
        again.wait_to_say('holiday.*YouTube')
        self.wait_until_done(again)

    def test_quitting_asks_and_the_export_goes_on_next_time(self):
        window = self.start_long_export()
        window.key('ctrl+q')
        window.press(window.get('button', '.*Stop and Quit'))
        window.wait_for_end()
        self.assertEqual(window.process.returncode, 0)
        self.continue_export()

    def test_export_of_a_killed_window_goes_on(self):
        window = self.start_long_export()
        window.process.send_signal(signal.SIGKILL)
        window.wait_for_end()
        self.continue_export()
