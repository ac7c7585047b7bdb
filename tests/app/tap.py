"""Runs the tests of one module and prints them in the Test Anything Protocol."""
import unittest

from support import TapResult


class WindowResult(TapResult):
    """Adds what stood in the windows and what they printed to the explanation of a failure."""

    def explain(self, test, error):
        super().explain(test, error)
        for window in getattr(test, 'windows', []):
            lines = window.messages().splitlines()
            if window.process.poll() is None:
                lines += window.tree.describe()
            for line in lines:
                print('#   ' + line.encode('ascii', 'backslashreplace').decode())


def run(module, words):
    """All tests of a module, or those with one of the words in their names; the exit status."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = ['*%s*' % word for word in words] or None
    result = WindowResult()
    loader.loadTestsFromName(module).run(result)
    print('1..%d' % result.number, flush=True)
    return 0 if result.wasSuccessful() else 1
