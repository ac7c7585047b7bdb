"""Another language: sentences and help are translated, documents, ids and options stay as they are."""
import json
import unittest

import support
from locales import locale_that_speaks


def shape(value):
    """A document without the texts that people read: members, numbers and ids."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items() if name not in ('message', 'created_at')}
    if isinstance(value, list):
        return [shape(member) for member in value]
    return value


class LanguageTest(support.CliTest):
    def speak(self, language):
        self.env.update(LC_ALL=locale_that_speaks(), LANGUAGE=language)

    def setUp(self):
        super().setUp()
        self.speak('de')
        if 'Befehle' not in self.run_cli('help').text:
            raise unittest.SkipTest('only the locale C is installed, which has no translations')

    def test_help(self):
        """Words are German, what is typed is not."""
        self.assertRegex(self.run_cli('help').text, r'export INPUT… \[options\] +Planen, ausführen und prüfen')
        self.assertRegex(self.run_cli('export', '--help').text, r'--target-size=SIZE +Zu erreichende Größe')
        self.assertRegex(self.run_cli('queue', '--help').text, r'move JOB first\|last\|up\|down +Seinen Platz ändern')
        self.speak('fr')
        self.assertRegex(self.run_cli('codecs', '--help').text, r'\[ID\] - codecs vidéo et audio')

    def test_errors(self):
        """An error is German, its code in the document is not."""
        self.assert_usage('presets', 'export', 'nonsense', says='keine Vorlage „nonsense“')
        document = self.run_json('export', self.clip, '--jobs', '0', status=2)
        self.assertEqual((document['status'], document['error']['code']), ('failed', 'usage'))
        self.assertIn('braucht eine Zahl', document['error']['message'])

    def test_tables(self):
        self.assertRegex(self.run_cli('settings').text, r'EINSTELLUNG +WERT +BEDEUTUNG')
        self.assertRegex(self.run_cli('settings').text, r'cores +0 +Arbeitsstücke')
        self.assertIn('Die Warteschlange ist leer.', self.run_cli('queue', 'list').text)

    def test_documents(self):
        """Documents are the same in every language, but for sentences."""
        commands = [[name] for name in ('codecs', 'containers', 'presets', 'resolutions', 'settings', 'platforms')]
        commands.append(['validate', self.clip, '--platform', 'youtube', '--crf', '20'])
        german = [self.run_json(*command) for command in commands]
        self.speak('C')
        english = [self.run_json(*command) for command in commands]
        for command, one, other in zip(commands, german, english):
            self.assertEqual(json.dumps(shape(one)), json.dumps(shape(other)), command)

    def test_english(self):
        self.speak('C')
        self.assertIn('Plan, run and verify', self.run_cli('help').text)
        self.assert_usage('presets', 'export', 'nonsense', says='no preset “nonsense”')


support.main()
