"""Presets and release sets on the command line: made, changed, copied, handed on, and used."""
import json
import os

import support


class Kept(support.CliTest):
    """What both have in common: JSON that goes in and out."""

    def add(self, command, document, *args):
        return self.run_cli(command, 'add', '-', '--json', *args, stdin=json.dumps(document).encode())

    def refused(self, answer, status, *says):
        self.assertEqual(answer.status, status, answer.messages)
        for words in says:
            self.assertIn(words, answer.messages)
        if answer.out:
            self.assertEqual(answer.json['status'], 'invalid' if status == 3 else 'failed')
            self.assertIn(answer.json['error']['message'], answer.messages)


class Presets(Kept):
    def exported(self, preset_id):
        return json.loads(self.run_cli('presets', 'export', preset_id).text)

    def test_made_of_settings_and_used(self):
        made = self.run_json('presets', 'new', 'My Web', 'codec=vp9', 'quality=low', 'resolution=160x90', 'upscale=yes',
                             'description=For the blog')
        self.assertEqual((made['preset_id'], made['name'], made['video_codec'], made['target_quality']),
                         ('my_web', 'My Web', 'vp9', 'low'))
        self.assertEqual(made['custom_settings'], {'resolution': '160x90', 'upscale': True})
        self.assertFalse(made['is_system'])
        plan = self.run_json('plan', self.clip, '--preset', 'my_web')['outputs'][0]
        self.assertEqual((plan['video']['codec'], plan['video']['width'], plan['video']['height']), ('vp9', 160, 90))
        self.assertIn('My Web', plan['file_name'])

    def test_words(self):
        text = self.run_cli('presets', 'new', 'Small', 'codec=h265', 'audio_codec=none', 'max_size=8MB', 'fit=crop').text
        for words in ('H.265', 'no sound', 'at most 8.0', 'cropped'):
            self.assertIn(words, text)

    def test_change(self):
        self.run_json('presets', 'new', 'One', 'quality=high', 'crf=21', 'fps=25')
        changed = self.run_json('presets', 'set', 'one', 'name=Two, and more', 'crf=', 'codec=av1', 'quality=low')
        self.assertEqual((changed['preset_id'], changed['name'], changed['video_codec'], changed['target_quality']),
                         ('one', 'Two, and more', 'av1', 'low'))
        self.assertEqual(changed['custom_settings'], {'fps': '25'})
        self.assertEqual(self.exported('one'), changed)
        self.refused(self.run_cli('presets', 'set', 'one', 'flavour=sweet'), 2, 'flavour')
        self.refused(self.run_cli('presets', 'set', 'one', 'quality=hgih'), 3, 'hgih')
        self.refused(self.run_cli('presets', 'set', 'one', 'quality'), 2, 'KEY=VALUE')
        self.refused(self.run_cli('presets', 'set', 'nothing', 'quality=low'), 2, 'nothing')
        self.refused(self.run_cli('presets', 'set', 'mobile', 'quality=high'), 1, 'mobile', 'copy')
        self.assertEqual(self.exported('one'), changed)

    def test_duplicate(self):
        copy = self.run_json('presets', 'duplicate', 'archive')
        original = self.exported('archive')
        self.assertNotEqual((copy['preset_id'], copy['name']), (original['preset_id'], original['name']))
        for member in ('target_quality', 'video_codec', 'audio_codec', 'container', 'encoding_speed'):
            self.assertEqual(copy.get(member), original.get(member))
        second = self.run_json('presets', 'duplicate', 'archive')
        self.assertNotEqual(second['name'], copy['name'])
        named = self.run_json('presets', 'duplicate', copy['preset_id'], 'Für Oma')
        self.assertEqual((named['preset_id'], named['name']), ('fur_oma', 'Für Oma'))
        self.refused(self.run_cli('presets', 'duplicate', 'archive', 'für oma'), 1, 'Für Oma')

    def test_names_clash(self):
        self.run_json('presets', 'new', 'Mine')
        self.refused(self.run_cli('presets', 'new', 'mine'), 1, 'Mine')
        self.refused(self.add('presets', {'preset_id': 'other', 'name': 'MINE', 'target_quality': 'low'}), 1, 'Mine')
        self.refused(self.run_cli('presets', 'new', 'archive'), 1, 'Archive')
        self.refused(self.run_cli('presets', 'new', '  '), 3, 'name')
        self.refused(self.run_cli('presets', 'new', 'x' * 81), 3, '80')
        self.refused(self.run_cli('presets', 'new', 'two\nlines'), 3, 'one line')

    def test_bad_files(self):
        for document, says in (({'name': 'X', 'colour': 'red'}, 'colour'), ({'target_quality': 'low'}, 'name'),
                               ({'name': 'X', 'video_codec': 'realvideo'}, 'realvideo'), ({'name': 7}, 'name'),
                               ({'name': 'X', 'custom_settings': {'crf': 'good'}}, 'crf'), ('text', '')):
            with self.subTest(document):
                self.refused(self.add('presets', document), 3, says)
        broken = self.run_cli('presets', 'add', '-', stdin=b'{"name": ')
        self.refused(broken, 3, 'JSON')
        self.refused(self.run_cli('presets', 'add', '-', stdin=b'\xff\xfe'), 3, 'UTF-8')
        self.assertEqual([entry['id'] for entry in self.run_json('presets')['presets'] if entry.get('is_system') is False], [])

    def test_from_a_list_or_a_short_file(self):
        """What “presets ID --json” shows can be handed on, and a file may leave out what goes without saying."""
        listed = self.run_json('presets', 'mobile')
        for member in ('preset_id', 'id'):
            del listed[member]
        self.assertEqual(self.add('presets', dict(listed, name='From the list')).json['preset_id'], 'from_the_list')
        short = self.add('presets', {'name': 'Short'}).json
        self.assertEqual((short['preset_id'], short['target_quality']), ('short', 'medium'))

    def test_for_a_platform(self):
        """A preset made of a platform's output keeps the platform's rules, and has its own name."""
        self.run_json('presets', 'new', 'Our Shorts', 'platform=youtube', 'quality=low')
        plan = self.run_json('plan', self.clip, '--preset', 'our_shorts')['outputs'][0]
        self.assertEqual((plan['platform'], plan['label'], plan['quality']), ('youtube', 'Our Shorts', 'low'))
        other = self.run_json('plan', self.clip, '--output', 'preset=our_shorts,platform=x')['outputs'][0]
        self.assertEqual((other['platform'], other['label']), ('x', 'X (Twitter)'))


