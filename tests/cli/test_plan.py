"""probe, plan and validate: facts, decisions and findings, with nothing made."""
import json
import os

import support


class Probe(support.CliTest):
    def test_facts(self):
        facts = self.run_json('probe', self.clip)
        video = facts['streams'][facts['video_index']]
        audio = facts['streams'][facts['audio_index']]
        self.assertEqual((video['codec'], video['display_width'], video['display_height']), ('h264', 320, 180))
        self.assertEqual((video['frame_rate'], video['frame_count']), ('25', 75))
        self.assertEqual((audio['codec'], audio['sample_rate']), ('aac', 48000))
        self.assertAlmostEqual(facts['duration_us'] / 1e6, 3, delta=0.1)
        self.assertEqual(facts['size_bytes'], os.path.getsize(self.clip))

    def test_scan(self):
        self.assertTrue(self.run_json('probe', self.clip, '--scan')['scanned'])

    def test_words(self):
        text = self.run_cli('probe', self.clip).text
        self.assertIn('video: h264 320×180, 25 fps', text)


class Plan(support.CliTest):
    def plan(self, *args, **options):
        return self.run_json('plan', self.clip, *args, **options)

    def test_default_is_one_output(self):
        outputs = self.plan()['outputs']
        self.assertEqual(len(outputs), 1)
        self.assertEqual((outputs[0]['video']['codec'], outputs[0]['container']), ('h264', 'mp4'))
        self.assertEqual((outputs[0]['video']['width'], outputs[0]['video']['height']), (320, 180))

    def test_platforms(self):
        outputs = self.plan('--platform', 'youtube', '--platform', 'tiktok')['outputs']
        self.assertEqual([output['platform'] for output in outputs], ['youtube', 'tiktok-web'])
        self.assertEqual(len({output['file_name'] for output in outputs}), 2)
        for output in outputs:
            self.assertGreater(output['estimated_size_bytes'], 0)
            self.assertLessEqual(output['estimated_low_bytes'], output['estimated_size_bytes'])
            self.assertGreaterEqual(output['estimated_high_bytes'], output['estimated_size_bytes'])

    def test_order_is_that_of_the_command_line(self):
        outputs = self.plan('--output', 'codec=h264,suffix= b', '--platform', 'x', '--preset', 'mobile')['outputs']
        self.assertEqual([output.get('platform') for output in outputs], [None, 'x', None])
        self.assertEqual(outputs[2]['preset'], 'mobile')

    def test_common_settings_fill_what_outputs_leave_open(self):
        outputs = self.plan('--crf', '31', '--output', 'codec=h264,crf=21,suffix= a', '--output', 'codec=h264,suffix= b')['outputs']
        self.assertEqual([output['video']['crf'] for output in outputs], [21, 31])

    def test_trim(self):
        output = self.plan('--start', '0:01', '--end', '2.5')['outputs'][0]
        self.assertEqual((output['start_us'], output['end_us']), (1000000, 2500000))
        self.assertAlmostEqual(output['duration_us'], 1500000, delta=40000)

    def test_dry_run_is_plan(self):
        self.assertEqual(self.run_json('export', self.clip, '--dry-run', '--platform', 'web')['outputs'],
                         self.plan('--platform', 'web')['outputs'])
        self.assertEqual(os.listdir(self.out), [])

    def test_several_inputs(self):
        plans = self.run_json('plan', self.clip, self.clip)['plans']
        self.assertEqual(len(plans), 2)

    def test_request_file(self):
        request = {'source_uri': 'file://' + self.clip, 'naming_pattern': '{name} as {codec}',
                   'outputs': [{'codec': 'h264', 'crf': 33}]}
        path = os.path.join(self.root, 'request.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(request, file)
        output = self.run_json('plan', '--request', path)['outputs'][0]
        self.assertEqual((output['video']['codec'], output['video']['crf']), ('h264', 33))
        self.assertTrue(output['file_name'].startswith('holiday as '))
        piped = self.run_json('plan', '--request', '-', stdin=json.dumps(request).encode())['outputs'][0]
        self.assertEqual(piped['file_name'], output['file_name'])

    def test_bad_request_file(self):
        self.assert_usage('plan', '--request', os.path.join(self.root, 'none.json'))
        self.assertEqual(self.run_cli('plan', '--request', '-', stdin=b'{"outputs": 7}').status, 2)

    def test_words(self):
        text = self.run_cli('plan', self.clip, '--platform', 'youtube').text
        self.assertIn('holiday - YouTube.mp4', text)
        self.assertRegex(text, r'video: 320×180 H\.264, .*CRF')
        self.assertRegex(text, r'size: about ')


class Validate(support.CliTest):
    def issues(self, *args, status):
        return self.run_json('validate', self.clip, *args, status=status)

    def test_valid(self):
        self.assertTrue(self.issues('--platform', 'youtube', status=0)['valid'])

    def test_errors(self):
        cases = {
            'codec': ['--codec', 'realvideo'],
            'container': ['--container', 'avi'],
            'platform': ['--platform', 'nowhere'],
            'crf': ['--codec', 'h264', '--crf', '99'],
            'resolution': ['--resolution', '10x10'],
            'profile': ['--codec', 'prores', '--profile', 'best'],
        }
        for field, args in cases.items():
            with self.subTest(field):
                found = self.issues(*args, status=3)
                self.assertFalse(found['valid'])
                self.assertIn(field, [issue['field'] for issue in found['issues'] if issue['severity'] == 'error'])

    def test_codec_that_the_container_cannot_hold(self):
        found = self.issues('--codec', 'prores', '--container', 'mp4', status=3)
        self.assertTrue(all(issue['message'].endswith('.') for issue in found['issues']))

    def test_codec_that_the_platform_does_not_take(self):
        self.assertFalse(self.issues('--output', 'platform=tiktok,codec=prores', status=3)['valid'])

    def test_words(self):
        answer = self.run_cli('validate', self.clip, '--codec', 'realvideo')
        self.assertEqual(answer.status, 3)
        self.assertIn('error: ', answer.text)
        self.assertIn('cannot be exported', answer.text)


class Unreadable(support.CliTest):
    """Sources of every unreadable kind: exit 4, a sentence, and a document all the same."""

    def check(self, path):
        for command in ('probe', 'plan', 'validate', 'export'):
            with self.subTest(command):
                document = self.run_json(command, path, status=4)
                self.assertEqual((document['status'], document['exports']), ('failed', []))
                self.assertTrue(document['error']['message'].endswith('.'), document['error'])
                self.assertIn(document['error']['code'], ('source-unreadable', 'source-unsupported'))
        answer = self.run_cli('export', path)
        self.assertEqual((answer.status, answer.out), (4, b''))
        self.assertNotEqual(answer.err, b'')

    def write(self, name, data):
        path = os.path.join(self.root, name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def test_missing(self):
        self.check(os.path.join(self.root, 'gone.mp4'))

    def test_folder(self):
        self.check(self.root)

    def test_empty(self):
        self.check(self.write('empty.mp4', b''))

    def test_text(self):
        self.check(self.write('notes.mp4', b'This is not a video.\n' * 100))

    def test_cut_off_before_its_index(self):
        with open(self.clip, 'rb') as file:
            self.check(self.write('cut.mp4', file.read(20000)))

    def test_address_of_nothing(self):
        self.check('nonsense://example/clip.mp4')

    def test_a_broken_input_is_named_once(self):
        broken = os.path.join(self.root, 'broken.mp4')
        with open(broken, 'wb') as file:
            file.write(b'not a video')
        for command in ('plan', 'estimate', 'export'):
            answer = self.run_cli(command, broken)
            self.assertEqual((answer.status, answer.messages.count('broken.mp4')), (4, 1), answer.messages)


support.main()
