"""What holds an export back: little power, a nearly full disk, a limit of memory; and how it goes on afterwards."""
import json
import os
import shutil
import subprocess
import time

import support

# The one that has the bindings of GLib.
SYSTEM_PYTHON = '/usr/bin/python3'

OPTIONS = ['--codec', 'h264', '--speed', 'slow']


class Limits(support.CliTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = os.path.join(cls.shared, 'source.mp4')
        support.make_clip(cls.source, seconds=12, size='640x360', rate=8, extra=['-g', '8'])

    def setUp(self):
        super().setUp()
        self.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=' + os.path.join(self.root, 'none')

    def start_power(self):
        """A bus of the test's own with a battery on it."""
        if shutil.which('dbus-daemon') is None:
            self.skipTest('there is no dbus-daemon')
        bus = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address'], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
        self.addCleanup(bus.stdout.close)
        self.addCleanup(bus.wait)
        self.addCleanup(bus.kill)
        self.env['DBUS_SYSTEM_BUS_ADDRESS'] = bus.stdout.readline().decode().strip()
        fake = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fake_power.py')
        self.power = subprocess.Popen([SYSTEM_PYTHON, fake], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.env)
        self.addCleanup(self.power.wait)
        self.addCleanup(self.power.stdout.close)
        self.addCleanup(self.power.stdin.close)
        self.assertEqual(self.power.stdout.readline(), b'ready\n')

    def set_power(self, *words):
        self.power.stdin.write((' '.join(words) + '\n').encode())
        self.power.stdin.flush()

    def export(self, *options):
        return self.start_cli('export', self.source, '-d', self.out, *OPTIONS, '--json-events', *options)

    def wait_for(self, process, test):
        for line in process.stdout:
            event = json.loads(line)
            if test(event):
                return event
        return self.fail('It never came: ' + process.stderr.read().decode())

    def children_of(self, process):
        found = []
        for task in os.listdir('/proc/%d/task' % process.pid):
            try:
                with open('/proc/%d/task/%s/children' % (process.pid, task), encoding='ascii') as file:
                    found += file.read().split()
            except FileNotFoundError:
                pass
        return found

    def check_held(self, process, words):
        """Says why, and nothing runs."""
        self.wait_for(process, lambda event: event.get('stage', '').startswith(words))
        deadline = time.monotonic() + 5
        while self.children_of(process):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def check_end(self, process):
        result = self.wait_for(process, lambda event: 'result' in event)['result']
        self.assertEqual(result['status'], 'completed')
        self.assertEqual(process.wait(timeout=support.TIMEOUT), 0)
        self.assertEqual(support.decode_errors(result['exports'][0]['output_files'][0]), '')

    def wait_for_encoding(self, process):
        self.wait_for(process, lambda event: event.get('status') == 'encoding')

    def test_battery(self):
        self.start_power()
        process = self.export()
        self.wait_for_encoding(process)
        self.set_power('battery', '7')
        self.check_held(process, 'Paused: the battery is low')
        self.set_power('battery', '60')
        self.check_end(process)

    def test_power_saver(self):
        self.start_power()
        process = self.export()
        self.wait_for_encoding(process)
        self.set_power('profile', 'power-saver')
        self.check_held(process, 'Paused: the computer saves power')
        self.set_power('profile', 'balanced')
        self.check_end(process)

    def test_power_is_ignored(self):
        """Where the user does not want it."""
        self.start_power()
        self.set_power('battery', '7')
        self.set_power('profile', 'power-saver')
        self.run_json('settings', 'pause-on-low-battery', 'off')
        self.run_json('settings', 'pause-on-power-saver', 'off')
        self.check_end(self.export())

    def test_low_disk(self):
        disk = os.path.join(self.root, 'disk')
        os.mkdir(disk)
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'none', disk], capture_output=True)
        if done.returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', disk])
        self.out = os.path.join(disk, 'out')
        os.mkdir(self.out)
        ballast = os.path.join(disk, 'ballast')
        process = self.export()
        self.wait_for_encoding(process)
        # Nearly full is less than a hundredth.
        with open(ballast, 'wb') as file:
            os.posix_fallocate(file.fileno(), 0, (64 << 20) - (256 << 10))
        self.check_held(process, 'Paused: the disk of')
        os.remove(ballast)
        self.check_end(process)

    def resident_bytes(self, process):
        """Of all its workers."""
        pages = 0
        for child in self.children_of(process):
            try:
                with open('/proc/%s/statm' % child, encoding='ascii') as file:
                    pages += int(file.read().split()[1])
            except (FileNotFoundError, ProcessLookupError):
                pass
        return pages * os.sysconf('SC_PAGE_SIZE')

    def most_at_once(self, *options):
        """Workers, and bytes of theirs."""
        process = self.export(*options)
        most, most_bytes = 0, 0
        while process.poll() is None:
            most = max(most, len(self.children_of(process)))
            most_bytes = max(most_bytes, self.resident_bytes(process))
            time.sleep(0.002)
        self.assertEqual(process.wait(), 0)
        return most, most_bytes

    def test_memory(self):
        """A limit makes less run at once, and the file is the same."""
        self.run_json('settings', 'cores', '3')
        self.assertGreater(self.most_at_once()[0], 1)
        self.run_json('settings', 'memory-limit', '1MB')
        self.assertEqual(self.most_at_once()[0], 1)
        one, other = [os.path.join(self.out, name) for name in sorted(os.listdir(self.out))]
        with open(one, 'rb') as first, open(other, 'rb') as second:
            self.assertTrue(first.read() == second.read())

    def test_memory_of_several_outputs(self):
        """What the workers hold together stays below the limit, which it would not without one."""
        limit = 300 * 10**6
        outputs = [word for crf in (30, 32, 34) for word in ('--output', 'crf=%d,suffix=%d' % (crf, crf))]
        self.run_json('settings', 'cores', '3')
        self.assertGreater(self.most_at_once(*outputs)[1], limit)
        self.run_json('settings', 'memory-limit', '300MB')
        self.assertLess(self.most_at_once(*outputs)[1], limit)


support.main()
