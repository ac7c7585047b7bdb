"""The window without a mouse and without eyes: focus, names, roles, values."""
from gi.repository import GLib

from accessible import CONTROLS, State, wait_for
from case import WindowTest

class Keyboard(WindowTest):
    def walk_focus(self, window, limit=100):
        """Names of everything that Tab reaches, once round."""
        seen = []
        for _ in range(limit):
            window.key('Tab')
            node = window.focused()
            entry = (node.role, node.name, node.extents) if node else None
            if entry in seen:
                break
            seen.append(entry)
        return {entry[1] for entry in seen if entry}

    def test_tab_reaches_every_control_of_a_plan(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'YouTube')
        reached = self.walk_focus(window)
        for wanted in ['Open', 'Queue', 'Main Menu', 'Remove holiday.mp4', 'YouTube', 'TikTok (app)', 'Show More Places',
                       'Social, quick', 'Add an Output', 'Remove YouTube', 'Export']:
            self.assertTrue(any(name.startswith(wanted) for name in reached), '%s in %s' % (wanted, sorted(reached)))

    def test_export_with_keys_alone(self):
        window = self.open(self.source('holiday.mp4'))
        window.wait_to_say('holiday')
        self.reach(window, 'YouTube')
        window.key('space')
        wait_for(lambda: self.outputs(window), 'an output')
        self.reach(window, 'Export')
        window.key('Return')
        self.wait_for_files(1)

    def what_is_wrong_with(self, node):
        """Why a screen reader's user would not know what this is, or None."""
        is_progress = node.role == 'progress bar'
        if not is_progress and not (node.role in CONTROLS and node.has(State.FOCUSABLE)):
            return None
        name = node.name or ' '.join(child.name for child in node.walk() if child.role == 'label')
        half = name[:len(name) // 2]
        if not name.strip() or name.startswith(('Gtk', 'Adw', 'Sendoff')):
            place = next((up.name for up in node.ancestors() if up.name), '')
            # The button of a toast that has none is libadwaita's.
            return 'a %s without a name in “%s”' % (node.role, place) if place != 'AdwToastWidget' else None
        if name == half + ' ' + half:
            return 'a %s that is read twice: %s' % (node.role, name)
        if is_progress and not 0 <= node.value <= 1:
            return '%s has a value of %s' % (name, node.value)
        return None

    def assert_everything_is_named(self, window):
        """Every control has a name, not that of its class, once; every progress bar a name and a value."""
        problems = []
        for node in window.find_all():
            try:
                problems.append(self.what_is_wrong_with(node))
            except GLib.Error:
                # Rows come and go.
                continue
        self.assertEqual([problem for problem in problems if problem], [])

    def test_everything_has_a_name(self):
        window = self.open()
        window.wait_to_say('Drop a video here')
        self.assert_everything_is_named(window)
        # Long enough not to be finished before it is looked at: short videos are made while sizes are estimated.
        window.open_files(self.source('holiday.mp4', of=self.make_long_clip(30)))
        window.wait_to_say('holiday')
        self.choose(window, 'Web page', 'TikTok (app)')
        wait_for(lambda: len(self.outputs(window)) == 2, 'two outputs')
        self.assert_everything_is_named(window)
        self.export(window)
        wait_for(lambda: self.progress_bars(window), 'a progress bar')
        self.assert_everything_is_named(window)
