"""What the command line's tests share: running the program, making media, judging files, TAP output."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

CLI = os.environ['SENDOFF_CLI']
TIMEOUT = 240


class Answer:
    """The end of one run: exit status, standard output and error as bytes."""

    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def json(self):
        return json.loads(self.out.decode('utf-8'))

    @property
    def text(self):
        return self.out.decode('utf-8')

    @property
    def messages(self):
        return self.err.decode('utf-8', 'replace')


def ffmpeg(*args):
    subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-y', *args], check=True, timeout=TIMEOUT)


def ssim(path, reference):
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'info', '-i', path, '-i', reference, '-lavfi', 'ssim', '-f', 'null', '-'],
                          check=True, capture_output=True, timeout=TIMEOUT)
    return float(re.search(r'All:([0-9.]+)', done.stderr.decode()).group(1))


def make_clip(path, seconds=3, size='320x180', rate=25, audio=True, extra=()):
    """A moving picture with a tone, H.264 and AAC."""
    inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=%s:rate=%s:duration=%s' % (size, rate, seconds)]
    if audio:
        inputs += ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=%s' % seconds]
    ffmpeg(*inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', *extra, path)


def ffprobe(path):
    """Streams and format as ffprobe sees them, every frame of the video counted."""
    done = subprocess.run(['ffprobe', '-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json',
                           'file:' + os.fsdecode(path)], check=True, capture_output=True, timeout=TIMEOUT)
    return json.loads(done.stdout)


def decode_errors(path):
    """What a full decode complains about: nothing for a sound file."""
    done = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', 'file:' + os.fsdecode(path), '-f', 'null', '-'],
                          capture_output=True, timeout=TIMEOUT)
    return done.stderr.decode('utf-8', 'replace') + ('' if done.returncode == 0 else 'exit %d' % done.returncode)


def stream(facts, kind):
    return next(s for s in facts['streams'] if s['codec_type'] == kind)


def files_below(folder):
    return sorted(os.path.join(base, name) for base, _, names in os.walk(folder) for name in names)


class CliTest(unittest.TestCase):
    """A clip of three seconds, made once for a class; folders, database and cache of its own for each test."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp(prefix='sendoff-test-')
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.clip = os.path.join(cls.shared, 'holiday.mp4')
        make_clip(cls.clip)

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix='sendoff-test-')
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.out = os.path.join(self.root, 'out')
        self.cache = os.path.join(self.root, 'cache')
        os.mkdir(self.out)
        self.keep_no_chunks(os.path.join(self.root, 'data'))
        self.env = dict(os.environ, SENDOFF_DATA_DIR=os.path.join(self.root, 'data'), SENDOFF_CACHE_DIR=self.cache,
                        LC_ALL='C.UTF-8')

    def keep_no_chunks(self, data):
        """Every export of a test is made anew, not found in the cache."""
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(data, 'settings.json'), 'w', encoding='ascii') as file:
            json.dump({'cache-limit': 0}, file)

    def run_cli(self, *args, stdin=None, cwd=None):
        return Answer(subprocess.run([CLI, *args], capture_output=True, timeout=TIMEOUT, env=self.env, cwd=cwd,
                                     input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL))

    def start_cli(self, *args):
        process = subprocess.Popen([CLI, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.env)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_json(self, *args, status=0, **options):
        """Runs with --json: one document on standard output, and the exit status that is expected."""
        answer = self.run_cli(*args, '--json', **options) if '--' not in args else self.run_cli(
            *args[:args.index('--')], '--json', *args[args.index('--'):], **options)
        self.assertEqual(answer.status, status, answer.messages)
        return answer.json

    def outputs(self, *names):
        """Paths in the output folder, which must hold exactly these."""
        self.assertEqual(sorted(os.listdir(self.out)), sorted(names))
        return [os.path.join(self.out, name) for name in names]

    def assert_usage(self, *args, says=''):
        answer = self.run_cli(*args)
        self.assertEqual(answer.status, 2, answer.messages)
        self.assertIn(says, answer.messages)
        if '--json' not in args:
            self.assertEqual(answer.out, b'')
            return
        self.assertEqual(answer.json['status'], 'failed')
        self.assertIn(answer.json['error']['code'], ['usage', 'not-found', 'failed'])
        self.assertIn(answer.json['error']['message'], answer.messages)


class TapResult(unittest.TestResult):
    """One line of the Test Anything Protocol for each test, its failure as comments."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def say(self, word, test, note=''):
        self.number += 1
        print('%s %d %s%s' % (word, self.number, test.id().replace('__main__', 'cli'), note), flush=True)

    def explain(self, test, error):
        for line in self._exc_info_to_string(error, test).splitlines():
            print('# ' + line.encode('ascii', 'backslashreplace').decode())

    def addSuccess(self, test):
        super().addSuccess(test)
        self.say('ok', test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.explain(test, error)
        self.say('not ok', test)

    def addError(self, test, error):
        super().addError(test, error)
        self.explain(test, error)
        self.say('not ok', test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say('ok', test, ' # SKIP ' + reason)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.explain(subtest, error)
            self.say('not ok', subtest)


def main():
    """Runs the tests of the calling script; an argument keeps those with it in their names."""
    words = sys.argv[1:]
    loader = unittest.TestLoader()
    loader.testNamePatterns = ['*%s*' % word for word in words] or None
    suite = loader.loadTestsFromModule(sys.modules['__main__'])
    result = TapResult()
    suite.run(result)
    print('1..%d' % result.number, flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)
