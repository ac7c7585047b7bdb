"""Counts the single test cases in meson's log: count.py TESTLOG.json; the last line is "N passed, N failed"."""
import json
import re
import sys

RESULT = re.compile(r'^(\s*)(not )?ok\b(.*)$')


def count_tap(text):
    """(passed, failed, skipped, names of the failed): a line that sums up indented ones is not a case of its own."""
    passed, failed, skipped, names = 0, 0, 0, []
    deepest = 0
    for line in text.splitlines():
        match = RESULT.match(line)
        if not match:
            continue
        depth = len(match.group(1))
        is_summary = depth < deepest
        deepest = depth
        if is_summary:
            continue
        if re.search(r'#\s*skip', match.group(3), re.I):
            skipped += 1
        elif match.group(2) and not re.search(r'#\s*todo', match.group(3), re.I):
            failed += 1
            names.append(re.sub(r'^\s*\d+\s*-?\s*', '', match.group(3)))
        else:
            passed += 1
    return passed, failed, skipped, names


def main(path):
    passed = failed = skipped = 0
    problems = []
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            programs = [json.loads(line) for line in log if line.strip()]
    except OSError:
        programs = []
    for program in programs:
        good, bad, left_out, names = count_tap(program.get('stdout') or '')
        problems += names
        if program['result'] not in ('OK', 'SKIP', 'EXPECTEDFAIL') and bad == 0:
            # It ended early: by a signal, a time-out, a sanitizer, or without its plan.
            bad = 1
            problems.append('%s: %s' % (program['name'], program['result']))
        elif good + bad + left_out == 0 and program['result'] == 'OK':
            good = 1
        passed, failed, skipped = passed + good, failed + bad, skipped + left_out
    for name in problems:
        print('failed: ' + name)
    if skipped:
        print('%d skipped' % skipped)
    if not programs:
        print('No test was run.')
    print('%d passed, %d failed' % (passed, failed))
    return 0 if failed == 0 and programs else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
