"""A disk that becomes full in the middle of an export, and has room again later."""
import errno
import json
import os
import subprocess

import support

# Much more than everything that an export keeps, so that the check before it has no objection.
SIZE = '64m'


class FullDisk(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = os.path.join(cls.shared, 'source.mp4')
        support.make_clip(cls.source, seconds=10, size='640x360', rate=10)

    def mount(self, folder):
        """A small disk of its own."""
        os.makedirs(folder, exist_ok=True)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=' + SIZE, 'none', folder], capture_output=True)
        if done.returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', folder])
        self.ballast = os.path.join(folder, 'ballast')

    def fill(self):
        """Writes until there is no room."""
        with open(self.ballast, 'wb', buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def export(self):
        """An export that has begun to encode, on a disk that is full since then."""
        process = self.start_cli('export', self.source, '-d', self.out, '--codec', 'h264', '--json-events')
        for line in process.stdout:
            event = json.loads(line)
            if event.get('status') == 'encoding':
                self.fill()
                return process
        self.fail('The export ended too early: ' + process.stderr.read().decode())

    def wait_until_it_waits(self, process):
        for line in process.stdout:
            event = json.loads(line)
            self.assertNotIn('result', event)
            if event.get('stage', '').startswith('Waiting for room: '):
                self.assertRegex(event['stage'], 'full|No space left')
                return
        self.fail('The export did not wait: ' + process.stderr.read().decode())

    def check_end(self):
        """The file is there once, and the same as without any trouble."""
        path = self.outputs(*[name for name in os.listdir(self.out) if name != 'ballast'])
        self.assertEqual(len(path), 1)
        reference = os.path.join(self.root, 'reference')
        self.run_json('export', self.source, '-d', reference, '--codec', 'h264')
        with open(path[0], 'rb') as one, open(os.path.join(reference, os.path.basename(path[0])), 'rb') as other:
            self.assertTrue(one.read() == other.read())
        for folder in ('chunks', 'jobs'):
            self.assertEqual(os.listdir(os.path.join(self.cache, folder)), [])

    def check_waits(self):
        process = self.export()
        self.wait_until_it_waits(process)
        self.assertEqual([name for name in os.listdir(self.out) if name != 'ballast'], [])
        os.remove(self.ballast)
        self.assertEqual(json.loads(process.stdout.readlines()[-1])['result']['status'], 'completed')
        self.assertEqual(process.wait(timeout=support.TIMEOUT), 0)
        self.check_end()

    def test_chunks(self):
        self.mount(self.cache)
        self.check_waits()

    def test_destination(self):
        self.mount(self.out)
        self.check_waits()

    def test_database(self):
        """The file is made; that it is made can only be stored later."""
        self.mount(os.path.join(self.root, 'data'))
        self.keep_no_chunks(os.path.join(self.root, 'data'))
        process = self.export()
        process.stdout.read()
        process.wait(timeout=support.TIMEOUT)
        os.remove(self.ballast)
        self.run_json('resume')
        self.assertEqual([job['status'] for job in self.run_json('queue', 'list')['jobs']], ['completed'])
        self.check_end()


support.main()
