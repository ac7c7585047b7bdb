"""Cancelling by signals, and going on after a crash."""
import json
import os
import signal
import time

import support

SLOW = ['--speed', 'slow', '--codec', 'h264', '--name', '{name} slow']


class Interrupt(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long_clip = os.path.join(cls.shared, 'long.mp4')
        support.make_clip(cls.long_clip, seconds=30, size='640x360')

    def start_export(self):
        """A slow export that has begun to encode."""
        process = self.start_cli('export', self.long_clip, '-d', self.out, '--json-events', *SLOW)
        for line in process.stdout:
            event = json.loads(line)
            if event.get('status') == 'encoding' and event['progress'] > 5:
                return process
        self.fail('The export ended before it could be interrupted: ' + process.stderr.read().decode())

    def workers_of(self, process):
        """Ids of the children, as the kernel lists them."""
        found = []
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open('/proc/%s/stat' % name, encoding='ascii', errors='replace') as file:
                    parent = int(file.read().rpartition(')')[2].split()[1])
            except OSError:
                continue
            if parent == process.pid:
                found.append(int(name))
        self.assertNotEqual(found, [])
        return found

    def assert_nothing_is_left(self, workers):
        self.assertEqual(os.listdir(self.out), [])
        self.assertEqual([path for path in support.files_below(self.cache) if path.endswith(('.packets', '.tmp', '.mp4'))], [])
        for pid in workers:
            self.assertFalse(os.path.exists('/proc/%d' % pid), 'a worker is still there')

    def check_cancelled(self, number):
        process = self.start_export()
        workers = self.workers_of(process)
        process.send_signal(number)
        began = time.monotonic()
        rest = process.stdout.read().decode().splitlines()
        self.assertEqual(process.wait(timeout=support.TIMEOUT), 130)
        self.assertLess(time.monotonic() - began, 20)
        result = json.loads(rest[-1])['result']
        self.assertEqual(result['status'], 'cancelled')
        self.assertEqual([export['status'] for export in result['exports']], ['cancelled'])
        self.assert_nothing_is_left(workers)
        self.assertEqual([job['status'] for job in self.run_json('queue', 'list')['jobs']], ['cancelled'])

    def test_ctrl_c(self):
        self.check_cancelled(signal.SIGINT)

    def test_sigterm(self):
        self.check_cancelled(signal.SIGTERM)

    def test_killed_export_goes_on(self):
        process = self.start_export()
        workers = self.workers_of(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(os.path.exists('/proc/%d' % pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual([path for path in os.listdir(self.out) if not path.startswith('.')], [])
        job = self.run_json('queue', 'list')['jobs'][0]
        self.assertTrue(job['interrupted'])
        document = self.run_json('resume', job['export_id'])
        self.assertEqual((document['export_id'], document['status']), (job['export_id'], 'completed'))
        path = self.outputs('long slow.mp4')[0]
        self.assertEqual(support.decode_errors(path), '')
        self.assertEqual(int(support.stream(support.ffprobe(path), 'video')['nb_read_frames']), 750)
        self.assertEqual(self.run_json('resume')['jobs'], [])

    def test_finished_job_is_not_resumed(self):
        document = self.run_json('export', self.clip, '-d', self.out, '--platform', 'youtube')
        self.assert_usage('resume', document['export_id'], says='not interrupted')


support.main()
