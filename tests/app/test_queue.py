"""The queue: cancelling and second thoughts, pausing, trying again, and what becomes of finished rows."""
import os
import shutil
import time

from accessible import State, wait_for
from case import WindowTest
from support import decode_errors


class Queue(WindowTest):
    def start(self, *places, seconds=60, name='long.mp4'):
        """A window with exports that are under way and far from their end, and its queue."""
        window = self.open(self.source(name, self.make_long_clip(seconds)))
        self.choose(window, *places)
        self.export(window)
        wait_for(lambda: any(bar.value > 0 for bar in self.progress_bars(window)), 'progress')
        return window

    def row(self, window, pattern):
        """The row whose title has this in it."""
        return wait_for(lambda: next((row for row in self.queue_rows(window) if row.says(pattern)), None), pattern)

    def press_in_row(self, window, pattern, button):
        row = self.row(window, pattern)
        window.press(wait_for(lambda: row.find('button', button), button))

    def wait_for_row(self, window, pattern, words, patience=60):
        wait_for(lambda: self.row(window, pattern).says(words), '“%s” in the row of %s' % (words, pattern), patience)

    def test_cancelling_can_be_taken_back(self):
        window = self.start('Web page', seconds=20)
        self.press_in_row(window, 'Web page', 'Cancel')
        self.wait_for_row(window, 'Web page', '^Cancelled. It can')
        wait_for(lambda: not self.workers(window), 'the end of the workers')
        self.press_in_row(window, 'Web page', 'Undo')
        wait_for(lambda: self.workers(window), 'workers again')
        self.wait_until_done(window)
        self.wait_for_files(1)
        self.assertEqual(decode_errors(self.world.made_files()[0]), '')

    def test_cancelling_is_meant_when_the_toast_is_gone(self):
        window = self.start('Web page')
        self.press_in_row(window, 'Web page', 'Cancel')
        self.wait_for_row(window, 'Web page', '^Cancelled$')
        self.assertEqual(self.world.made_files() + self.world.unfinished_files(), [])
        wait_for(lambda: not os.listdir(os.path.join(self.world.cache, 'jobs')), "the end of the job's folder")

    def test_one_of_two_is_cancelled(self):
        # Long enough not to be finished before the time for second thoughts is over.
        window = self.start('YouTube', 'Web page', seconds=120)
        self.press_in_row(window, 'Web page', 'Cancel: ')
        self.wait_for_row(window, 'Web page', '^Cancelled$')
        self.wait_for_row(window, 'YouTube', '^Finished')
        self.wait_for_files(1)
        self.assertIn('YouTube', self.world.made_files()[0])
        self.press_in_row(window, 'Web page', 'Try Again')
        self.wait_for_row(window, 'Web page', '^Making the video')
        self.wait_for_row(window, 'Web page', '^Finished', patience=120)
        self.wait_for_files(2)

    def test_one_of_two_is_tried_again_while_the_other_is_made(self):
        window = self.start('YouTube', 'Web page', seconds=120)
        self.press_in_row(window, 'Web page', 'Cancel: ')
        self.wait_for_row(window, 'Web page', '^Cancelled$')
        self.press_in_row(window, 'Web page', 'Try Again')
        self.wait_for_row(window, 'Web page', '^(Waiting|Getting ready|Making the video)')
        self.assertFalse(self.row(window, 'YouTube').says('^Finished'))
        for place in ['YouTube', 'Web page']:
            self.wait_for_row(window, place, '^Finished', patience=240)
        self.wait_for_files(2)
        self.assertEqual([decode_errors(path) for path in self.world.made_files()], ['', ''])

    def test_paused_job_waits(self):
        window = self.start('Web page', seconds=20)
        self.press_in_row(window, 'Web page', 'Pause')
        self.wait_for_row(window, 'Web page', '^Paused')
        wait_for(lambda: not self.workers(window), 'the end of the workers')
        self.press_in_row(window, 'Web page', 'Resume')
        wait_for(lambda: self.workers(window), 'workers again')
        self.wait_until_done(window)

    def test_paused_queue_holds_what_is_added(self):
        window = self.start('Web page', seconds=20)
        window.press(window.get('button', 'Pause All'))
        self.wait_for_row(window, 'Web page', '^The queue is paused')
        window.wait_to_say('1 export · .* · paused')
        wait_for(lambda: not self.workers(window), 'the end of the workers')
        window.press(window.get('page tab', 'Export'))
        window.open_files(self.source('later.mp4'))
        window.wait_to_say('later.mp4')
        self.export(window)
        self.wait_for_row(window, 'later', '^Waiting')
        window.wait_to_say('2 exports · .* · paused')
        time.sleep(1)
        self.assertEqual((self.workers(window), self.world.made_files()), ([], []))
        window.press(window.get('button', 'Resume All'))
        self.wait_until_done(window)
        self.wait_for_files(2)

    def test_failed_one_is_tried_again(self):
        source = self.source('moved.mp4', self.make_long_clip(20))
        window = self.open(source)
        self.choose(window, 'Web page')
        window.wait_to_say('moved')
        self.export(window)
        self.press_in_row(window, 'Web page', 'Pause')
        self.wait_for_row(window, 'Web page', '^Paused')
        shutil.move(source, source + '.away')
        self.quit(window)
        window = self.open()
        self.show_queue(window)
        self.row(window, 'Web page')
        window.wait_to_say('Choose the Video Again')
        shutil.move(source + '.away', source)
        self.quit(window)
        window = self.open()
        self.show_queue(window)
        self.press_in_row(window, 'Web page', 'Continue')
        self.wait_until_done(window)

    def test_what_is_made_from_kept_work_says_what_it_waits_for(self):
        window = self.open(self.source('kept.mp4'))
        self.choose(window, 'Web page')
        self.export(window)
        self.wait_until_done(window)
        for path in [self.source('long.mp4', self.make_long_clip(120)), os.path.join(self.world.sources, 'kept.mp4')]:
            window.press(window.get('page tab', 'Export'))
            window.open_files(path)
            window.wait_to_say(os.path.basename(path))
            self.export(window)
            wait_for(lambda: len(self.workers(window)) > 1, 'all cores to be busy')
        # The long one has taken every core.
        self.wait_for_row(window, r'kept\.mp4 →', '^Waiting to be written')
        self.wait_for_row(window, r'kept\.mp4 →', '^Finished')

    def quit(self, window):
        window.key('ctrl+q')
        answer = window.find('button', '.*Stop and Quit')
        if answer:
            window.press(answer)
        window.wait_for_end()

    def test_finished_rows_are_cleared(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        self.export(window)
        self.wait_until_done(window)
        self.wait_for_row(window, 'YouTube', r'✓ \d+ checks passed')
        self.press_in_row(window, 'YouTube', 'Copy Details')
        window.wait_to_say('Details copied')
        self.press_in_row(window, 'YouTube', 'Remove from List')
        window.wait_to_say('Nothing in the queue')
        self.assertEqual(len(self.world.made_files()), 1)
        self.quit(window)
        again = self.open()
        self.show_queue(again)
        again.wait_to_say('Nothing in the queue')