class ReleaseSets(Kept):
    def test_made_listed_and_exported_with(self):
        made = self.run_json('release-sets', 'new', 'Every Friday', '--platform', 'youtube', '--output',
                             'codec=h264,resolution=64x36', '--speed', 'ultrafast', '-d', self.out, '--name',
                             '{name} on {platform}')
        self.assertEqual((made['release_set_id'], made['name'], made['naming_pattern']),
                         ('every_friday', 'Every Friday', '{name} on {platform}'))
        self.assertEqual(self.run_json('release-sets', 'list')['release_sets'], [made])
        self.assertIn('YouTube', self.run_cli('release-sets').text)
        document = self.run_json('export', self.clip, '--release-set', 'every friday')
        self.assertEqual(document['status'], 'completed')
        names = sorted(os.listdir(self.out))
        self.assertEqual(len(names), 2)
        self.assertIn('holiday on YouTube.mp4', names)
        self.assertEqual([support.decode_errors(os.path.join(self.out, name)) for name in names], ['', ''])

    def test_command_line_wins(self):
        self.run_json('release-sets', 'new', 'A', '--platform', 'x', '-d', self.out, '--name', '{name} a')
        other = os.path.join(self.root, 'other')
        plan = self.run_json('plan', self.clip, '--release-set', 'a', '--name', '{name} b', '--platform', 'youtube', '-d', other)
        self.assertEqual([output['file_name'] for output in plan['outputs']], ['holiday b.mp4', 'holiday b (2).mp4'])
        self.assertEqual([output['platform'] for output in plan['outputs']], ['x', 'youtube'])

    def test_files(self):
        self.run_json('release-sets', 'new', 'A', '--platform', 'x', '--start', '1')
        exported = json.loads(self.run_cli('release-sets', 'export', 'a').text)
        self.assertEqual(exported['outputs'], [{'platform': 'x'}])
        self.refused(self.add('release-sets', dict(exported, release_set_id='b')), 1, 'A')
        self.assertEqual(self.add('release-sets', dict(exported, release_set_id='b', name='B')).status, 0)
        self.assertEqual(self.add('release-sets', dict(exported, outputs=[{'platform': 'tiktok-web'}])).status, 0)
        listed = self.run_json('release-sets', 'list')['release_sets']
        self.assertEqual([(entry['name'], entry['outputs'][0]['platform']) for entry in listed],
                         [('A', 'tiktok-web'), ('B', 'x')])
        self.assertEqual(self.run_cli('release-sets', 'remove', 'B').status, 0)
        self.assertEqual(len(self.run_json('release-sets', 'list')['release_sets']), 1)
        self.refused(self.run_cli('release-sets', 'remove', 'b'), 2, 'b')
        self.refused(self.run_cli('export', self.clip, '--release-set', 'b'), 2, 'b')

    def test_refused(self):
        for document, says in (({'name': 'X', 'outputs': [{'flavour': 1}]}, 'flavour'), ({'name': 'X', 'outputs': []}, 'output'),
                               ({'name': 'X'}, 'outputs'), ({'outputs': [{}]}, 'name'), ({'name': 'X', 'outputs': 3}, 'outputs'),
                               ({'name': 'X', 'outputs': [{}], 'folder': '/'}, 'folder'), ([], '')):
            with self.subTest(document):
                self.refused(self.add('release-sets', document), 3, says)
        self.assert_usage('release-sets', 'new')
        self.assert_usage('release-sets', 'new', 'A', 'B')
        self.assert_usage('release-sets', 'dance')
        self.refused(self.run_cli('release-sets', 'new', 'A', '--platform', 'myspace'), 3, 'myspace')
        self.refused(self.run_cli('release-sets', 'new', 'A', '--preset', 'mine'), 3, 'mine')
        self.assertEqual(self.run_json('release-sets', 'list'), {'release_sets': []})


support.main()
