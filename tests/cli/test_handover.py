"""Files of intra codecs take the place of their chunks on the disk: what room that needs, and pulling the plug meanwhile.

ROUNDS (default 3) says how often, SEED which moments; a failure names both.
"""
import glob
import json
import os
import random
import signal
import subprocess
import time

import support

ROUNDS = int(os.environ.get('ROUNDS', '3'))
SEED = int(os.environ.get('SEED', '0')) or random.SystemRandom().randrange(1, 10 ** 9)

OPTIONS = ['--codec', 'dnxhd']

# Of the file's size, on the disk at the same time: the file, the part that is moved, the sound and the unmoved borders.
MOST_ROOM = 1.3


class Handover(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = os.path.join(cls.shared, 'source.mp4')
        support.make_clip(cls.source, seconds=6, size='1280x720', rate=10, extra=['-g', '10'])

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)

    def start(self, *args):
        return self.start_cli(*args, '--json-events')

    def export(self):
        return self.start('export', self.source, '-d', self.out, *OPTIONS)

    def end(self, process):
        """The last event of a process that is left alone."""
        out, messages = process.communicate(timeout=support.TIMEOUT)
        self.assertEqual(process.returncode, 0, messages.decode('utf-8', 'replace'))
        return json.loads(out.splitlines()[-1])['result']

    def make_reference(self):
        """The same without any trouble, made once for the class by another user."""
        folder = os.path.join(self.shared, 'reference')
        if not os.path.exists(folder):
            env = dict(self.env, SENDOFF_DATA_DIR=os.path.join(self.shared, 'data'),
                       SENDOFF_CACHE_DIR=os.path.join(self.shared, 'cache'))
            subprocess.run([support.CLI, 'export', self.source, '-d', folder, *OPTIONS], env=env, check=True,
                           capture_output=True, timeout=support.TIMEOUT)
        reference, = glob.glob(os.path.join(folder, '*'))
        return reference

    def note(self):
        """The note of what has been given back, if it has come to that."""
        notes = glob.glob(os.path.join(self.cache, 'chunks', '*', 'handover'))
        return notes[0] if notes else None

    def parts(self):
        return [os.path.join(self.out, name) for name in os.listdir(self.out) if name.startswith('.')]

    def wait_for_note(self, process):
        while self.note() is None:
            self.assertIsNone(process.poll(), 'The export ended without giving anything back.')
            time.sleep(0.0005)

    def used_bytes(self):
        used = 0
        for path in support.files_below(self.out) + support.files_below(self.cache):
            try:
                used += os.lstat(path).st_blocks * 512
            except FileNotFoundError:
                pass
        return used

    def check_end(self):
        """The file is there once, the same as without any trouble, and nothing else is left."""
        reference = self.make_reference()
        path, = self.outputs(os.path.basename(reference))
        with open(path, 'rb') as one, open(reference, 'rb') as other:
            self.assertTrue(one.read() == other.read(), 'the file is not what it should be')
        self.assertEqual([job['status'] for job in self.run_json('queue', 'list')['jobs']], ['completed'])
        for folder in ('chunks', 'jobs'):
            self.assertEqual(os.listdir(os.path.join(self.cache, folder)), [])

    # ---- Room ----

    def test_room(self):
        size = os.path.getsize(self.make_reference())
        process = self.export()
        most = 0
        while process.poll() is None:
            most = max(most, self.used_bytes())
            time.sleep(0.002)
        self.assertLess(most, MOST_ROOM * size)
        self.assertGreaterEqual(most, size)
        self.assertEqual(support.decode_errors(self.make_reference()), '')
        self.check_end()

    def mount(self, size):
        """Everything on a small disk of its own."""
        disk = os.path.join(self.root, 'disk')
        os.mkdir(disk)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%d' % size, 'none', disk], capture_output=True)
        if done.returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', disk])
        self.out, self.cache = os.path.join(disk, 'out'), os.path.join(disk, 'cache')
        os.mkdir(self.out)
        self.env['SENDOFF_CACHE_DIR'] = self.cache

    def test_small_disk(self):
        """The check before an export counts as little as the export then needs."""
        self.mount(int(MOST_ROOM * os.path.getsize(self.make_reference())))
        self.assertEqual(self.end(self.export())['status'], 'completed')
        self.check_end()

    def test_too_small_disk(self):
        self.mount(int(0.9 * os.path.getsize(self.make_reference())))
        issues = self.run_json('validate', self.source, '-d', self.out, *OPTIONS, status=3)['issues']
        self.assertIn('disk-full', [issue['code'] for issue in issues])
        issues = self.run_json('validate', self.source, '-d', self.out, *OPTIONS, '--container', 'mkv', status=3)['issues']
        self.assertIn('disk-full', [issue['code'] for issue in issues])

    def test_full_disk(self):
        """The disk becomes full while the file takes the place of its chunks."""
        size = os.path.getsize(self.make_reference())
        self.mount(3 * size)
        process = self.export()
        while not self.parts():
            self.assertIsNone(process.poll())
            time.sleep(0.0005)
        ballast = os.path.join(os.path.dirname(self.out), 'ballast')
        with open(ballast, 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                pass
        for line in process.stdout:
            event = json.loads(line)
            self.assertNotIn('result', event)
            if event.get('stage', '').startswith('Waiting for room: '):
                break
        os.remove(ballast)
        self.assertEqual(self.end(process)['status'], 'completed')
        self.check_end()

    # ---- Pulling the plug ----

    def kill(self, process, victim):
        """Returns whether the plug was pulled while the file was being written."""
        if victim == 'owner':
            process.kill()
        else:
            with open('/proc/%d/task/%d/children' % (process.pid, process.pid), encoding='ascii') as file:
                children = file.read().split()
            for task in os.listdir('/proc/%d/task' % process.pid):
                with open('/proc/%d/task/%s/children' % (process.pid, task), encoding='ascii') as file:
                    children += file.read().split()
            for child in children:
                try:
                    os.kill(int(child), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        process.communicate(timeout=support.TIMEOUT)
        return bool(self.note() and self.parts()) if victim == 'owner' else True

    def run_round(self):
        process = self.export()
        hit = False
        for _ in range(self.random.randrange(1, 4)):
            self.wait_for_note(process)
            time.sleep(self.random.choice([0, self.random.uniform(0, 0.1)]))
            hit |= self.kill(process, self.random.choice(['owner', 'owner', 'worker']))
            if self.note() is None:
                break
            process = self.start('resume')
        if process.returncode is None:
            self.end(process)
        if [job['status'] for job in self.run_json('queue', 'list')['jobs']] != ['completed']:
            self.end(self.start('resume'))
        self.check_end()
        return hit

    def clear(self):
        for path in support.files_below(self.out) + support.files_below(os.path.join(self.root, 'data')):
            os.remove(path)
        self.keep_no_chunks(os.path.join(self.root, 'data'))

    def test_kill(self):
        hits = 0
        for number in range(ROUNDS):
            self.random = random.Random('%d/%d' % (SEED, number))
            with self.subTest(seed=SEED, round=number):
                hits += self.run_round()
            self.clear()
        self.assertGreater(hits, 0)

    def interrupt(self):
        """An export that ended while its file had some of what its chunks had lost."""
        for _ in range(20):
            process = self.export()
            self.wait_for_note(process)
            if self.kill(process, 'owner'):
                return
            self.clear()
        self.fail('The export was never interrupted in time.')

    def check_begins_again(self):
        result = self.end(self.start('resume'))
        self.assertIn('encoded again', ' '.join(result['exports'][0]['warnings']))
        self.check_end()

    def test_removed(self):
        """Somebody cleans up hidden files: there is nothing to go on with."""
        self.interrupt()
        os.remove(self.parts()[0])
        self.check_begins_again()

    def test_replaced(self):
        """Somebody puts another file there."""
        self.interrupt()
        part, = self.parts()
        with open(part, 'rb') as file:
            content = file.read()
        with open(part + '.new', 'wb') as file:
            file.write(bytes(len(content)))
        os.replace(part + '.new', part)
        self.check_begins_again()

    def test_shifted(self):
        """What is noted is not where the file is going to have it, as after a change of the program."""
        self.interrupt()
        with open(self.note(), encoding='ascii') as file:
            note = json.load(file)
        note['reserve_bytes'] -= 8
        with open(self.note(), 'w', encoding='ascii') as file:
            json.dump(note, file)
        self.check_begins_again()

    def test_cancelled(self):
        """An interrupted export that is given up leaves nothing."""
        self.interrupt()
        job, = self.run_json('queue', 'list')['jobs']
        self.run_cli('queue', 'cancel', job['export_id'])
        self.assertEqual(os.listdir(self.out), [])
        self.assertEqual(os.listdir(os.path.join(self.cache, 'chunks')), [])

    def test_left_behind(self):
        """Chunks that an earlier version or process left go with the job, also where chunks are kept for later ones."""
        os.remove(os.path.join(self.root, 'data', 'settings.json'))
        self.interrupt()
        job, = self.run_json('queue', 'list')['jobs']
        key = '%040x-%s' % (7, job['export_id'])
        os.mkdir(os.path.join(self.cache, 'chunks', key))
        for path in (os.path.join('chunks', key, '0-1.packets'), os.path.join('jobs', job['export_id'], 'key-' + key)):
            with open(os.path.join(self.cache, path), 'wb'):
                pass
        self.assertEqual(self.end(self.start('resume'))['status'], 'completed')
        self.assertEqual([name for name in os.listdir(os.path.join(self.cache, 'chunks')) if '-' in name], [])

    def test_shared(self):
        """Two files of the same pictures: the first to be written leaves them to the other."""
        result = self.run_json('export', self.source, '-d', self.out, '--output', 'codec=dnxhd,suffix=_a',
                               '--output', 'codec=dnxhd,suffix=_b,audio_bitrate=96k,audio_codec=aac')
        self.assertEqual([export['status'] for export in result['exports']], ['completed'] * 2)
        for export in result['exports']:
            self.assertEqual(support.decode_errors(export['output_files'][0]), '')


support.main()
