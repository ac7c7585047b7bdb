"""Encoders of the graphics card, on machines that may have none: offered only after a trial, and never the end of an
export. Where a card is needed, the catalog is told that one of FFmpeg's software encoders is one."""
import glob
import json
import os
import signal
import time

import support

CATALOG = os.path.join(os.environ['G_TEST_SRCDIR'], '..', 'data', 'catalog', 'video-codecs.json')
RESOURCE = '/io/github/story_genius/Sendoff/catalog/catalog/video-codecs.json'

# libx264 takes what cards take, NV12, and its quality is the CRF.
PRETEND = {'encoder': 'libx264', 'name': 'Pretend', 'upload_format': 'nv12', 'quality_option': 'crf', 'quality_scale': 1,
           'quality_max': 51, 'params': [{'key': 'preset', 'value': 'veryfast'}]}


class Hardware(support.CliTest):

    def pretend(self, *encoders):
        """H.264 has these hardware encoders and no others, and the card is looked at."""
        self.env.pop('SENDOFF_HARDWARE', None)
        with open(CATALOG, encoding='utf-8') as file:
            catalog = json.load(file)
        next(c for c in catalog['video_codecs'] if c['codec_id'] == 'h264')['hardware_encoders'] = list(encoders)
        path = os.path.join(self.root, 'codecs.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(catalog, file)
        self.env['G_RESOURCE_OVERLAYS'] = '%s=%s' % (RESOURCE, path)

    def claim(self, *names):
        """The machine's profile says that these worked in their trial."""
        path = os.path.join(self.cache, 'machine.json')
        with open(path, encoding='utf-8') as file:
            profile = json.load(file)
        profile['machine']['hardware_encoders'] = list(names)
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(profile, file)

    def here(self):
        return self.run_json('codecs', 'h264')['hardware_here']

    def break_later(self):
        """An encoder that nobody has, although the machine's profile says that it worked."""
        self.pretend(dict(PRETEND, encoder='h264_of_nobody'))
        self.assertEqual(self.here(), [])
        self.claim('h264_of_nobody')
        self.assertEqual(self.here(), ['h264_of_nobody'])

    def test_none_present(self):
        self.pretend(dict(PRETEND, device=os.path.join(self.root, 'no-such-device')))
        self.assertEqual(self.here(), [])
        issues = self.run_json('validate', self.clip, '--encoder', 'hardware')['issues']
        self.assertEqual([(i['severity'], i['code']) for i in issues], [('warning', 'no-hardware-encoder')])
        self.assertIn('libx264', issues[0]['message'])
        done = self.run_json('export', self.clip, '--encoder', 'hardware', '--output-folder', self.out)
        self.assertEqual(done['status'], 'completed')
        self.assertEqual(support.decode_errors(done['exports'][0]['output_files'][0]), '')

    def test_offered_after_a_trial_only(self):
        wrong = dict(PRETEND, params=[{'key': 'no-such-option', 'value': '1'}])
        self.pretend(dict(PRETEND, encoder='h264_of_nobody'), wrong)
        self.assertEqual(self.here(), [])
        self.pretend(dict(PRETEND, encoder='mpeg2video'), PRETEND)
        self.assertEqual(self.here(), ['libx264'])

    def test_never_the_silent_default(self):
        self.pretend(PRETEND)
        for options in ([], ['--encoder', 'software'], ['--platform', 'youtube']):
            plan = self.run_json('plan', self.clip, *options)
            self.assertNotIn('hardware', plan['outputs'][0]['video'])

    def test_encodes(self):
        self.pretend(PRETEND)
        plan = self.run_json('plan', self.clip, '--encoder', 'hardware')
        video = plan['outputs'][0]['video']
        self.assertEqual(video['hardware']['upload_format'], 'nv12')
        self.assertEqual([i['code'] for i in plan['issues']], ['hardware-encoder'])
        done = self.run_json('export', self.clip, '--encoder', 'hardware', '--output-folder', self.out)['exports'][0]
        self.assertTrue(done['certificate']['passed'])
        path = done['output_files'][0]
        stream = support.stream(support.ffprobe(path), 'video')
        self.assertEqual((stream['codec_name'], stream['pix_fmt'], stream['nb_read_frames']), ('h264', 'yuv420p', '75'))
        self.assertEqual(support.decode_errors(path), '')
        self.assertGreater(support.ssim(path, self.clip), 0.97)

    def test_failure_is_made_good_in_software(self):
        self.break_later()
        done = self.run_json('export', self.clip, '--encoder', 'hardware', '--output-folder', self.out)['exports'][0]
        self.assertEqual(done['status'], 'completed')
        self.assertEqual(len(done['warnings']), 1)
        self.assertIn('libx264 instead', done['warnings'][0])
        again = self.run_json('export', self.clip, '--output-folder', self.out)['exports'][0]
        with open(done['output_files'][0], 'rb') as made, open(again['output_files'][0], 'rb') as plain:
            self.assertTrue(made.read() == plain.read())

    def test_failure_of_one_output_leaves_the_others(self):
        self.break_later()
        done = self.run_json('export', self.clip, '--output', 'encoder=hardware', '--output', 'resolution=160x90',
                             '--output', 'codec=vp9,resolution=160x90,speed=ultrafast', '--output-folder', self.out)
        self.assertEqual([e['status'] for e in done['exports']], ['completed'] * 3)
        self.assertEqual([len(e['warnings']) for e in done['exports']], [1, 0, 0])
        for export in done['exports']:
            self.assertEqual(support.decode_errors(export['output_files'][0]), '')

    def test_killed_after_the_failure(self):
        self.break_later()
        clip = os.path.join(self.root, 'long.mp4')
        support.make_clip(clip, seconds=12, size='640x360')
        settings = ['--encoder', 'hardware', '--speed', 'medium', '--output-folder', self.out]
        process = self.start_cli('export', clip, *settings)
        end = time.monotonic() + support.TIMEOUT
        while not glob.glob(os.path.join(self.cache, 'jobs', '*', 'software-0')) and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(self.run_cli('resume').status, 0)
        (path,) = support.files_below(self.out)
        reference = self.run_json('export', clip, '--speed', 'medium', '--output-folder', self.out)['exports'][0]
        with open(path, 'rb') as made, open(reference['output_files'][0], 'rb') as plain:
            self.assertTrue(made.read() == plain.read())

    def test_what_hardware_cannot_do(self):
        self.pretend(PRETEND)
        for options in (['--target-size', '2MB'], ['--video-bitrate', '1M'], ['--platform', 'instagram']):
            issues = self.run_json('validate', self.clip, '--encoder', 'hardware', *options)['issues']
            self.assertIn('hardware-cannot', [i['code'] for i in issues], options)

    def test_switched_off(self):
        self.pretend(PRETEND)
        self.assertEqual(self.here(), ['libx264'])
        self.env['SENDOFF_HARDWARE'] = 'off'
        self.assertEqual(self.here(), [])

    def test_usage(self):
        self.assert_usage('plan', self.clip, '--encoder', 'magic', says='software')


support.main()
