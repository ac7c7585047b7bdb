"""Presets and release sets in the window: made, used, renamed, handed on, and there again the next time."""
import json
import os
import re

from accessible import Atspi, wait_for
from case import WindowTest
from support import decode_errors, ffprobe, stream


class Shelf(WindowTest):
    maxDiff = None

    def name_it(self, window, name, button):
        """Types a name into the dialog that asks for one, and goes on."""
        entry = window.get('entry', 'Name$')
        accept = window.get('button', button)
        if not name:
            self.assertFalse(accept.sensitive)
        interface = entry.accessible.get_editable_text_iface()
        Atspi.EditableText.set_text_contents(interface, name)
        wait_for(lambda: accept.sensitive, 'a name that can be taken')
        window.press(accept)

    def save_as_preset(self, window, output, name):
        """By the keyboard: keeps the settings of a file that will be made."""
        self.reach(window, 'Remove ' + output)
        self.reach(window, 'Save as Preset')
        window.key('Return')
        self.name_it(window, name, '_Save')

    def preset_file(self, file_name, **members):
        path = os.path.join(self.world.sources, file_name)
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(members, file)
        self.world.given.add(path)
        return path

    def manage(self, window):
        window.press(window.get('button', 'Presets and Release Sets…'))
        window.get('list', 'Your presets')

    def kept(self, window, title):
        kept = window.get('list', title)
        return [row for row in kept.children() if row.role == 'list item']

    def test_preset_is_made_and_used(self):
        window = self.open(self.source('holiday.mp4'))
        self.choose(window, 'Web page')
        wait_for(lambda: self.outputs(window) == ['Web page'], 'the output')
        self.save_as_preset(window, 'Web page', ' For the blog ')
        window.wait_to_say('“For the blog” is kept')
        self.choose(window, 'Web page', chosen=False)
        self.choose(window, 'For the blog')
        wait_for(lambda: self.outputs(window) == ['For the blog'], 'the output of the preset')
        self.export(window)
        self.wait_for_files(1)
        self.wait_until_done(window)
        path = self.world.made_files()[0]
        self.assertIn('For the blog', os.path.basename(path))
        self.assertEqual(stream(ffprobe(path), 'video')['codec_name'], 'vp9')
        self.assertEqual(decode_errors(path), '')

    def test_preset_files(self):
        """A file that is dropped is kept; one with the same name asks; nonsense is said."""
        window = self.open(self.source('holiday.mp4'))
        window.wait_to_say('holiday')
        self.assertTrue(window.drop(self.preset_file('small.json', name='Small', target_quality='low', video_codec='h264')))
        window.wait_to_say('“Small” is kept')
        window.get('choice', 'Small$')
        self.assertTrue(window.drop(self.preset_file('bad.json', name='Bad', colour='red')))
        window.wait_to_say('neither a preset nor a release set.*colour')
        self.assertTrue(window.drop(self.preset_file('again.json', name='small', target_quality='high')))
        window.press(window.get('button', '_Keep Both'))
        window.wait_to_say(re.escape('“small (copy)” is kept'))
        self.assertEqual(self.outputs(window), [])

    def test_rename_copy_and_delete(self):
        window = self.open(self.source('holiday.mp4'))
        window.wait_to_say('holiday')
        self.assertTrue(window.drop(self.preset_file('small.json', name='Small', target_quality='low')))
        window.wait_to_say('“Small” is kept')
        self.manage(window)
        self.assertEqual([row.name for row in self.kept(window, 'Your presets')], ['Small'])
        self.assertTrue(window.tree.says('low quality'))
        self.menu(window, 'Small', 'Duplicate')
        wait_for(lambda: [row.name for row in self.kept(window, 'Your presets')] == ['Small', 'Small (copy)'], 'a copy')
        self.menu(window, 'Small (copy)', 'Rename')
        self.name_it(window, 'Tiny', '_Rename')
        wait_for(lambda: [row.name for row in self.kept(window, 'Your presets')] == ['Small', 'Tiny'], 'another name')
        self.menu(window, 'Small', 'Delete')
        window.press(window.get('button', '_Delete'))
        wait_for(lambda: [row.name for row in self.kept(window, 'Your presets')] == ['Tiny'], 'the other one')

    def menu(self, window, name, entry):
        """Chooses from the menu of a row."""
        window.press(window.get('button', 'What to do with ' + re.escape(name) + '$'))
        item = window.get('menu item', entry)
        window.press(item)

    def test_release_set_comes_back(self):
        clip = self.source('holiday.mp4')
        window = self.open(clip)
        self.choose(window, 'YouTube', 'Web page')
        wait_for(lambda: len(self.outputs(window)) == 2, 'two outputs')
        window.press(window.get('button', 'Save as Release Set'))
        self.name_it(window, 'Every Friday', '_Save')
        window.wait_to_say('“Every Friday” is kept as a release set')
        wait_for(lambda: window.find('combo', 'Release set') and window.tree.says('Every Friday'), 'the set to be selected')
        self.choose(window, 'YouTube', chosen=False)
        self.manage(window)
        rows = self.kept(window, 'Release sets')
        self.assertEqual([row.name for row in rows], ['Every Friday'])
        window.press(rows[0].get('button', 'Use'))
        wait_for(lambda: sorted(self.outputs(window)) == ['Web page', 'YouTube'], 'the outputs of the set')

    def test_recent_videos(self):
        """On the empty page: what was opened before and is still there."""
        kept, gone, broken = self.source('kept.mp4'), self.source('gone.mp4'), self.broken_source('broken.mp4')
        window = self.open(kept, gone, broken)
        for words in ['kept', 'gone', 'broken.mp4 is not a video']:
            window.wait_to_say(words)
        noted = os.path.join(self.world.home, 'data', 'recently-used.xbel')
        wait_for(lambda: os.path.exists(noted) and b'kept.mp4' in open(noted, 'rb').read(), 'what is remembered')
        window.key('ctrl+q')
        window.wait_for_end()
        os.unlink(gone)
        window = self.open()
        recent = window.get('list', 'Opened last')
        self.assertEqual([row.name for row in recent.children() if row.role == 'list item'], ['kept.mp4'])
        self.reach(window, 'kept.mp4')
        window.key('Return')
        window.get('button', 'Remove kept.mp4')
