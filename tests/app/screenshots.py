"""Pictures of every state of the window, to be looked at: tests/screenshots DIR [WORD…] runs this.

Not a test: it fails only where a state cannot be reached. Each variant is a folder of its own.
"""
import gettext
import os
import re
import subprocess
import time

from accessible import wait_for
from case import WindowTest
from locales import locale_that_speaks
from screen import Drop
from support import CLI, ffmpeg, make_clip
from window import SETTINGS

DIRECTORY = os.environ['SENDOFF_SHOTS']
CATALOGS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.environ['SENDOFF_WINDOW']))), 'po')
WIDE, NARROW = (1080, 1000), (360, 1000)
VARIANTS = {
    'light': {},
    'dark': {'scheme': 'prefer-dark'},
    'narrow': {'size': NARROW},
    'narrow-dark': {'size': NARROW, 'scheme': 'prefer-dark'},
    'german': {'language': 'de'},
    'german-narrow': {'language': 'de', 'size': NARROW},
    'french-narrow': {'language': 'fr', 'size': NARROW},
    'large-text': {'font': 16},
    'large-text-narrow': {'font': 16, 'size': NARROW},
    'french-large-text': {'font': 16, 'language': 'fr'},
}
LONG_NAME = 'A very long name of a film about the sea, its people and their boats in winter – final cut 12 (approved) v3.mp4'

# A worker that is slow or ends with an error while a file of that name is there.
WORKER = '#!/bin/sh\n[ -e "{root}/slow" ] && sleep 6\n[ -e "{root}/broken" ] && exit 3\nexec "{worker}" "$@"\n'


