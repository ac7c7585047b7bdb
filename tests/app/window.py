"""The real program in a world of its own: folders, database, settings."""
import os
import re
import signal
import subprocess
import time

from accessible import FocusWatch, application, wait_for
from screen import Screen, drop_files

WINDOW = os.environ['SENDOFF_WINDOW']
APPLICATION_ID = 'io.github.story_genius.Sendoff'
SETTINGS = '[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\n'

# What libraries say about a screen without a desktop; it is nothing that Sendoff could change. The first frame of a
# window that no window manager has given a size yet is sometimes laid out with a size of 0: the header bar's
# content then gets less, after its borders, and since GTK 4.18 is measured for it. GLib complains when one looks whether a file that stands in for a resource is a
# folder.
HARMLESS = re.compile(r'Screen coordinates|dconf|portal|org\.freedesktop\.|Vulkan|MESA|libEGL|at-spi|accessibility bus'
                      r'|enumerate overlay directory|attempt to allocate (GtkBox|AdwViewSwitcher(Button)?) .* width -?\d+ and height -?\d+$'
                      r"|gtk_widget_measure: assertion 'for_size >= -1' failed", re.I)


class World:
    """Folders below one root. Several windows, one after the other, can live in it."""

    def __init__(self, root):
        self.root = root
        self.home = os.path.join(root, 'home')
        self.videos = os.path.join(self.home, 'Videos')
        self.sources = os.path.join(root, 'sources')
        self.data = os.path.join(root, 'data')
        self.cache = os.path.join(root, 'cache')
        self.given = set()
        config = os.path.join(self.home, '.config')
        for folder in [self.videos, self.sources, os.path.join(config, 'gtk-4.0')]:
            os.makedirs(folder)
        with open(os.path.join(config, 'gtk-4.0', 'settings.ini'), 'w', encoding='utf-8') as file:
            file.write(SETTINGS)
        with open(os.path.join(config, 'user-dirs.dirs'), 'w', encoding='utf-8') as file:
            file.write('XDG_VIDEOS_DIR="$HOME/Videos"\n')
        self.env = dict(os.environ, HOME=self.home, SENDOFF_DATA_DIR=self.data, SENDOFF_CACHE_DIR=self.cache,
                        XDG_CONFIG_HOME=config, XDG_DATA_HOME=os.path.join(self.home, 'data'),
                        XDG_CACHE_HOME=os.path.join(self.home, 'cache'), XDG_STATE_HOME=os.path.join(self.home, 'state'),
                        GDK_BACKEND='x11', GSK_RENDERER='cairo', GSETTINGS_BACKEND='memory', GIO_USE_VFS='local',
                        ADW_DISABLE_PORTAL='1', LC_ALL='C.UTF-8')
        # complaints() says which criticals count; the program must not end at one of the others.
        self.env.pop('G_DEBUG', None)

    def made_files(self):
        """Paths of what was exported: everything below the home's Videos and beside the sources that has a final name."""
        found = []
        for top in [self.videos, self.sources]:
            for base, _, names in os.walk(top):
                found += [os.path.join(base, name) for name in names if not name.startswith('.')]
        return sorted(path for path in found if path not in self.given)

    def unfinished_files(self):
        """Temporary files that a finished or cancelled export must not leave behind."""
        return sorted(os.path.join(base, name) for top in [self.videos, self.sources]
                      for base, _, names in os.walk(top) for name in names if name.startswith('.'))


class Window:
    """One run of the program. The messages that it prints are kept, and looked at in the end."""

    def __init__(self, world, *arguments):
        self.screen = Screen()
        self.log_path = os.path.join(world.root, 'messages-%d.log' % time.monotonic_ns())
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen([WINDOW, *arguments], env=world.env, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        self.window = wait_for(self.look_for_window, 'a window on the screen')
        self.screen.focus(self.window)
        self.tree = application(self.process.pid)
        self.focus = FocusWatch()

    def look_for_window(self):
        if self.process.poll() is not None:
            raise AssertionError('it ended with %d: %s' % (self.process.returncode, self.messages()[-2000:]))
        return next(iter(self.screen.find_windows(self.process.pid)), None)

    def focus_dialog(self):
        """Gives the keyboard to a dialog that has opened, as a window manager would."""
        def look():
            return next((window for window in self.screen.find_windows(self.process.pid) if window.id != self.window.id), None)
        dialog = wait_for(look, 'a dialog on the screen')
        self.screen.focus(dialog)
        return dialog

    def messages(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()

    def complaints(self):
        """Warnings of Sendoff itself and of the libraries that it uses wrongly."""
        return [line for line in self.messages().splitlines()
                if re.search(r'-(WARNING|CRITICAL|ERROR) \*\*|runtime error|Sanitizer', line) and not HARMLESS.search(line)]

    def find(self, *args, **options):
        return self.tree.find(*args, **options)

    def find_all(self, *args, **options):
        return self.tree.find_all(*args, **options)

    def get(self, *args, **options):
        return self.tree.get(*args, **options)

    def wait_to_say(self, pattern, **options):
        wait_for(lambda: self.tree.says(pattern), 'the words “%s”' % pattern, **options)

    def drop(self, *paths):
        """Drops files into the middle of the window; True when it took them."""
        geometry = self.window.get_geometry()
        left, top = self.screen.origin(self.window)
        return drop_files(self.window.id, left + geometry.width // 2, top + geometry.height // 2, paths)

    def key(self, *combinations):
        self.screen.key(*combinations)

    def press(self, node):
        """As a screen reader presses it; as a mouse does where GTK offers no action."""
        if not node.activate():
            self.screen.click(self.window, node.extents)

    def focused(self):
        """The widget that has the keyboard, or None before the first key."""
        return self.focus.get()

    def call(self, *arguments):
        """A method of the application on the session bus, in gdbus's way of writing."""
        return subprocess.run(['gdbus', 'call', '--session', '--dest', APPLICATION_ID, '--object-path',
                               '/' + APPLICATION_ID.replace('.', '/'), '--method', *arguments],
                              check=True, capture_output=True, text=True, timeout=30).stdout

    def open_files(self, *paths):
        """What a file manager does to open files with a program that runs already."""
        uris = ', '.join("'file://%s'" % path for path in paths)
        self.call('org.freedesktop.Application.Open', '[%s]' % uris, '{}')

    def wait_for_end(self, patience=20):
        return wait_for(lambda: self.process.poll() is not None, 'the end of the program', patience)

    def end(self):
        """Ends it whatever it does; for clearing up after a test."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.focus.close()
        self.screen.close()
