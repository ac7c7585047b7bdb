"""What the window's tests share: clips, a world for each test, and the ways of a person through the window."""
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from accessible import State, wait_for
from support import make_clip
from window import WINDOW, Window, World

# Encoders share the machine with whatever else runs there.
EXPORT_PATIENCE = 90


class WindowTest(unittest.TestCase):
    """Clips are made once for a class. At the end of a test its windows must have no reason to complain."""

    @classmethod
    def setUpClass(cls):
        cls.clips = tempfile.mkdtemp(prefix='sendoff-clips-')
        cls.addClassCleanup(shutil.rmtree, cls.clips, ignore_errors=True)
        cls.short_clip = os.path.join(cls.clips, 'short.mp4')
        make_clip(cls.short_clip, seconds=2)

    @classmethod
    def make_long_clip(cls, seconds):
        """Path of a clip that VP9, the slowest of the usual encoders, needs about a third of that time for."""
        path = os.path.join(cls.clips, 'long-%d.mp4' % seconds)
        if not os.path.exists(path):
            make_clip(path, seconds=seconds)
        return path

    def setUp(self):
        root = tempfile.mkdtemp(prefix='sendoff-window-')
        self.addCleanup(shutil.rmtree, root, ignore_errors=True)
        self.world = World(root)
        self.windows = []
        self.queue_lists = {}

    def source(self, name, of=None):
        """A source of that name: a copy of the short clip, or of another file."""
        path = os.path.join(self.world.sources, name)
        shutil.copy(of or self.short_clip, path)
        self.world.given.add(path)
        return path

    def broken_source(self, name):
        """A file that says it is a video and is not."""
        path = os.path.join(self.world.sources, name)
        with open(path, 'wb') as file:
            file.write(b'\0\0\0\x18ftypisom' + b'not a video at all ' * 500)
        self.world.given.add(path)
        return path

    def open(self, *paths):
        """Starts the program, as from a launcher, or with files as from a file manager."""
        window = Window(self.world, *paths)
        self.windows.append(window)
        self.addCleanup(window.end)
        return window

    def start_again(self, *paths):
        """Starts the program while another runs in the same world; the exit status."""
        return subprocess.run([WINDOW, *paths], env=self.world.env, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=30).returncode

    def choose(self, window, *names, chosen=True):
        """Makes places chosen, or not chosen, once the window offers them."""
        for name in names:
            card = window.get('choice', re.escape(name) + '$')
            # From GTK 4.18 on the cell around a button has its name, too.
            card = next((child for child in card.children() if child.role == 'toggle button'), card)
            if card.chosen != chosen:
                window.press(card)
            wait_for(lambda card=card: card.chosen == chosen, '%s to be %s' % (name, 'chosen' if chosen else 'left'))

    def reach(self, window, name, limit=100):
        """Presses Tab until a widget whose name begins so has the focus."""
        for _ in range(limit):
            node = window.focused()
            if node is not None and node.name.startswith(name):
                return node
            window.key('Tab')
        self.fail('Tab never reached “%s”' % name)

    def type(self, window, text):
        """Types letters and digits where the keyboard is."""
        window.key(*text)

    def outputs(self, window):
        """Titles of the files that will be made."""
        made = window.find('list', 'What will be made', showing=False)
        return [row.name for row in made.children() if row.role == 'list item'] if made else []

    def export(self, window):
        """Presses Export once that is possible, and looks at the queue."""
        button = window.get('button', 'Export')
        wait_for(lambda: button.sensitive, 'Export to be possible')
        window.press(button)
        self.show_queue(window)

    def show_queue(self, window):
        tab = window.get('page tab', 'Queue')
        if not tab.chosen:
            window.press(tab)
        wait_for(lambda: tab.chosen, 'the queue page')

    def queue_list(self, window):
        """The list of exports, looked up once: it lives as long as the window."""
        if window not in self.queue_lists:
            self.queue_lists[window] = window.get('list', 'Exports', showing=False)
        return self.queue_lists[window]

    def queue_rows(self, window):
        """The rows of the queue, newest first."""
        return [row for row in self.queue_list(window).children() if row.role == 'list item']

    def progress_bars(self, window):
        return [bar for row in self.queue_rows(window) for bar in row.find_all('progress bar')]

    def watch_progress(self, window):
        """The values that the only progress bar shows one after the other, up to the last one."""
        bar = wait_for(lambda: self.progress_bars(window), 'a progress bar')[0]
        values = []
        end = time.monotonic() + EXPORT_PATIENCE
        while bar.has(State.VISIBLE) and values[-1:] != [1]:
            value = bar.value
            if values[-1:] != [value]:
                values.append(value)
            self.assertLess(time.monotonic(), end, 'no end after %s' % values)
            time.sleep(0.05)
        return values

    def wait_until_done(self, window):
        """Waits until every row of the queue says that it is finished."""
        def all_finished():
            rows = self.queue_rows(window)
            return rows and all(row.says('^Finished') for row in rows)
        wait_for(all_finished, 'finished rows', EXPORT_PATIENCE)

    def wait_for_files(self, count):
        wait_for(lambda: len(self.world.made_files()) >= count, '%d files' % count, EXPORT_PATIENCE)
        self.assertEqual(len(self.world.made_files()), count)

    def files_for(self, *platforms):
        """Paths of what was made for each of these."""
        made = {os.path.splitext(path)[0].rsplit(' - ', 1)[-1]: path for path in self.world.made_files()}
        self.assertEqual(sorted(made), sorted(platforms))
        return [made[platform] for platform in platforms]

    def workers(self, window):
        """Processes that the window has started and that are still there."""
        children = []
        for task in os.listdir('/proc/%d/task' % window.process.pid):
            with open('/proc/%d/task/%s/children' % (window.process.pid, task), encoding='ascii') as file:
                children += file.read().split()
        return children

    def tearDown(self):
        for window in self.windows:
            self.assertEqual('\n'.join(window.complaints()), '')