class Screenshots(WindowTest):
    """One method for each variant is added below."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hdr = os.path.join(cls.clips, 'hdr.mp4')
        make_clip(cls.hdr, seconds=2, size='640x360', extra=['-pix_fmt', 'yuv420p10le', '-color_primaries', 'bt2020',
                                                            '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'])
        cls.fields = os.path.join(cls.clips, 'fields.mpg')
        ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=720x576:rate=25:duration=2', '-c:v', 'mpeg2video', '-flags',
               '+ildct+ilme', '-vf', 'setfield=tff', '-top', '1', '-b:v', '4M', cls.fields)
        cls.jumpy = os.path.join(cls.clips, 'jumpy.mkv')
        ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30:duration=3', '-vf', "select='not(mod(n,7))+gt(random(1),0.5)'",
               '-fps_mode', 'vfr', '-c:v', 'libx264', '-preset', 'ultrafast', cls.jumpy)

    def prepare(self, name, part, language=None, scheme=None, size=WIDE, font=None):
        """The environment of a variant."""
        self.folder = os.path.join(DIRECTORY, name)
        os.makedirs(self.folder, exist_ok=True)
        self.size = size
        self.count = 0
        self.part = part
        self.language = language
        catalog = gettext.translation('sendoff', CATALOGS, [language]) if language else gettext.NullTranslations()
        self.words = catalog.gettext
        self.world.env.update(LC_ALL=locale_that_speaks(), LANGUAGE=language or 'C', ADW_DEBUG_COLOR_SCHEME=scheme or 'prefer-light')
        if font:
            with open(os.path.join(self.world.home, '.config', 'gtk-4.0', 'settings.ini'), 'w', encoding='utf-8') as file:
                file.write(SETTINGS.replace('Cantarell 11', 'Cantarell %d' % font))
        worker = os.path.join(self.world.root, 'worker')
        with open(worker, 'w', encoding='utf-8') as file:
            file.write(WORKER.format(root=self.world.root, worker=self.world.env['SENDOFF_WORKER']))
        os.chmod(worker, 0o755)
        self.world.env['SENDOFF_WORKER'] = worker

    def behave(self, how, wanted=True):
        """Makes workers slow or broken from now on, or no longer."""
        path = os.path.join(self.world.root, how)
        if wanted:
            open(path, 'w', encoding='utf-8').close()
        elif os.path.exists(path):
            os.remove(path)

    def say(self, words):
        """A regular expression for words of the window in its language."""
        return re.escape(self.words(words).replace('_', '')) + '$'

    def show(self, *paths):
        window = self.open(*paths)
        window.window.configure(x=0, y=0, width=self.size[0] + 10, height=self.size[1])
        window.screen.display.sync()
        time.sleep(0.6)
        return window

    def shoot(self, window, name, pause=0.5):
        """A picture of all that is on the screen."""
        time.sleep(pause)
        self.count += 1
        path = os.path.join(self.folder, '%s-%02d-%s.png' % (self.part, self.count, name))
        subprocess.run(['import', '-window', 'root', '-crop', '%dx%d+0+0' % (self.size[0] + 10, self.size[1]), '+repage', path],
                       check=True)

    def press_named(self, window, role, words, **options):
        node = window.get(role, self.say(words), **options)
        window.press(node)
        return node

    def choose_places(self, window, *names):
        for name in names:
            card = window.get('choice', self.say(name))
            if not card.chosen:
                window.press(card)
            wait_for(lambda card=card: card.chosen, name)

    def wait_for_outputs(self, window, count):
        made = window.get('list', self.say('What will be made'), showing=False)
        wait_for(lambda: len([row for row in made.children() if row.role == 'list item']) == count, '%d outputs' % count)

    def close_dialog(self, window):
        window.key('Escape')
        wait_for(lambda: len(window.screen.find_windows(window.process.pid)) == 1, 'the dialog to close')
        window.screen.focus(window.window)

    def act(self, window, action):
        """An action of the application, as from its menu."""
        window.call('org.freedesktop.Application.ActivateAction', action, '[]', '{}')

    def shoot_dialog(self, window, name, height=None):
        dialog = window.focus_dialog()
        dialog.configure(x=0, y=0, width=min(self.size[0], 640) + 10, height=height or dialog.get_geometry().height)
        window.screen.display.sync()
        self.shoot(window, name, 1)
        self.close_dialog(window)

    def dialogs(self, window):
        """Everything that opens over the window."""
        window.key('F10')
        self.shoot(window, 'menu')
        window.key('Escape')
        window.key('ctrl+comma')
        self.shoot_dialog(window, 'preferences', 990)
        self.act(window, 'shortcuts')
        self.shoot_dialog(window, 'shortcuts')
        self.act(window, 'about')
        self.shoot_dialog(window, 'about')

    def first_page(self):
        window = self.show()
        self.wait_for_words(window, 'Drop a video here')
        self.shoot(window, 'empty')
        self.hover(window)
        self.dialogs(window)
        self.behave('slow')
        window.open_files(self.source('holiday.mp4'))
        self.shoot(window, 'looking-at-a-video', 1)
        self.behave('slow', False)
        self.wait_for_words(window, 'Where is it going?')
        self.shoot(window, 'nothing-chosen')
        window.open_files(self.source(LONG_NAME, self.hdr), self.source('fields.mpg', self.fields),
                          self.source('jumpy.mkv', self.jumpy), self.broken_source('broken.mp4'))
        time.sleep(3)
        self.shoot(window, 'videos-with-warnings')
        return window

    def lost_page(self):
        """Exports that were stored for later, one of which has lost its video; and all the places."""
        waiting, lost = [self.source(name) for name in ('waiting.mp4', LONG_NAME)]
        for path in (waiting, lost):
            subprocess.run([CLI, 'queue', 'add', path, '--platform', 'youtube', '--output-folder', self.world.videos],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, env=self.world.env)
        window = self.show()
        window.key('alt+2')
        wait_for(lambda: self.row(window, 1), 'both exports')
        self.shoot(window, 'queue-waiting', 1)
        os.rename(lost, lost + '.away')
        self.press_in_row(window, 'Start')
        wait_for(lambda: self.row(window).find('button', re.escape(self.words('Choose the Video Again…'))), 'a lost video')
        self.shoot(window, 'queue-lost', 1)
        window.key('alt+1')
        window.open_files(waiting)
        self.reach(window, self.words('Show More Places'))
        window.key('Return')
        self.shoot(window, 'all-places', 1)
        return window

    def wait_for_words(self, window, words):
        window.wait_to_say(re.escape(self.words(words)))

    def hover(self, window):
        """A file over the window that is not let go."""
        drop = Drop(window.window.id, [self.short_clip])
        left, top = window.screen.origin(window.window)
        drop.send('XdndEnter', 5 << 24, drop.uris)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            drop.send('XdndPosition', 0, ((left + 150 + int(end * 10) % 3) << 16) | (top + 300), drop.time,
                      drop.atom('XdndActionCopy'))
            event = drop.next_event(time.monotonic() + 0.1)
            if event is not None and hasattr(event, 'target'):
                drop.serve(event)
        self.shoot(window, 'file-over-the-window', 0)
        drop.send('XdndLeave')
        drop.close()

    def outputs_page(self):
        window = self.show(self.source('holiday.mp4', self.make_long_clip(200)))
        self.choose_places(window, 'Instagram Stories', 'Web page', 'X (Twitter)')
        self.wait_for_outputs(window, 3)
        self.shoot(window, 'places-chosen', 2)
        self.press_named(window, 'button', 'Save as Release Set…')
        window.get('entry', self.say('Name'))
        window.focus_dialog()
        window.key('s', 'e', 't')
        self.shoot(window, 'name-dialog')
        window.key('Return')
        wait_for(lambda: len(window.screen.find_windows(window.process.pid)) == 1, 'the dialog to close')
        window.screen.focus(window.window)
        self.shoot(window, 'toast')
        self.press_named(window, 'button', 'Presets and Release Sets…')
        self.shoot_dialog(window, 'presets-and-release-sets', 990)
        self.reach(window, self.words('Settings'))
        window.key('Return')
        self.reach(window, self.words('Video format'))
        self.shoot(window, 'settings-of-an-output')
        self.reach(window, self.words('Advanced'))
        window.key('Return')
        self.reach(window, self.words('Speed'))
        self.shoot(window, 'advanced-settings')
        return window

    def row(self, window, index=0):
        rows = window.get('list', self.say('Exports'), showing=False)
        return wait_for(lambda: [row for row in rows.children() if row.role == 'list item'][index:index + 1], 'a row')[0]

    def press_in_row(self, window, words, index=0):
        pattern = re.escape(self.words(words))
        window.press(wait_for(lambda: self.row(window, index).find('button', pattern), words))

    def begin(self, window, path, *names, broken=False):
        """Exports a file to these places and goes to the queue."""
        window.key('alt+1')
        window.open_files(path)
        self.choose_places(window, *names)
        button = window.get('button', self.say('Export'))
        wait_for(lambda: button.sensitive, 'Export to be possible')
        # Only now: the video could not be looked at either.
        self.behave('broken', broken)
        window.press(button)
        window.key('alt+2')

    def queue_page(self):
        window = self.show()
        self.wait_for_words(window, 'Drop a video here')
        window.key('alt+2')
        self.shoot(window, 'queue-empty')
        self.begin(window, self.source(LONG_NAME), 'YouTube', broken=True)
        wait_for(lambda: self.row(window).find('button', re.escape(self.words('Try Again'))), 'a failed export')
        self.shoot(window, 'queue-failed')
        self.behave('broken', False)
        self.begin(window, self.source('short.mp4'), 'YouTube')
        wait_for(lambda: self.row(window).find('button', re.escape(self.words('Show in Folder'))), 'a finished export', 60)
        self.shoot(window, 'queue-finished')
        self.begin(window, self.source('long.mp4', self.make_long_clip(200)), 'Web page')
        process = subprocess.Popen([CLI, 'export', self.source('other.mp4', self.make_long_clip(200)), '--platform', 'web',
                                    '--output-folder', self.world.videos], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.world.env)
        try:
            self.shoot(window, 'queue-running', 8)
            self.press_in_row(window, 'Pause', 1)
            self.shoot(window, 'queue-paused', 1)
            self.press_in_row(window, 'Cancel', 1)
            self.shoot(window, 'queue-cancelled', 1)
        finally:
            process.kill()
            process.wait()
        self.shoot(window, 'queue-interrupted', 6)
        return window

    def take(self, name, part):
        self.prepare(name, part.__name__.replace('_page', ''), **VARIANTS[name])
        window = part(self)
        # Another window in the same session would only tell this one to open.
        window.process.terminate()
        window.process.wait(10)


def add_variants():
    """A test method for each part of each variant, so that some can be chosen."""
    for name in VARIANTS:
        for part in [Screenshots.first_page, Screenshots.outputs_page, Screenshots.queue_page, Screenshots.lost_page]:
            def method(self, name=name, part=part):
                self.take(name, part)
            setattr(Screenshots, 'test_%s_%s' % (name.replace('-', '_'), part.__name__), method)


add_variants()
