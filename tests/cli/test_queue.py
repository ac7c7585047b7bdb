"""The queue as several processes see it: stored, carried out, paused, moved, cancelled and tried again."""
import json
import os

import support


class Queue(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long_clip = os.path.join(cls.shared, 'long.mp4')
        support.make_clip(cls.long_clip, seconds=16, size='640x360', rate=15)

    def add(self, *options):
        return self.run_json('queue', 'add', self.clip, '-d', self.out, '--speed', 'ultrafast', '--resolution', '160x90',
                             *options)['jobs'][0]['export_id']

    def start_export(self, *options):
        """An export that encodes: the process, and its job's id."""
        process = self.start_cli('export', self.long_clip, '-d', self.out, '--codec', 'h264', '--speed', 'slow',
                                 '--json-events', *options)
        return process, self.wait_for(process, status='encoding')['export_id']

    def wait_for(self, process, **members):
        for line in process.stdout:
            event = json.loads(line)
            if all(event.get(key) == value for key, value in members.items()):
                return event
        self.fail('The export ended: ' + process.stderr.read().decode())

    def end_of(self, process):
        result = json.loads(process.stdout.readlines()[-1])['result']
        process.wait(timeout=support.TIMEOUT)
        return result

    def job(self, job):
        return self.run_json('queue', 'show', job)

    def test_stored_and_carried_out(self):
        first, second = self.add('--name', 'first'), self.add('--name', 'second')
        self.assertEqual(os.listdir(self.out), [])
        for job in self.run_json('queue', 'list')['jobs']:
            self.assertEqual((job['status'], job['running'], job['interrupted']), ('queued', False, False))
        self.run_json('queue', 'move', second, 'first')
        self.assertGreater(self.job(second)['priority'], self.job(first)['priority'])
        self.run_json('queue', 'pause', first)
        document = self.run_json('queue', 'run')
        self.assertEqual((document['status'], document['export_id']), ('completed', second))
        self.assertEqual(self.outputs('second.mp4'), [os.path.join(self.out, 'second.mp4')])
        self.assertTrue(self.job(first)['paused'])
        self.run_json('queue', 'run', first)
        self.outputs('first.mp4', 'second.mp4')
        self.run_json('queue', 'remove', first)
        self.assertEqual([job['export_id'] for job in self.run_json('queue', 'list')['jobs']], [second])

    def test_job_of_another_process(self):
        process, job = self.start_export()
        self.assertTrue(self.job(job)['running'])
        self.run_json('queue', 'pause', job)
        self.wait_for(process, stage='Paused')
        self.assertTrue(self.job(job)['paused'])
        self.run_json('queue', 'resume', job)
        self.assertEqual(self.end_of(process)['status'], 'completed')
        self.assertEqual(self.job(job)['status'], 'completed')
        self.assertEqual(os.listdir(os.path.join(self.cache, 'requests')), [])

    def test_cancelled_from_outside_and_tried_again(self):
        process, job = self.start_export('--output', 'suffix=_one,crf=40', '--output', 'suffix=_two,crf=30')
        self.run_json('queue', 'cancel', job, '--output', '2')
        exports = self.end_of(process)['exports']
        self.assertEqual([export['status'] for export in exports], ['completed', 'cancelled'])
        document = self.run_json('queue', 'retry', job, '--output', '2')
        self.assertEqual([export['status'] for export in document['exports']], ['completed', 'completed'])
        for name in os.listdir(self.out):
            self.assertEqual(support.decode_errors(os.path.join(self.out, name)), '')

    def test_tried_again_while_the_other_is_made(self):
        process, job = self.start_export('--output', 'suffix=_one,crf=40', '--output', 'suffix=_two,crf=30')
        self.assertEqual(self.run_cli('queue', 'retry', job, '--output', '2').status, 1)
        self.run_json('queue', 'cancel', job, '--output', '2')
        again = self.run_json('queue', 'retry', job, '--output', '2')
        self.assertNotIn(again['exports'][0]['status'], ['completed', 'cancelled'])
        self.assertEqual([export['status'] for export in self.end_of(process)['exports']], ['completed', 'completed'])
        self.assertEqual(len(os.listdir(self.out)), 2)
        for name in os.listdir(self.out):
            self.assertEqual(support.decode_errors(os.path.join(self.out, name)), '')

    def test_cancelled_whole(self):
        process, job = self.start_export()
        self.run_json('queue', 'cancel', job)
        self.assertEqual(self.end_of(process)['status'], 'cancelled')
        self.assertEqual(process.returncode, 130)
        self.assertEqual(os.listdir(self.out), [])
        self.assertEqual(self.run_cli('queue', 'cancel', job).status, 1)
        waiting = self.add()
        self.run_json('queue', 'cancel', waiting)
        self.assertEqual(self.job(waiting)['status'], 'cancelled')
        self.assertEqual(os.listdir(os.path.join(self.cache, 'jobs')), [])

    def test_whole_queue(self):
        """Paused before it starts and while it runs; the file is the same."""
        self.run_json('queue', 'pause')
        process = self.start_cli('export', self.long_clip, '-d', self.out, '--codec', 'h264', '--speed', 'slow',
                                 '--json-events')
        self.assertIn(b'The queue is paused.', process.stderr.readline())
        self.run_json('queue', 'resume')
        self.wait_for(process, status='encoding')
        self.run_json('queue', 'pause')
        self.wait_for(process, stage='The queue is paused')
        self.run_json('queue', 'resume')
        self.assertEqual(self.end_of(process)['status'], 'completed')
        reference = os.path.join(self.root, 'reference')
        self.run_json('export', self.long_clip, '-d', reference, '--codec', 'h264', '--speed', 'slow')
        for name in os.listdir(reference):
            with open(os.path.join(reference, name), 'rb') as one, open(os.path.join(self.out, name), 'rb') as other:
                self.assertTrue(one.read() == other.read())

    def test_paused_across_restarts(self):
        process, job = self.start_export()
        self.run_json('queue', 'pause', job)
        self.wait_for(process, stage='Paused')
        process.kill()
        process.wait()
        self.assertEqual(self.run_json('resume')['jobs'], [])
        self.assertTrue(self.job(job)['paused'])
        self.assertEqual(self.run_json('resume', job)['status'], 'completed')

    def test_usage(self):
        self.assert_usage('queue', says='help queue')
        self.assert_usage('queue', 'cancel', says='cancel JOB')
        self.assert_usage('queue', 'cancel', 'nothing', says='no job')
        job = self.add()
        self.assert_usage('queue', 'move', job, 'sideways', says='first, last')
        self.assert_usage('queue', 'cancel', job, '--output', '9', says='no output 9')
        self.assertEqual(self.run_cli('queue', 'add', self.clip, '--codec', 'prores', '--container', 'mp4').status, 3)
        self.assertEqual(self.run_cli('queue', 'add', '/nonexistent.mp4').status, 4)


support.main()
