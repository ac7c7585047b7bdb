"""What the window does at the edge of the desktop: closing while exports run, notifications, the page shown last."""
import os
import subprocess
import sys

from accessible import wait_for
from case import EXPORT_PATIENCE, WindowTest
from support import decode_errors

HERE = os.path.dirname(os.path.abspath(__file__))


class Manners(WindowTest):
    def start_desktop(self, answer):
        """Services of a desktop; returns a function that gives what was asked of them so far."""
        log = os.path.join(self.world.root, 'desktop.log')
        process = subprocess.Popen([sys.executable, os.path.join(HERE, 'fake_desktop.py'), log, answer])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def asked():
            if not os.path.exists(log):
                return ''
            with open(log, encoding='utf-8') as file:
                return file.read()
        wait_for(lambda: 'ready' in asked(), 'the services of a desktop')
        return asked

    def start_export(self, seconds):
        window = self.open(self.source('long.mp4', self.make_long_clip(seconds)))
        self.choose(window, 'Web page')
        self.export(window)
        wait_for(lambda: any(bar.value > 0 for bar in self.progress_bars(window)), 'progress')
        return window

    def is_on_screen(self, window):
        return bool(window.screen.find_windows(window.process.pid))

    def test_closed_window_finishes_its_exports(self):
        asked = self.start_desktop('allow')
        window = self.start_export(20)
        # 4: suspending
        wait_for(lambda: 'inhibit: 4: Videos are being exported' in asked(), 'the wish to stay awake')
        window.key('ctrl+w')
        wait_for(lambda: 'background: Exports go on' in asked(), 'the question to the portal')
        window.wait_for_end(EXPORT_PATIENCE)
        self.assertEqual(window.process.returncode, 0)
        self.assertEqual(len(self.world.made_files()), 1)
        self.assertEqual(decode_errors(self.world.made_files()[0]), '')
        self.assertRegex(asked(), 'notification: Export finished: long.mp4: .*Show in Folder')

    def test_denied_background_brings_the_window_back(self):
        asked = self.start_desktop('deny')
        window = self.start_export(60)
        window.key('ctrl+w')
        wait_for(lambda: 'background' in asked(), 'the question to the portal')
        window.wait_to_say('Your desktop does not let Sendoff work in the background')
        self.assertTrue(self.is_on_screen(window))

    def test_closed_window_comes_back(self):
        window = self.start_export(60)
        window.key('ctrl+w')
        wait_for(lambda: not self.is_on_screen(window), 'the window to be gone')
        self.assertIsNone(window.process.poll())
        self.assertEqual(self.start_again(), 0)
        wait_for(lambda: self.is_on_screen(window), 'the window to be back')
        self.assertTrue(self.progress_bars(window))

    def test_page_and_size_are_remembered(self):
        self.world.env['GSETTINGS_BACKEND'] = 'keyfile'
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.show_queue(window)
        window.key('ctrl+q')
        window.wait_for_end()
        again = self.open()
        tab = again.get('page tab', 'Queue')
        wait_for(lambda: tab.chosen, 'the queue page')
