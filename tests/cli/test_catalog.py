"""The commands that list what there is, help, and what is refused as usage."""
import support


class Catalog(support.CliTest):
    @classmethod
    def setUpClass(cls):
        """Nothing here needs a clip."""

    def ids(self, command):
        return [entry['id'] for entry in self.run_json(command)[command]]

    def test_words_without_a_locale(self):
        self.env.update(LC_ALL='C')
        self.assertIn('“sendoff-cli COMMAND --help”'.encode(), self.run_cli('help').out)

    def test_codecs(self):
        entries = {entry['id']: entry for entry in self.run_json('codecs')['codecs']}
        self.assertEqual(set(entries), {'h264', 'h265', 'vp9', 'av1', 'prores', 'dnxhd', 'aac', 'mp3', 'opus', 'pcm', 'flac'})
        self.assertEqual(entries['h264']['type'], 'video')
        self.assertEqual(entries['opus']['type'], 'audio')
        self.assertTrue(entries['h264']['available'])
        self.assertIn('mp4', entries['h264']['containers'])

    def test_one_codec(self):
        entry = self.run_json('codecs', 'h265')
        self.assertEqual((entry['codec_id'], entry['encoder'], entry['tag_isom']), ('h265', 'libx265', 'hvc1'))

    def test_unknown_id(self):
        self.assert_usage('codecs', 'realvideo', says='realvideo')
        self.assert_usage('platforms', 'nowhere', '--json', says='nowhere')

    def test_containers(self):
        ids = self.ids('containers')
        for wanted in ('mp4', 'mov', 'webm', 'mkv'):
            self.assertIn(wanted, ids)

    def test_presets(self):
        ids = self.ids('presets')
        for wanted in ('social_quick', 'social_quality', 'web_optimized', 'professional', 'archive', 'mobile', 'draft',
                       'low', 'medium', 'high', 'ultra'):
            self.assertIn(wanted, ids)

    def test_platforms(self):
        ids = self.ids('platforms')
        for wanted in ('youtube', 'instagram-reels', 'tiktok-web', 'tiktok-app', 'x', 'linkedin', 'web', 'professional'):
            self.assertIn(wanted, ids)

    def test_platform_by_alias(self):
        self.assertEqual(self.run_json('platforms', 'tiktok')['id'], 'tiktok-web')

    def test_resolutions(self):
        entries = {entry['id']: (entry['width'], entry['height']) for entry in self.run_json('resolutions')['resolutions']}
        self.assertEqual(len(entries), 12)
        self.assertEqual(entries['480p'], (854, 480))
        self.assertEqual(entries['1080p_v'], (1080, 1920))
        self.assertEqual(entries['720p_sq'], (720, 720))

    def test_tables(self):
        for command in ('codecs', 'containers', 'presets', 'platforms', 'resolutions'):
            with self.subTest(command):
                lines = self.run_cli(command).text.splitlines()
                ids = self.ids(command)
                self.assertEqual([line.split()[0] for line in lines[1:]], ids)
                self.assertEqual(len(lines), len(ids) + 1)

    def test_list_is_all(self):
        self.assertEqual(self.run_json('presets', 'list'), self.run_json('presets'))

    def test_entry_in_words(self):
        text = self.run_cli('codecs', 'h264').text
        self.assertIn('encoder: libx264\n', text)
        names = [line.split(':')[0] for line in text.splitlines()]
        told = [name for name in self.run_json('codecs', 'h264') if name != 'id']
        self.assertEqual(names, told, 'in the order of the document')


class Usage(support.CliTest):
    @classmethod
    def setUpClass(cls):
        """Nothing here needs a clip."""

    def test_no_command(self):
        self.assert_usage()

    def test_unknown_command(self):
        self.assert_usage('exprot', 'a.mp4', says='export, plan, ')

    def test_commands_that_are_not_there(self):
        listed = self.run_cli('help').text
        for command in ('serve', 'watch', 'schedule', 'library'):
            with self.subTest(command):
                self.assert_usage(command)
                self.assertNotIn('\n  %s ' % command, listed)

    def test_help(self):
        answer = self.run_cli('help')
        self.assertEqual(answer.status, 0)
        self.assertIn('export INPUT', answer.text)
        self.assertEqual(self.run_cli('--help').out, answer.out)

    def test_help_of_a_command(self):
        answer = self.run_cli('export', '--help')
        self.assertEqual(answer.status, 0)
        for option in ('--platform', '--output-folder', '--crf', '--two-pass', '--json-events', '--target-size'):
            self.assertIn(option, answer.text)
        self.assertEqual(self.run_cli('help', 'export').out, answer.out)

    def test_version(self):
        self.assertRegex(self.run_cli('--version').text, r'^sendoff-cli \d+\.\d+\.\d+\n$')

    def test_unknown_option(self):
        self.assert_usage('export', 'a.mp4', '--colour', 'blue', says='--colour')

    def test_options_of_later_versions(self):
        for option in (['--webhook', 'http://localhost/'], ['--deliver', 'x'], ['--save-to-library'], ['--start-at', '9:00'],
                       ['--project', 'p']):
            with self.subTest(option[0]):
                self.assert_usage('export', 'a.mp4', *option, says=option[0] + ' is not available')

    def test_bad_values(self):
        for option in (['--crf', 'good'], ['--video-bitrate', 'fast'], ['--fit', 'squeeze'], ['--jobs', '-1'], ['--jobs', '0'],
                       ['--output', 'codec'], ['--output', 'flavour=sweet'], ['--start', 'noon']):
            with self.subTest(option):
                self.assert_usage('export', 'a.mp4', *option)

    def test_no_input(self):
        for command in ('export', 'plan', 'validate', 'probe'):
            with self.subTest(command):
                self.assert_usage(command)

    def test_json_in_two_ways(self):
        self.assert_usage('export', 'a.mp4', '--json', '--json-events')

    def test_queue(self):
        self.assertEqual(self.run_json('queue', 'list'), {'jobs': []})
        self.assert_usage('queue')
        self.assert_usage('queue', 'show', 'no-such-job', says='no-such-job')

    def test_nothing_to_resume(self):
        self.assertEqual(self.run_json('resume')['jobs'], [])


support.main()
