"""What a screen reader's user gets, in every state of the window: names and roles of all that takes the keyboard, values of
all that shows progress, and in the user's language."""
import json
import os
import shutil
import sqlite3

from gi.repository import GLib

from accessible import CONTROLS, State, wait_for
from case import WindowTest
from locales import locale_that_speaks
from support import decode_errors

# Classes of widgets whose names GTK gives to what has none.
CLASS_NAMES = ('Gtk', 'Adw', 'Sendoff')
# What is libadwaita's own and has no name there.
FOREIGN = ('AdwToastWidget', 'AdwEntryRow')


def name_of(node):
    return node.name or ' '.join(child.name for child in node.walk() if child.role == 'label')


def what_is_wrong_with(node):
    """Why this cannot be understood by its name, role and value; None when it can."""
    is_progress = node.role in ('progress bar', 'slider', 'level bar')
    if not is_progress and not (node.role in CONTROLS and node.has(State.FOCUSABLE)):
        return None
    name = name_of(node).strip()
    place = next((up.name for up in node.ancestors() if up.name), '')
    if not name or name.startswith(CLASS_NAMES):
        return None if place in FOREIGN else 'a %s without a name in “%s”' % (node.role, place)
    if is_progress and node.value is None:
        return 'a %s without a value: %s' % (node.role, name)
    if node.role == 'progress bar' and not 0 <= node.value <= 1:
        return '%s has a value of %s' % (name, node.value)
    return None


