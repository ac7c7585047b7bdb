"""Jobs of the command line in a window that runs: they appear by themselves, move, and obey the window's buttons."""
import json
import os
import subprocess

from accessible import wait_for
from case import WindowTest
from support import CLI, TIMEOUT, decode_errors

# Looking at another process's jobs must not be felt; what test_stalls.py allows a window under load.
LONGEST_WORK_MS = 120 * float(os.environ.get('SENDOFF_TEST_SLOWNESS', '1'))


class Processes(WindowTest):
    def setUp(self):
        super().setUp()
        self.watched = os.path.join(self.world.root, 'watchdog.txt')
        self.world.env['SENDOFF_WATCHDOG'] = self.watched

    def open_queue(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.show_queue(window)
        window.wait_to_say('Nothing in the queue')
        return window

    def start_cli(self, *args):
        process = subprocess.Popen([CLI, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=self.world.env)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_cli(self, *args):
        done = subprocess.run([CLI, *args], stdin=subprocess.DEVNULL, capture_output=True, env=self.world.env,
                              timeout=TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def stored_job(self):
        job, = json.loads(self.run_cli('queue', 'list', '--json'))['jobs']
        return job

    def row(self, window):
        return wait_for(lambda: next(iter(self.queue_rows(window)), None), 'a row')

    def wait_for_row(self, window, words, patience=60):
        wait_for(lambda: self.row(window).says(words), '“%s” in the row' % words, patience)

    def press(self, window, button):
        window.press(wait_for(lambda: self.row(window).find('button', button), button))

    def assert_main_loop_was_free(self):
        with open(self.watched, encoding='utf-8', errors='replace') as file:
            words = [line.split() for line in file]
        longest = max(float(parts[1]) for parts in words if parts and parts[0] == 'longest-cpu')
        self.assertGreater(longest, 0)
        self.assertLess(longest, LONGEST_WORK_MS)

    def test_export_of_the_command_line_is_live_and_obeys(self):
        window = self.open_queue()
        process = self.start_cli('export', self.source('long.mp4', self.make_long_clip(60)), '--platform', 'web',
                                 '--output-folder', self.world.videos)
        self.wait_for_row(window, 'in another program')
        wait_for(lambda: any(bar.value > 0 for bar in self.progress_bars(window)), 'progress')
        self.press(window, 'Pause')
        self.wait_for_row(window, '^Paused · in another program')
        wait_for(lambda: self.stored_job()['paused'], 'the job to be paused')
        self.press(window, 'Resume')
        self.wait_for_row(window, '^Making the video · in another program')
        before = max(bar.value for bar in self.progress_bars(window))
        wait_for(lambda: any(bar.value > before for bar in self.progress_bars(window)), 'more progress')
        self.assertEqual(self.workers(window), [])
        self.press(window, 'Cancel')
        self.wait_for_row(window, '^Cancelled$')
        self.assertNotEqual(process.wait(30), 0)
        self.assertEqual(self.world.made_files() + self.world.unfinished_files(), [])
        self.assert_main_loop_was_free()

    def test_killed_command_line_leaves_its_job_to_the_window(self):
        window = self.open_queue()
        process = self.start_cli('export', self.source('long.mp4', self.make_long_clip(20)), '--platform', 'web',
                                 '--output-folder', self.world.videos)
        wait_for(lambda: any(bar.value > 0 for bar in self.progress_bars(window)), 'progress')
        process.kill()
        self.wait_for_row(window, '^Interrupted')
        self.press(window, 'Continue')
        self.wait_until_done(window)
        self.assertEqual(decode_errors(self.world.made_files()[0]), '')

    def test_added_job_is_started_in_the_window(self):
        window = self.open_queue()
        self.run_cli('queue', 'add', self.source('holiday.mp4'), '--platform', 'youtube', '--output-folder', self.world.videos)
        self.wait_for_row(window, '^Not begun yet')
        self.press(window, 'Start')
        self.wait_until_done(window)
        self.wait_for_files(1)
        self.press(window, 'Remove from List')
        window.wait_to_say('Nothing in the queue')
        self.run_cli('queue', 'add', self.source('other.mp4'), '--platform', 'youtube', '--output-folder', self.world.videos)
        self.wait_for_row(window, '^Not begun yet')
        self.run_cli('queue', 'run')
        self.wait_until_done(window)
        self.wait_for_files(2)
        self.assert_main_loop_was_free()
