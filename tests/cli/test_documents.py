"""With --json there is one document on standard output, whatever is wrong with the command, its input or the request."""
import os

import support

# Words after which nothing can be done; BAD is a text called .mp4, NONE is no file at all.
USAGE = [
    'export', 'export --nonsense', 'export GOOD --output frob=1', 'export GOOD --request NONE', 'plan', 'estimate',
    'estimate GOOD --effort 7', 'validate GOOD GOOD', 'validate', 'probe', 'probe GOOD GOOD', 'verify', 'verify GOOD --platform nowhere',
    'thumbnails', 'queue', 'queue frob', 'queue show NONE', 'queue cancel NONE', 'queue pause NONE', 'queue resume NONE',
    'queue retry NONE', 'queue move NONE first', 'queue remove NONE', 'queue run NONE', 'queue add', 'resume NONE', 'cache frob',
    'cache limit much', 'codecs none', 'containers none', 'resolutions none', 'platforms none', 'platforms update', 'presets none',
    'presets add', 'presets add NONE', 'presets remove none', 'presets export none', 'release-sets none', 'settings none',
    'settings none 1', 'frobnicate',
]
UNREADABLE = ['export', 'plan', 'estimate', 'validate', 'probe', 'verify', 'thumbnails', 'queue add']
INVALID = ['export', 'plan', 'estimate', 'validate', 'queue add']
BAD_FILE = ['presets add BAD', 'platforms update BAD', 'release-sets add BAD']


class Documents(support.CliTest):
    def setUp(self):
        super().setUp()
        self.bad = os.path.join(self.root, 'bad.mp4')
        with open(self.bad, 'w', encoding='ascii') as file:
            file.write('This is not a video.')
        self.names = {'GOOD': self.clip, 'BAD': self.bad, 'NONE': os.path.join(self.root, 'none')}

    def ask(self, line, *more):
        return self.run_cli(*[self.names.get(word, word) for word in line.split()], *more, '--json')

    def test_usage(self):
        for line in USAGE:
            with self.subTest(line=line):
                words = [self.names.get(word, word) for word in line.split()]
                self.assert_usage(*words, '--json')

    def test_unreadable(self):
        for line in UNREADABLE:
            for name in ('BAD', 'NONE'):
                with self.subTest(line=line, name=name):
                    answer = self.ask(line + ' ' + name)
                    self.assertEqual(answer.status, 4)
                    self.assertEqual(answer.json['error']['code'], 'source-unreadable')
                    self.assertIn(answer.json['error']['message'], answer.messages)

    def test_invalid(self):
        for line in INVALID:
            with self.subTest(line=line):
                answer = self.ask(line + ' GOOD', '--codec', 'vp9', '--container', 'mov')
                self.assertEqual(answer.status, 3)
                self.assertIn('codec-not-in-container', [issue['code'] for issue in answer.json['issues']])

    def test_bad_file(self):
        for line in BAD_FILE:
            with self.subTest(line=line):
                answer = self.ask(line)
                self.assertEqual(answer.status, 3)
                self.assertEqual(answer.json['status'], 'invalid')
                self.assertEqual(answer.json['error']['code'], 'invalid-request')

    def test_queue_add(self):
        """What was stored before the first mistake is told, and stays."""
        answer = self.ask('queue add GOOD BAD')
        self.assertEqual(answer.status, 4)
        stored = [job['export_id'] for job in answer.json['jobs']]
        self.assertEqual([job['export_id'] for job in self.run_json('queue', 'list')['jobs']], stored)
        self.assertEqual(len(stored), 1)


support.main()
