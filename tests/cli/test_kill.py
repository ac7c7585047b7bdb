"""Pulling the plug: the owner or a worker is killed at any moment, and the export goes on to the same bytes.

ROUNDS (default 4) says how often, SEED which moments; a failure names both. LENGTH and RATE (24 and 5) are the
source's, in seconds and frames per second.
"""
import os
import random
import signal
import subprocess
import threading
import time

import support

ROUNDS = int(os.environ.get('ROUNDS', '4'))
SEED = int(os.environ.get('SEED', '0')) or random.SystemRandom().randrange(1, 10 ** 9)
LENGTH = int(os.environ.get('LENGTH', '24'))
RATE = int(os.environ.get('RATE', '5'))

OUTPUTS = ['codec=h264,speed=fast,suffix=_wide', 'codec=h264,resolution=320x320,fit=crop,speed=fast,suffix=_square',
           'codec=vp9,resolution=240x136,speed=fast,suffix=_small']
OPTIONS = [word for output in OUTPUTS for word in ('--output', output)]

# Kills of one export before it is left alone.
MOST_KILLS = 3


def children_of(pid):
    """Ids of the processes that @pid started, as the kernel lists them."""
    found = []
    for task in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/children' % (pid, task), encoding='ascii') as file:
            found += [int(child) for child in file.read().split()]
    return found


class Kill(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = os.path.join(cls.shared, 'source.mp4')
        # Few frames over a long time: several chunks, and quickly made.
        support.make_clip(cls.source, seconds=LENGTH, size='640x360', rate=RATE, extra=['-g', str(2 * RATE)])

    def make_reference(self):
        began = time.monotonic()
        self.run_json('export', self.source, '-d', self.out, *OPTIONS)
        self.usual_s = time.monotonic() - began
        self.reference = self.read_out()
        self.assertEqual(len(self.reference), len(OUTPUTS))

    def read_out(self):
        """Everything in the output folder, hidden files left out: name to content."""
        found = {}
        for name in os.listdir(self.out):
            if not name.startswith('.'):
                with open(os.path.join(self.out, name), 'rb') as file:
                    found[name] = file.read()
        return found

    def assert_whole(self):
        """What stands under a final name is whole, and nothing stands under another name."""
        for name, content in self.read_out().items():
            self.assertIn(name, self.reference)
            self.assertTrue(content == self.reference[name], '“%s” is not what it should be' % name)

    # ---- Moments ----

    def wait_a_while(self, process):
        time.sleep(self.random.uniform(0, self.usual_s))

    def wait_for_news(self, process):
        """Until some number of news, and up to 20 ms longer."""
        for _ in range(self.random.randrange(1, 40)):
            if not process.stdout.readline():
                return
        time.sleep(self.random.uniform(0, 0.02))

    def wait_for_entry(self, process):
        """Until the output folder has some number of files, being written or finished."""
        hidden, number = self.random.choice([True, False]), self.random.randrange(1, len(OUTPUTS) + 1)
        while process.poll() is None:
            if sum(name.startswith('.') == hidden for name in os.listdir(self.out)) >= number:
                time.sleep(self.random.choice([0, self.random.uniform(0, 0.02)]))
                return
            time.sleep(0.0005)

    # ---- One life of the owner ----

    def kill_worker(self, process):
        """Returns whether there was one."""
        try:
            victims = children_of(process.pid)
            if victims:
                os.kill(self.random.choice(victims), signal.SIGKILL)
            return bool(victims)
        except (OSError, IndexError):
            return False

    def live(self, args, kill):
        """Starts the program and lets it end, one way or the other; returns its exit status."""
        process = subprocess.Popen([support.CLI, *args, '--json-events'], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
        messages = []
        reader = threading.Thread(target=lambda: messages.append(process.stderr.read()))
        reader.start()
        if kill:
            self.random.choice([self.wait_a_while, self.wait_for_news, self.wait_for_entry])(process)
            if kill == 'owner':
                process.kill()
            else:
                self.kill_worker(process)
        process.stdout.read()
        process.wait(timeout=support.TIMEOUT)
        reader.join()
        process.stdout.close()
        process.stderr.close()
        self.messages = messages[0].decode('utf-8', 'replace')
        return process.returncode

    def jobs(self):
        """The job, if there is one, once its last worker has let go of it."""
        deadline = time.monotonic() + 5
        while True:
            jobs = self.run_json('queue', 'list')['jobs']
            if not any(job['running'] for job in jobs):
                return jobs
            self.assertLess(time.monotonic(), deadline, jobs)
            time.sleep(0.05)

    def go_on(self, kill):
        """Starts or resumes, as a user would who finds that it did not come to its end."""
        jobs = self.jobs()
        self.assertLessEqual(len(jobs), 1, 'a job was doubled')
        if not jobs:
            return self.live(['export', self.source, '-d', self.out, *OPTIONS], kill)
        if jobs[0]['status'] == 'completed':
            return 0
        return self.live(['resume'], kill)

    def check_end(self):
        self.assertEqual([job['status'] for job in self.jobs()], ['completed'])
        self.assertEqual(sorted(os.listdir(self.out)), sorted(self.reference))
        self.assert_whole()
        left = [path for folder in ('chunks', 'jobs') for path in support.files_below(os.path.join(self.cache, folder))]
        self.assertEqual(left, [])
        for folder in ('chunks', 'jobs'):
            self.assertEqual(os.listdir(os.path.join(self.cache, folder)), [])
        for export in self.jobs()[0]['exports']:
            self.assertTrue(export['certificate']['passed'])

    def run_round(self):
        for _ in range(self.random.randrange(1, MOST_KILLS + 1)):
            victim = self.random.choice(['owner', 'owner', 'worker'])
            status = self.go_on(victim)
            self.assertIn(status, [0, -signal.SIGKILL] if victim == 'owner' else [0], self.messages)
            self.assert_whole()
            if status == 0:
                break
        self.assertEqual(self.go_on(None), 0, self.messages)
        self.check_end()

    def clear(self):
        for name in os.listdir(self.out):
            os.remove(os.path.join(self.out, name))
        for path in support.files_below(os.path.join(self.root, 'data')):
            os.remove(path)
        self.keep_no_chunks(os.path.join(self.root, 'data'))

    def test_any_moment(self):
        self.make_reference()
        self.clear()
        for number in range(ROUNDS):
            self.random = random.Random('%d/%d' % (SEED, number))
            with self.subTest(seed=SEED, round=number):
                self.run_round()
            self.clear()


support.main()
