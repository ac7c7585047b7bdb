"""Exports by the real program, judged by ffprobe and a full decode."""
import hashlib
import json
import os
import pty
import re
import select
import shutil
import struct
import fcntl
import subprocess
import termios

import support


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


class Export(support.CliTest):
    def export(self, *args, status=0, **options):
        return self.run_json('export', self.clip, '-d', self.out, *args, status=status, **options)

    def assert_sound(self, path, codec='h264', audio='aac', frames=75):
        self.assertEqual(support.decode_errors(path), '')
        facts = support.ffprobe(path)
        video = support.stream(facts, 'video')
        self.assertEqual(video['codec_name'], codec)
        self.assertEqual(int(video['nb_read_frames']), frames)
        self.assertEqual(support.stream(facts, 'audio')['codec_name'], audio)
        return facts

    def test_two_platforms_at_once(self):
        document = self.export('--platform', 'youtube', '--platform', 'linkedin')
        self.assertEqual(document['status'], 'completed')
        self.assertRegex(document['export_id'], r'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
        paths = self.outputs('holiday - YouTube.mp4', 'holiday - LinkedIn.mp4')
        for path, export in zip(paths, document['exports']):
            with self.subTest(path):
                self.assertEqual((export['status'], export['progress'], export['error']), ('completed', 100, None))
                self.assertEqual(export['output_files'], [path])
                self.assertEqual(export['file_sizes'], {path: os.path.getsize(path)})
                self.assertTrue(export['certificate']['passed'])
                self.assertAlmostEqual(export['duration_seconds'], 3, delta=0.1)
                facts = self.assert_sound(path)
                self.assertAlmostEqual(float(facts['format']['duration']), 3, delta=0.06)

    def test_index_comes_first(self):
        self.export('--platform', 'youtube')
        with open(self.outputs('holiday - YouTube.mp4')[0], 'rb') as file:
            data = file.read()
        self.assertLess(data.index(b'moov'), data.index(b'mdat'))

    def test_default_output(self):
        self.export('--name', '{name} again')
        self.assert_sound(self.outputs('holiday again.mp4')[0])

    def test_every_codec_that_is_said_to_be_there(self):
        for codec in self.run_json('codecs')['codecs']:
            if codec['type'] != 'video':
                continue
            with self.subTest(codec['id']):
                answer = self.run_cli('export', self.clip, '-d', self.out, '--name', codec['id'], '--codec', codec['id'],
                                      '--speed', 'ultrafast', '--json')
                self.assertEqual(answer.status, 0 if codec['available'] else 3, answer.messages)
                if codec['available']:
                    path = answer.json['exports'][0]['output_files'][0]
                    self.assertEqual(support.decode_errors(path), '')
                    video = support.stream(support.ffprobe(path), 'video')
                    self.assertEqual((video['codec_name'], video['nb_read_frames']), (codec['probe_name'], '75'))

    def test_every_container_that_is_said_to_be_there(self):
        for container in self.run_json('containers')['containers']:
            if container['audio_only'] or not container['available']:
                continue
            with self.subTest(container['id']):
                codec = next(codec for codec in ('h264', 'vp9') if codec in container['video_codecs'])
                document = self.export('--name', container['id'], '--container', container['id'], '--codec', codec,
                                       '--speed', 'ultrafast')
                path = document['exports'][0]['output_files'][0]
                self.assertTrue(path.endswith('.' + container['extension']))
                self.assertEqual(support.decode_errors(path), '')
                self.assertIn(support.stream(support.ffprobe(path), 'audio')['codec_name'], ('aac', 'opus'))

    def test_without_sound(self):
        self.export('--audio-codec', 'none', '--name', 'silent')
        facts = support.ffprobe(self.outputs('silent.mp4')[0])
        self.assertEqual([stream['codec_type'] for stream in facts['streams']], ['video'])

    def test_source_without_sound(self):
        source = os.path.join(self.root, 'mute.mp4')
        support.make_clip(source, seconds=1, audio=False)
        self.run_json('export', source, '-d', self.out, '--platform', 'youtube')
        self.assertEqual(support.decode_errors(self.outputs('mute - YouTube.mp4')[0]), '')

    def test_trim_and_size(self):
        self.export('--start', '1', '--end', '2', '--resolution', '160x90', '--name', '{name} cut')
        facts = self.assert_sound(self.outputs('holiday cut.mp4')[0], frames=25)
        video = support.stream(facts, 'video')
        self.assertEqual((video['width'], video['height']), (160, 90))

    def test_second_export_is_the_same_to_the_byte(self):
        self.export('--platform', 'youtube')
        first = digest(self.outputs('holiday - YouTube.mp4')[0])
        os.remove(os.path.join(self.out, 'holiday - YouTube.mp4'))
        shutil.rmtree(self.cache, ignore_errors=True)
        self.export('--platform', 'youtube', '--sequential')
        self.assertEqual(digest(self.outputs('holiday - YouTube.mp4')[0]), first)

    def test_a_file_that_is_there_stays(self):
        self.export('--platform', 'youtube')
        first = os.stat(os.path.join(self.out, 'holiday - YouTube.mp4'))
        document = self.export('--platform', 'youtube')
        self.outputs('holiday - YouTube.mp4', 'holiday - YouTube (2).mp4')
        self.assertEqual(document['exports'][0]['output_files'], [os.path.join(self.out, 'holiday - YouTube (2).mp4')])
        again = os.stat(os.path.join(self.out, 'holiday - YouTube.mp4'))
        self.assertEqual((again.st_ino, again.st_mtime_ns), (first.st_ino, first.st_mtime_ns))

    def test_overwrite(self):
        target = os.path.join(self.out, 'holiday - YouTube.mp4')
        with open(target, 'wb') as file:
            file.write(b'old')
        self.export('--platform', 'youtube', '--overwrite')
        self.outputs('holiday - YouTube.mp4')
        self.assert_sound(target)

    def test_source_is_never_overwritten(self):
        source = os.path.join(self.out, 'mine.mp4')
        shutil.copy(self.clip, source)
        before = digest(source)
        answer = self.run_cli('export', source, '--name', '{name}', '--overwrite', '--json')
        self.assertIn(answer.status, (0, 1, 3), answer.messages)
        self.assertEqual(digest(source), before)

    def test_unknown_variable_in_a_name(self):
        document = self.export('--name', '{name} {flavour}', status=3)
        self.assertEqual((document['status'], document['exports']), ('invalid', []))
        self.assertTrue(any(issue['severity'] == 'error' and 'flavour' in issue['message'] for issue in document['issues']))
        self.outputs()

    def test_pattern_does_not_leave_the_folder(self):
        answer = self.run_cli('export', self.clip, '-d', self.out, '--name', '../{name} out', '--json')
        self.assertIn(answer.status, (0, 3), answer.messages)
        self.assertEqual([path for path in support.files_below(self.root) if path.endswith('.mp4')],
                         [path for path in support.files_below(self.out) if path.endswith('.mp4')])

    def test_invalid_request_runs_nothing(self):
        answer = self.run_cli('export', self.clip, '-d', self.out, '--codec', 'realvideo')
        self.assertEqual((answer.status, answer.out), (3, b''))
        self.assertIn('error: ', answer.messages)
        self.outputs()

    def test_sequential(self):
        document = self.export('--platform', 'youtube', '--platform', 'linkedin', '--sequential')
        self.assertEqual([export['status'] for export in document['exports']], ['completed', 'completed'])
        self.outputs('holiday - YouTube.mp4', 'holiday - LinkedIn.mp4')

    def test_nothing_is_left_in_the_cache(self):
        self.export('--platform', 'youtube')
        self.assertEqual([path for path in support.files_below(self.cache) if path.endswith(('.packets', '.tmp', '.mp4'))], [])

    def test_queue_knows_it_afterwards(self):
        document = self.export('--platform', 'youtube')
        listed = self.run_json('queue', 'list')['jobs']
        self.assertEqual([(job['export_id'], job['status']) for job in listed], [(document['export_id'], 'completed')])
        shown = self.run_json('queue', 'show', document['export_id'][:8])
        self.assertEqual(shown['exports'][0]['output_files'], document['exports'][0]['output_files'])

    def test_relative_paths(self):
        self.run_json('export', 'holiday.mp4', '-d', os.path.relpath(self.out, self.shared), cwd=self.shared)
        self.assertEqual(len(os.listdir(self.out)), 1)

    def test_default_folder_is_that_of_the_source(self):
        source = os.path.join(self.out, 'mine.mp4')
        shutil.copy(self.clip, source)
        self.run_json('export', source, '--platform', 'youtube')
        self.outputs('mine.mp4', 'mine - YouTube.mp4')


class Answers(support.CliTest):
    def test_words_without_a_terminal(self):
        answer = self.run_cli('export', self.clip, '-d', self.out, '--platform', 'youtube')
        self.assertEqual(answer.status, 0, answer.messages)
        self.assertNotIn('\x1b', answer.text)
        self.assertNotIn('\r', answer.text)
        lines = answer.text.splitlines()
        self.assertIn('YouTube: completed', lines)
        self.assertTrue(lines[-1].startswith(os.path.join(self.out, 'holiday - YouTube.mp4')), lines)

    def test_events(self):
        answer = self.run_cli('export', self.clip, '-d', self.out, '--platform', 'youtube', '--platform', 'linkedin',
                              '--json-events')
        self.assertEqual(answer.status, 0, answer.messages)
        events = [json.loads(line) for line in answer.text.splitlines()]
        self.assertEqual([event['event'] for event in events if event['event'] != 'progress'], ['result'])
        self.assertEqual(events[-1]['result']['status'], 'completed')
        for output in (0, 1):
            progress = [event['progress'] for event in events if event.get('output') == output]
            self.assertEqual(progress, sorted(progress))
            self.assertEqual(progress[-1], 100)
            self.assertTrue(all(0 <= value <= 100 for value in progress))

    def run_in_terminal(self, columns, *args):
        """What is shown on a terminal of that width, and the exit status."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
        process = subprocess.Popen([support.CLI, *args], stdin=slave, stdout=slave, stderr=slave,
                                   env=dict(self.env, TERM='xterm'))
        os.close(slave)
        shown = b''
        while select.select([master], [], [], support.TIMEOUT)[0]:
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        os.close(master)
        return shown.decode('utf-8'), process.wait(timeout=support.TIMEOUT)

    def test_bars_on_a_terminal(self):
        for columns in (100, 40):
            with self.subTest(columns):
                shown, status = self.run_in_terminal(columns, 'export', self.clip, '-d', self.out, '--platform', 'youtube')
                self.assertEqual(status, 0, shown)
                bars = re.findall(r'\r([^\r\n]*)\x1b\[K', shown)
                self.assertNotEqual(bars, [])
                self.assertTrue(all(len(bar) < columns for bar in bars), bars)
                self.assertIn('100 %', bars[-1])

    def test_several_inputs(self):
        other = os.path.join(self.root, 'second.mp4')
        support.make_clip(other, seconds=1)
        document = self.run_json('export', self.clip, other, '-d', self.out, '--platform', 'youtube')
        self.assertEqual(document['status'], 'completed')
        self.assertEqual([job['input'] for job in document['jobs']], ['holiday.mp4', 'second.mp4'])
        self.assertEqual(len(document['exports']), 2)
        self.outputs('holiday - YouTube.mp4', 'second - YouTube.mp4')

    def test_inputs_of_one_name(self):
        other = os.path.join(self.root, 'holiday.mp4')
        support.make_clip(other, seconds=1)
        self.run_json('export', self.clip, other, '-d', self.out, '--platform', 'youtube')
        self.outputs('holiday - YouTube.mp4', 'holiday - YouTube (2).mp4')

    def test_one_bad_input_among_good_ones(self):
        bad = os.path.join(self.root, 'bad.mp4')
        with open(bad, 'wb') as file:
            file.write(b'nothing')
        document = self.run_json('export', bad, self.clip, '-d', self.out, '--platform', 'youtube', status=1)
        self.assertEqual([job['status'] for job in document['jobs']], ['failed', 'completed'])
        self.assertEqual(document['status'], 'failed')
        self.outputs('holiday - YouTube.mp4')

    def test_only_bad_inputs(self):
        document = self.run_json('export', os.path.join(self.root, 'a'), os.path.join(self.root, 'b'), status=4)
        self.assertEqual([job['error']['code'] for job in document['jobs']], ['source-unreadable'] * 2)


support.main()
