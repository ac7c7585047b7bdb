"""The preferences: what is chosen there is stored and obeyed at once, and what others store is shown there."""
import json
import os
import subprocess

from accessible import wait_for
from case import WindowTest
from test_access import what_is_wrong_with

CLI = os.environ['SENDOFF_CLI']


class Preferences(WindowTest):
    def stored(self):
        try:
            with open(os.path.join(self.world.data, 'settings.json'), encoding='utf-8') as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def wait_until_stored(self, name, value):
        wait_for(lambda: self.stored().get(name) == value, '%s to be %s in %s' % (name, value, self.stored()))

    def run_cli(self, *args):
        answer = subprocess.run([CLI, *args], env=self.world.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def open_preferences(self, *paths):
        window = self.open(*paths)
        # Nothing to set before the engine has started.
        window.wait_to_say('Drop a video here|What will be made|Where to')
        window.key('ctrl+comma')
        window.get('switch', 'Low battery', showing=False)
        window.focus_dialog()
        return window

    def test_switches(self):
        window = self.open_preferences()
        low_battery = window.get('switch', 'Low battery')
        self.assertEqual((low_battery.chosen, low_battery.description),
                         (True, 'Exports wait until the computer is charged or plugged in'))
        window.press(low_battery)
        self.wait_until_stored('pause-on-low-battery', False)
        self.run_cli('settings', 'pause-on-low-battery', 'on')
        wait_for(lambda: low_battery.chosen, 'what the command line stored')
        on_by_itself = window.get('switch', 'Go on with interrupted exports')
        self.assertFalse(on_by_itself.chosen)
        window.press(on_by_itself)
        self.wait_until_stored('resume-automatically', True)

    def test_numbers(self):
        window = self.open_preferences()
        self.reach(window, 'Processor cores')
        window.key('space', 'Down', 'Return')
        self.wait_until_stored('cores', 1)
        self.run_cli('settings', 'memory-limit', '3GB')
        window.wait_to_say('^3.0.GB$')
        self.reach(window, 'Keep at most')
        window.key('space', 'Down', 'Return')
        self.wait_until_stored('cache-limit', 0)
        self.assertEqual(self.stored()['memory-limit'], 3 * 10**9)

    def test_kept_work_is_removed(self):
        source = self.source('holiday.mp4')
        self.run_cli('export', source, '--platform', 'youtube', '--output-folder', self.world.videos)
        chunks = os.path.join(self.world.cache, 'chunks')
        self.assertNotEqual(os.listdir(chunks), [])
        window = self.open_preferences(source)
        clear = window.get('button', 'Clear')
        wait_for(lambda: clear.sensitive, 'something to clear')
        window.press(clear)
        window.wait_to_say('^0 bytes of at most ')
        self.assertFalse(clear.sensitive)
        self.assertEqual(os.listdir(chunks), [])

    def test_everything_has_a_name(self):
        window = self.open_preferences()
        problems = [what_is_wrong_with(node) for node in window.find_all()]
        self.assertEqual([problem for problem in problems if problem], [])
