"""Workers lock themselves in, as far as the kernel can: seen from outside."""
import ctypes
import json
import os
import platform
import subprocess
import unittest

import support

CREATE_RULESET, ASK_VERSION = 444, 1


def kernel_has_landlock():
    return ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, ASK_VERSION) >= 1


class Isolation(unittest.TestCase):
    def start_worker(self, spec):
        """Standard input stays open: its end would be the end of the worker."""
        worker = subprocess.Popen([os.environ['SENDOFF_WORKER']], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(worker.stdout.close)
        self.addCleanup(worker.stdin.close)
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        worker.stdin.write(json.dumps(spec).encode() + b'\n')
        worker.stdin.flush()
        return worker

    @unittest.skipUnless(platform.machine() in ('x86_64', 'aarch64'), 'no system call table for this architecture')
    def test_walls_stand(self):
        events = [json.loads(line) for line in self.start_worker({'role': 'capabilities'}).stdout]
        self.assertEqual(events[-1]['sandbox'],
                         {'landlock': kernel_has_landlock(),
                          'seccomp': os.path.exists('/proc/sys/kernel/seccomp/actions_avail')})


support.main()
