"""A test that nobody runs is worse than none: every file of tests is named by the build description of its folder."""
import glob
import os
import re
import sys

TOP = sys.argv[1]


def forgotten():
    for path in sorted(glob.glob(os.path.join(TOP, 'tests', '*', 'test[-_]*'))):
        folder, leaf = os.path.split(path)
        name = re.fullmatch(r'test[-_](.*)\.(?:py|c)', leaf)
        with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as file:
            description = file.read()
        if name and "'%s'" % name.group(1) not in description and leaf not in description:
            yield os.path.relpath(path, TOP)


missing = list(forgotten())
print('1..1\n%s 1 every_test_is_registered' % ('not ok' if missing else 'ok'))
for path in missing:
    print('# nobody runs', path)
sys.exit(1 if missing else 0)
