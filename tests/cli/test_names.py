"""File names of any bytes: read, exported and named again exactly."""
import os
import shutil
import urllib.parse

import support


class Names(support.CliTest):
    def check(self, name, *args):
        """Exports a clip of that name, given relative to its folder, to a folder of its own."""
        folder = os.fsencode(self.root) + b'/in'
        os.mkdir(folder)
        shutil.copy(os.fsencode(self.clip), os.path.join(folder, name))
        document = self.run_json('export', '-d', self.out, '--platform', 'youtube', '--speed', 'ultrafast', *args,
                                 *(['--', name] if name.startswith(b'-') else [name]), cwd=folder)
        self.assertEqual(document['status'], 'completed')
        made = os.listdir(os.fsencode(self.out))
        self.assertEqual(len(made), 1)
        self.assertTrue(made[0].endswith(b' - YouTube.mp4'), made)
        uri = document['exports'][0]['output_uris'][0]
        self.assertEqual(urllib.parse.unquote_to_bytes(uri[len('file://'):]), os.path.join(os.fsencode(self.out), made[0]))
        self.assertEqual(support.decode_errors(os.path.join(os.fsencode(self.out), made[0])), '')
        return made[0]

    def test_not_utf8(self):
        self.assertEqual(self.check(b'caf\xe9 \xff.mp4'), b'caf\xe9 \xff - YouTube.mp4')

    def test_not_utf8_twice(self):
        for expected in (b'caf\xe9 - YouTube.mp4', b'caf\xe9 - YouTube (2).mp4'):
            source = os.path.join(os.fsencode(self.root), b'caf\xe9.mp4')
            shutil.copy(os.fsencode(self.clip), source)
            document = self.run_json('export', '-d', self.out, '--platform', 'youtube', '--speed', 'ultrafast', source)
            self.assertEqual(document['status'], 'completed')
            self.assertIn(expected, os.listdir(os.fsencode(self.out)))

    def test_plan_is_valid_utf8(self):
        source = os.path.join(os.fsencode(self.root), b'caf\xe9.mp4')
        shutil.copy(os.fsencode(self.clip), source)
        answer = self.run_cli('plan', source, '--platform', 'youtube')
        self.assertEqual(answer.status, 0)
        self.assertIn('caf\ufffd - YouTube.mp4', answer.out.decode())
        self.run_json('plan', source, '--platform', 'youtube')

    def test_pictures_of_any_name(self):
        source = os.path.join(os.fsencode(self.root), b'caf\xe9.mp4')
        shutil.copy(os.fsencode(self.clip), source)
        self.assertEqual(self.run_cli('thumbnails', source, '-d', self.out, '--count', '1').status, 0)
        self.assertEqual(os.listdir(os.fsencode(self.out)), [b'caf\xe9-01.png'])

    def test_newline(self):
        self.check(b'two\nlines.mp4')

    def test_dash(self):
        self.check(b'-dash.mp4')

    def test_looks_like_an_option(self):
        self.check(b'--json')

    def test_protocol_prefix(self):
        self.check(b'file:prefix.mp4')

    def test_colons(self):
        self.check(b'colon:in:name.mp4')

    def test_address_like(self):
        self.check(b'http:clip.mp4')

    def test_percent(self):
        self.check(b'100%25 of %s %d.mp4')

    def test_quotes_and_spaces(self):
        self.check(b' "quoted" \'name\' ; $(x) `y`.mp4')

    def test_unicode(self):
        name = self.check('Grüße 休日 🎬.mp4'.encode())
        self.assertEqual(name, 'Grüße 休日 🎬 - YouTube.mp4'.encode())

    def test_no_extension(self):
        self.check(b'plain')

    def test_braces_are_not_variables(self):
        name = self.check(b'{date} {nonsense}.mp4')
        self.assertTrue(name.startswith(b'{date} {nonsense}'), name)

    def test_control_characters_do_not_reach_the_terminal(self):
        path = os.path.join(self.root, 'red\x1b[31m.mp4')
        answer = self.run_cli('probe', path)
        self.assertEqual(answer.status, 4)
        self.assertNotIn(b'\x1b', answer.err)

    def test_cache_folder_of_any_bytes(self):
        self.env['SENDOFF_CACHE_DIR'] = os.fsdecode(os.path.join(os.fsencode(self.root), b'cache \xfe'))
        self.assertEqual(self.check(b'a.mp4'), b'a - YouTube.mp4')

    def test_output_folder_of_any_bytes(self):
        folder = os.path.join(os.fsencode(self.root), b'out \xfe')
        os.mkdir(folder)
        document = self.run_json('export', self.clip, '--output-folder', folder, '--platform', 'youtube')
        self.assertEqual(os.listdir(folder), [b'holiday - YouTube.mp4'])
        self.assertIn('%FE', document['exports'][0]['output_uris'][0])


support.main()
