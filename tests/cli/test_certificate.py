"""Certificates: every platform's export passes its own, which ffprobe confirms; files that break a rule fail that line."""
import json
import os
import struct
import subprocess

import support


def packets(path):
    """Presentation time and keyframe flag of every video packet, in the order of decoding."""
    done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time,flags',
                           '-of', 'json', path], check=True, capture_output=True, timeout=support.TIMEOUT)
    return [(float(p['pts_time']), 'K' in p['flags']) for p in json.loads(done.stdout)['packets']]


def has_open_gop(path):
    key = None
    for time, is_key in packets(path):
        if is_key:
            key = time
        elif key is not None and time < key - 1e-6:
            return True
    return False


def longest_gop(path, duration):
    keys = sorted(time for time, is_key in packets(path) if is_key)
    return max(b - a for a, b in zip(keys, keys[1:] + [keys[0] + duration]))


def boxes(data, start=0, end=None):
    """Types of the boxes on one level of an MP4, with where their content is."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack('>I4s', data[start:start + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack('>Q', data[start + 8:start + 16])[0], 16
        yield kind.decode('latin-1'), start + head, start + size
        start += size


def has_edit_list(data):
    for kind, start, end in boxes(data):
        if kind == 'moov':
            for track, t_start, t_end in boxes(data, start, end):
                if track == 'trak' and any(box == 'edts' for box, _, _ in boxes(data, t_start, t_end)):
                    return True
    return False


def failing(certificate):
    return [check['code'] for check in certificate['checks'] if not check['passed']]


class EveryPlatform(support.CliTest):
    """One export to all of them; Pinterest wants four seconds."""

    def test_passes_its_certificate(self):
        source = os.path.join(self.root, 'source.mp4')
        support.make_clip(source, seconds=4.2, size='640x360')
        platforms = self.run_json('platforms')['platforms']
        arguments = [word for p in platforms for word in ('--platform', p['id'])]
        done = self.run_json('export', source, *arguments, '--quality', 'draft', '--speed', 'ultrafast',
                             '--copy', 'never', '--output-folder', self.out)
        self.assertEqual(len(done['exports']), len(platforms))
        for platform, export in zip(platforms, done['exports']):
            with self.subTest(platform=platform['id']):
                certificate = export['certificate']
                self.assertEqual(failing(certificate), [])
                self.assertTrue(certificate['passed'])
                self.assertEqual(certificate['platform'], platform['id'])
                self.assertNotIn('notes', certificate)
                self.judge(export['output_files'][0], platform['limits'])

    def judge(self, path, limits):
        """The same by other means: ffprobe and a look at the boxes."""
        facts = support.ffprobe(path)
        video, audio = support.stream(facts, 'video'), support.stream(facts, 'audio')
        names = {'hevc': 'h265', 'dnxhd': 'dnxhd'}
        rate = eval(video['avg_frame_rate'])  # "25/1"
        duration = float(facts['format']['duration'])
        self.assertIn(names.get(video['codec_name'], video['codec_name']),
                      limits.get('video_codecs', [video['codec_name']]))
        self.assertIn(audio['codec_name'], limits.get('audio_codecs', [audio['codec_name']]))
        self.assertIn(video['pix_fmt'], limits.get('pixel_formats', [video['pix_fmt']]))
        self.assertIn(video.get('profile', '').lower() if limits.get('profiles') else None, limits.get('profiles', [None]))
        self.assertLessEqual(os.path.getsize(path), limits['max_size_bytes'] or 1 << 60)
        self.assertLessEqual(video['width'], limits['max_width'] or 1 << 20)
        self.assertGreaterEqual(video['width'], limits['min_width'])
        self.assertGreaterEqual(rate, limits['min_frame_rate'] - 0.1)
        self.assertLessEqual(rate, limits['max_frame_rate'] or 1000)
        self.assertGreaterEqual(duration + 0.05, limits['min_duration_seconds'])
        self.assertFalse(has_open_gop(path))
        if limits['max_gop_seconds']:
            self.assertLessEqual(longest_gop(path, duration), limits['max_gop_seconds'] + 0.05)
        self.assertEqual(support.decode_errors(path), '')
        if path.endswith('.mp4'):
            with open(path, 'rb') as file:
                data = file.read()
            order = [kind for kind, _, _ in boxes(data)]
            self.assertLess(order.index('moov'), order.index('mdat'))
            if limits['no_edit_list']:
                self.assertFalse(has_edit_list(data))


class Verify(support.CliTest):
    def make(self, name, *options, seconds=4.2, size='640x360', rate=25):
        path = os.path.join(self.root, name)
        support.make_clip(path, seconds=seconds, size=size, rate=rate, extra=options)
        return path

    def assert_fails(self, path, platform, *codes):
        certificate = self.run_json('verify', path, '--platform', platform, status=1)
        self.assertFalse(certificate['passed'])
        self.assertEqual(failing(certificate), list(codes))
        for check in certificate['checks']:
            if not check['passed']:
                self.assertTrue(check['advice'])
                self.assertRegex(check['as_of'], r'^\d{4}-\d\d-\d\d$')
                self.assertTrue(check['source'])

    def test_file_of_another_program(self):
        good = self.make('good.mp4', '-movflags', '+faststart')
        certificate = self.run_json('verify', good, '--full')
        self.assertTrue(certificate['passed'])
        self.assertEqual({c['code'] for c in certificate['checks']},
                         {'decodable', 'undamaged', 'timestamps', 'durations-agree', 'moov-first', 'decodes',
                          'decoded-frames'})
        self.assertTrue(self.run_json('verify', good, '--platform', 'tiktok')['passed'])
        answer = self.run_cli('verify', good, '--platform', 'tiktok')
        self.assertIn('PASS', answer.text)

    def test_index_last(self):
        certificate = self.run_json('verify', self.make('last.mp4'), status=1)
        self.assertEqual(failing(certificate), ['moov-first'])

    def test_open_groups_of_pictures(self):
        # The encoder's own flag says nothing about it, and ffmpeg's muxer neither: the packets do.
        closed = self.make('closed.mp4', '-preset', 'fast', '-profile:v', 'high', '-g', '25', '-x264-params', 'open-gop=0',
                           '-movflags', '+faststart')
        opened = self.make('open.mp4', '-preset', 'fast', '-profile:v', 'high', '-g', '25', '-x264-params', 'open-gop=1',
                           '-movflags', '+faststart')
        self.assertFalse(has_open_gop(closed))
        self.assertTrue(has_open_gop(opened))
        self.assertTrue(self.run_json('verify', closed, '--platform', 'x')['passed'])
        self.assert_fails(opened, 'x', 'platform-closed-gop')

    def test_edit_list(self):
        # ffmpeg writes one for B-frames and AAC's delay.
        path = self.make('edits.mp4', '-preset', 'fast', '-movflags', '+faststart')
        with open(path, 'rb') as file:
            self.assertTrue(has_edit_list(file.read()))
        self.assert_fails(path, 'youtube', 'platform-no-edit-list')

    def test_length_of_groups_and_rate(self):
        path = self.make('slow.mp4', '-g', '300', '-movflags', '+faststart', rate=15, size='1080x1920', seconds=6)
        self.assert_fails(path, 'facebook-reels', 'platform-frame-rate', 'platform-gop-length')

    def test_wrong_codec_container_and_length(self):
        path = os.path.join(self.root, 'a.mkv')
        support.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=3', '-c:v', 'libx265', '-preset',
                       'ultrafast', '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p', path)
        self.assert_fails(path, 'pinterest', 'platform-container', 'platform-duration')
        self.assert_fails(path, 'x', 'platform-video-codec', 'platform-container')

    def test_rules_that_differ_are_noted(self):
        path = self.make('hevc.mp4', '-c:v', 'libx265', '-x265-params', 'log-level=error:open-gop=0', '-tag:v', 'hvc1',
                         '-bf', '0', '-c:a', 'aac', '-b:a', '96k', '-movflags', '+faststart', '-use_editlist', '0')
        certificate = self.run_json('verify', path, '--platform', 'instagram-reels')
        self.assertEqual(failing(certificate), [])
        self.assertEqual(len([n for n in certificate['notes'] if 'h265' in n and '2026-10-04' in n]), 1)

    def test_damage(self):
        path = self.make('whole.mp4', '-movflags', '+faststart')
        cut = os.path.join(self.root, 'cut.mp4')
        with open(path, 'rb') as file:
            data = file.read()
        with open(cut, 'wb') as file:
            file.write(data[:len(data) * 2 // 3])
        certificate = self.run_json('verify', cut, status=1)
        self.assertIn('undamaged', failing(certificate))
        hurt = os.path.join(self.root, 'hurt.mp4')
        with open(hurt, 'wb') as file:
            file.write(data[:len(data) // 2] + b'\xff\x13' * 2000 + data[len(data) // 2 + 4000:])
        self.assertTrue(self.run_json('verify', hurt)['passed'], 'the index alone shows nothing')
        self.assertIn('decodes', failing(self.run_json('verify', hurt, '--full', status=1)))

    def test_exit_statuses(self):
        self.assert_usage('verify', says='Name one file')
        self.assert_usage('verify', self.clip, '--platform', 'nowhere', says='nowhere')
        text = os.path.join(self.root, 'text.mp4')
        with open(text, 'w', encoding='utf-8') as file:
            file.write('no video')
        document = self.run_json('verify', text, status=4)
        self.assertFalse(document['passed'])
        self.assertTrue(document['error']['message'])
        self.assertEqual(self.run_cli('verify', os.path.join(self.root, 'missing.mp4')).status, 4)

    def test_export_that_breaks_a_rule_is_kept_and_says_so(self):
        rules = self.run_json('platforms', 'export', 'discord')
        rules['rules'] = [dict(rules['rules'][0], audio_profiles=['he-aac'], as_of='2026-11-20')]
        path = os.path.join(self.root, 'discord.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(rules, file)
        self.assertEqual(self.run_cli('platforms', 'update', path).status, 0)
        done = self.run_json('export', self.clip, '--platform', 'discord', '--output-folder', self.out)
        export = done['exports'][0]
        self.assertEqual(export['status'], 'completed')
        self.assertEqual(failing(export['certificate']), ['platform-audio-profile'])
        self.assertTrue(any('platform-audio-profile' in w for w in export['warnings']))
        self.assertTrue(os.path.exists(export['output_files'][0]))
        shown = self.run_cli('queue', 'show', done['export_id'])
        self.assertIn('certificate: FAIL', shown.text)
        self.assertIn('2026-11-20', shown.text)
        kept = self.run_json('queue', 'show', done['export_id'])
        self.assertEqual(kept['exports'][0]['certificate'], export['certificate'])


class Rules(support.CliTest):
    def write(self, document):
        path = os.path.join(self.root, 'rules.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(document, file)
        return path

    def test_update_list_and_reset(self):
        x = self.run_json('platforms', 'export', 'twitter')
        shipped = self.run_json('platforms', 'x')['as_of']
        x['rules'][1]['max_duration_seconds'] = 14400
        x['rules'][1]['as_of'] = '2027-01-15'
        answer = self.run_cli('platforms', 'update', self.write(x))
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertIn('2027-01-15', answer.text)
        listed = self.run_json('platforms', 'x')
        self.assertEqual(listed['limits']['max_duration_seconds'], 14400)
        self.assertEqual(listed['as_of'], '2027-01-15')
        self.assertEqual(self.run_cli('platforms', 'reset', 'x').status, 0)
        self.assertEqual(self.run_json('platforms', 'x')['as_of'], shipped)
        self.assertEqual(self.run_cli('platforms', 'reset', 'x').status, 2)

    def test_new_platform(self):
        new = dict(self.run_json('platforms', 'export', 'bluesky'), platform_id='club', name='Our club')
        self.assertEqual(self.run_cli('platforms', 'update', self.write({'platforms': [new]})).status, 0)
        done = self.run_json('export', self.clip, '--platform', 'club', '--speed', 'ultrafast', '--output-folder', self.out)
        self.assertEqual(done['exports'][0]['certificate']['platform'], 'club')

    def test_nonsense_is_refused_and_nothing_is_stored(self):
        x = self.run_json('platforms', 'export', 'x')
        for change in ({'as_of': 'yesterday'}, {'as_of': '2026-02-31'}, {'min_width': 900, 'max_width': 30},
                       {'video_codecs': ['h277']}, {'max_size_bytes': -1}, {'source': ''}):
            broken = dict(x, rules=[dict(x['rules'][0], **change)])
            with self.subTest(change=change):
                answer = self.run_cli('platforms', 'update', self.write({'platforms': [x, broken]}))
                self.assertEqual(answer.status, 3, answer.messages)
        self.assertFalse(os.path.exists(os.path.join(self.root, 'data', 'platforms')))

    def test_a_damaged_update_hides_nothing(self):
        folder = os.path.join(self.root, 'data', 'platforms')
        os.makedirs(folder)
        with open(os.path.join(folder, 'x.json'), 'w', encoding='utf-8') as file:
            file.write('{')
        answer = self.run_cli('platforms', 'x')
        self.assertEqual(answer.status, 0)
        self.assertIn('x.json', answer.messages)


if __name__ == '__main__':
    support.main()