class Access(WindowTest):
    def assert_named(self, window, state):
        problems = []
        for node in window.find_all():
            try:
                problems.append(what_is_wrong_with(node))
            except GLib.Error:
                # Rows come and go.
                continue
        self.assertEqual(sorted({problem for problem in problems if problem}), [], state)

    def test_every_state(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assert_named(window, 'empty')
        preset = os.path.join(self.world.sources, 'small.json')
        with open(preset, 'w', encoding='utf-8') as file:
            json.dump({'name': 'Small', 'target_quality': 'low', 'video_codec': 'h264'}, file)
        window.open_files(self.source('holiday.mp4', self.make_long_clip(20)), self.broken_source('broken.mp4'), preset)
        window.wait_to_say('“Small” is kept')
        self.choose(window, 'YouTube', 'TikTok (app)', 'Small')
        wait_for(lambda: len(self.outputs(window)) == 3, 'three outputs')
        self.assert_named(window, 'three outputs, one video that is broken')
        window.press(window.get('button', 'Save as Release Set'))
        window.get('entry', 'Name$')
        self.assert_named(window, 'a dialog that asks for a name')
        window.press(window.get('button', '_Cancel'))
        window.press(window.get('button', 'Presets and Release Sets…'))
        window.get('list', 'Your presets')
        self.assert_named(window, 'presets and release sets')
        window.press(window.get('list', 'Your presets').get('button', 'Use'))
        self.export(window)
        wait_for(lambda: self.progress_bars(window), 'a progress bar')
        self.assert_named(window, 'running exports')
        self.wait_until_done(window)
        self.assert_named(window, 'finished exports')

    def test_settings_that_are_open(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'Web page')
        wait_for(lambda: self.outputs(window) == ['Web page'], 'the output')
        self.reach(window, 'Settings')
        window.key('Return')
        self.reach(window, 'Video format')
        self.reach(window, 'Advanced')
        window.key('Return')
        self.reach(window, 'Speed')
        self.assert_named(window, 'all settings of a file')

    def test_exports_that_were_held_up(self):
        """Rows of exports that are paused and cancelled, with a way back; and the menu over them."""
        window = self.open(self.source('long.mp4', self.make_long_clip(60)))
        self.choose(window, 'Web page')
        self.export(window)
        window.press(window.get('button', 'Pause: '))
        window.get('button', 'Resume: ')
        self.assert_named(window, 'a paused export')
        window.press(window.get('button', 'Cancel: '))
        window.wait_to_say('^Cancelled')
        self.assert_named(window, 'a cancelled export')
        window.key('F10')
        window.get('menu item', 'Preferences')
        self.assert_named(window, 'the main menu')
        window.key('Escape')

    def show_dialog(self, window, action, words):
        """Activates an action of the program that opens a window beside the first."""
        window.call('org.freedesktop.Application.ActivateAction', action, '[]', '{}')
        dialog = window.focus_dialog()
        window.wait_to_say(words)
        self.assert_named(window, action)
        window.key('Escape')
        wait_for(lambda: dialog.id not in [shown.id for shown in window.screen.find_windows(window.process.pid)],
                 'the dialog to close')
        window.screen.focus(window.window)

    def test_about_and_shortcuts(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.show_dialog(window, 'shortcuts', 'Paste copied files')
        self.show_dialog(window, 'about', 'Sendoff')

    def quit_and_open(self, window, change):
        """The queue of the next run, after a change that was made in between."""
        window.key('ctrl+q')
        answer = window.find('button', '.*Stop and Quit')
        if answer:
            window.press(answer)
        window.wait_for_end()
        change()
        window = self.open()
        self.show_queue(window)
        return window

    def test_exports_that_need_somebody(self):
        """Rows of exports that were interrupted, whose video is away, and that failed."""
        source = self.source('long.mp4', self.make_long_clip(60))
        window = self.open(source)
        self.choose(window, 'Web page')
        self.export(window)
        window.press(window.get('button', 'Pause: '))
        window.get('button', 'Resume: ')
        window = self.quit_and_open(window, lambda: None)
        window.wait_to_say('^Interrupted: what was made')
        window.get('button', 'Continue: ')
        self.assert_named(window, 'an interrupted export')
        window = self.quit_and_open(window, lambda: shutil.move(source, source + '.away'))
        window.get('button', 'Choose the Video Again…: ')
        self.assert_named(window, 'an export whose video is away')
        shutil.move(source + '.away', source)
        window = self.quit_and_open(window, self.let_fail)
        window.wait_to_say('^The encoder fell over')
        self.assert_named(window, 'a failed export')
        self.assertEqual(len(window.find_all('button', 'Copy Details')), 1)

    def let_fail(self):
        """Whatever is stored, as if its encoder had given up."""
        database = sqlite3.connect(os.path.join(self.world.data, 'sendoff.db'))
        database.execute("UPDATE export_outputs SET status = 'failed', error_code = 'failed', error_stage = 'encoding', "
                         "error_message = 'The encoder fell over.'")
        database.execute("UPDATE export_jobs SET status = 'failed', completed_at = updated_at, paused = 0")
        database.commit()
        database.close()

    def test_another_language(self):
        self.world.env.update(LANGUAGE='de', LC_ALL=locale_that_speaks())
        window = self.open(self.source('urlaub.mp4'))
        if locale_that_speaks() == 'C.UTF-8' and window.get('page tab', 'Queue|Warteschlange').name == 'Queue':
            self.skipTest('only the locale C is installed, which has no translations')
        window.get('page tab', 'Warteschlange')
        window.wait_to_say('Wohin geht es?')
        window.get('button', 'Exportieren')
        self.assert_named(window, 'German')

    def test_name_that_is_not_utf8(self):
        """It is shown readably, and the file that is made keeps its bytes."""
        source = os.path.join(os.fsencode(self.world.sources), b'caf\xe9.mp4')
        os.rename(os.fsencode(self.source('cafe.mp4')), source)
        self.world.given.add(os.fsdecode(source))
        window = self.open(source)
        window.wait_to_say('caf')
        self.choose(window, 'YouTube')
        self.export(window)
        self.wait_for_files(1)
        self.wait_until_done(window)
        self.assertEqual(os.path.basename(self.world.made_files()[0]), 'caf\udce9 - YouTube.mp4')
        self.assertEqual(decode_errors(self.world.made_files()[0]), '')
