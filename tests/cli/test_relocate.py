"""A source that is somewhere else when an interrupted export goes on, or that is another one."""
import json
import os
import shutil
import time

import support

SLOW = ['--speed', 'slow', '--codec', 'h264', '--name', '{name} slow']


class Relocate(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long_clip = os.path.join(cls.shared, 'long.mp4')
        support.make_clip(cls.long_clip, seconds=20, size='640x360')

    def interrupt(self):
        """An export that was killed after some chunks: the path of its source, and its id."""
        source = os.path.join(self.root, 'film.mp4')
        shutil.copy(self.long_clip, source)
        process = self.start_cli('export', source, '-d', self.out, '--json-events', *SLOW)
        for line in process.stdout:
            if len(self.chunks()) >= 2:
                break
        workers = self.workers_of(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(os.path.exists('/proc/%d' % pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreaterEqual(len(self.chunks()), 2)
        job = self.run_json('queue', 'list')['jobs'][0]
        self.assertTrue(job['interrupted'])
        return source, job['export_id']

    @staticmethod
    def workers_of(process):
        found = []
        for task in os.listdir('/proc/%d/task' % process.pid):
            with open('/proc/%d/task/%s/children' % (process.pid, task), encoding='ascii') as file:
                found += [int(word) for word in file.read().split()]
        return found

    def chunks(self):
        return {path: os.stat(path).st_mtime_ns for path in support.files_below(self.cache)
                if path.endswith('.packets') and 'audio' not in path}

    def check_file(self, *names):
        for path in self.outputs(*names):
            self.assertEqual(support.decode_errors(path), '')
            self.assertEqual(int(support.stream(support.ffprobe(path), 'video')['nb_read_frames']), 500)

    def test_moved_with_another_name(self):
        source, export_id = self.interrupt()
        moved = os.path.join(self.root, 'moved \udcff.mov')
        os.rename(source, moved)
        before = self.chunks()
        answer = self.run_cli('resume', export_id)
        self.assertEqual(answer.status, 4)
        self.assertIn('film.mp4', answer.messages)
        self.assertIn('--source', answer.messages)
        self.assertEqual(self.chunks(), before)
        self.assertTrue(self.run_json('queue', 'list')['jobs'][0]['interrupted'])
        # While it goes on, no chunk that was there is written again.
        process = self.start_cli('resume', export_id, '--source', moved, '--json-events')
        kept = set()
        for line in process.stdout:
            now = self.chunks()
            kept |= {path for path, when in before.items() if now.get(path) == when}
            self.assertEqual({path for path, when in before.items() if path in now and now[path] != when}, set())
            event = json.loads(line)
        self.assertEqual(process.wait(timeout=support.TIMEOUT), 0)
        self.assertEqual((event['result']['status'], event['result']['export_id']), ('completed', export_id))
        self.assertEqual(kept, set(before))
        self.check_file('film slow.mp4')

    def test_another_video_only_when_told(self):
        source, export_id = self.interrupt()
        with open(source, 'r+b') as file:
            file.seek(-1000, os.SEEK_END)
            file.write(b'changed')
        before = self.chunks()
        for options in ([], ['--source', source], ['--source', self.clip]):
            answer = self.run_cli('resume', export_id, *options)
            self.assertEqual(answer.status, 4, answer.messages)
            self.assertIn('--again', answer.messages)
        self.assertEqual(self.chunks(), before)
        document = self.run_json('resume', export_id, '--source', self.clip, '--again')
        self.assertEqual(document['status'], 'completed')
        self.assertNotEqual(document['export_id'], export_id)
        self.outputs('holiday slow.mp4')
        jobs = {job['export_id']: job['status'] for job in self.run_json('queue', 'list')['jobs']}
        self.assertEqual(jobs, {export_id: 'cancelled', document['export_id']: 'completed'})

    def test_usage(self):
        self.assert_usage('resume', '--source', self.clip, says='job')
        document = self.run_json('export', self.clip, '-d', self.out, '--speed', 'ultrafast')
        self.assert_usage('resume', document['export_id'], '--source', self.clip, says='not interrupted')


support.main()
