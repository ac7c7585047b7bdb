"""Translations: every file with words for people is listed, catalogs are sound, and the program speaks the language."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import catalog_words

TOP, BUILD = sys.argv[1:3]
sys.path.append(os.path.join(TOP, 'tests', 'cli'))
from locales import locale_that_speaks  # noqa: E402

MARKS = re.compile(r'\b(?:_|N_|C_|NC_|ngettext) ?\(\s*"|\b(?:sendoff_issues_add|sendoff_planning_issue) \(|translatable="yes"')
CONVERSION = re.compile(r'%(?:\d+\$)?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[diouxXeEfgGcsp]')


def listed():
    with open(os.path.join(TOP, 'po', 'POTFILES.in'), encoding='utf-8') as file:
        return [line.strip() for line in file if line.strip() and not line.startswith('#')]


def test_every_file_is_listed():
    """po/POTFILES.in names all sources and templates with marked words, and nothing that is gone."""
    marked = set()
    for path in glob.glob(os.path.join(TOP, 'src', '*', '*.c')) + glob.glob(os.path.join(TOP, 'ui', '*.ui')):
        with open(path, encoding='utf-8') as file:
            if MARKS.search(file.read()):
                marked.add(os.path.relpath(path, TOP))
    names = listed()
    missing = sorted(marked - set(names))
    gone = [name for name in names if not os.path.exists(os.path.join(TOP, name))]
    assert not missing, 'not in po/POTFILES.in: %s' % ' '.join(missing)
    assert not gone, 'in po/POTFILES.in, but not there: %s' % ' '.join(gone)


def test_catalog_is_listed():
    """What translators get of the platforms, presets, levels and sizes is what data/ has."""
    with open(os.path.join(TOP, 'data', 'catalog-words.h'), encoding='utf-8') as file:
        assert file.read() == catalog_words.text(TOP), 'run: tests/po/catalog_words.py . > data/catalog-words.h'


def languages():
    with open(os.path.join(TOP, 'po', 'LINGUAS'), encoding='utf-8') as file:
        return file.read().split()


def test_catalogs_are_sound():
    """msgfmt accepts each catalog, plural forms and formats included."""
    assert len(languages()) >= 2
    if not shutil.which('msgfmt'):
        return 'there is no msgfmt'
    for language in languages():
        path = os.path.join(TOP, 'po', language + '.po')
        answer = subprocess.run(['msgfmt', '--check-format', '--check-domain', '-o', os.devnull, path], capture_output=True,
                                text=True, check=False)
        assert answer.returncode == 0, answer.stderr
    return None


def pairs(path):
    """(msgid, msgstr) of a catalog, without plurals."""
    with open(path, encoding='utf-8') as file:
        for block in file.read().split('\n\n'):
            found = re.search(r'^msgid ((?:".*"\n?)+)msgstr ((?:".*"\n?)+)', block, re.M)
            if found:
                yield tuple(''.join(re.findall(r'"(.*)"', part)) for part in found.groups())


def test_conversions_stay():
    """A translation takes the same arguments in the same order: a wrong one would crash the program."""
    for language in languages():
        for source, translation in pairs(os.path.join(TOP, 'po', language + '.po')):
            if source and translation:
                # A percent sign is no conversion, whatever letter follows it.
                taken = [CONVERSION.findall(text.replace('%%', '')) for text in (source, translation)]
                assert taken[0] == taken[1], (language, source, translation)


def speak(language, arguments, root):
    """What the command line says on both of its channels in a language; {root} stands for a folder of its own."""
    program = os.path.join(BUILD, 'src', 'cli', 'sendoff-cli')
    env = dict(os.environ, LC_ALL=locale_that_speaks(), LANGUAGE=language, SENDOFF_DATA_DIR=root, SENDOFF_CACHE_DIR=root,
               SENDOFF_WORKER=os.path.join(BUILD, 'src', 'worker', 'sendoff-worker'))
    answer = subprocess.run([program, *arguments], env=env, capture_output=True, check=False)
    return (answer.stdout + answer.stderr).decode()


def test_program_speaks():
    """The command line finds its translations in the build tree, and so do its workers behind their sandbox."""
    for language, words, broken in (('de', 'Größe der Quelle', 'ist kein Video'), ('fr', 'taille de la source', 'pas une vidéo'),
                                    ('xx', 'size of the source', 'is not a video')):
        root = tempfile.mkdtemp(prefix='sendoff-test-')
        try:
            clip = os.path.join(root, 'broken.mp4')
            with open(clip, 'wb') as file:
                file.write(b'\0\0\0\x18ftypisom' + b'not a video at all ' * 500)
            said = speak(language, ['presets', 'new', 'Mine'], root)
            if language != 'xx' and 'size of the source' in said and locale_that_speaks() == 'C.UTF-8':
                return 'only the locale C is installed, which has no translations'
            assert words in said, (language, said)
            said = speak(language, ['probe', clip], root)
            assert broken in said, (language, said)
        finally:
            shutil.rmtree(root, ignore_errors=True)
    return None


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith('test_')]
    failed = False
    for number, test in enumerate(tests, 1):
        try:
            skipped = test()
            print('ok %d %s%s' % (number, test.__name__, ' # SKIP ' + skipped if skipped else ''))
        except AssertionError as error:
            failed = True
            print('# %s' % str(error).replace('\n', '\n# '))
            print('not ok %d %s' % (number, test.__name__))
    print('1..%d' % len(tests))
    sys.exit(1 if failed else 0)


main()
