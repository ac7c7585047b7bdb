"""The words of the catalog that people read: catalog_words.py TOP prints them as data/catalog-words.h, for translators.

Names of codecs, containers and profiles are left out: they are the same in every language.
"""
import glob
import json
import os
import sys

HEAD = '''/* Names and descriptions in data/, for translators: tests/po/catalog_words.py wrote this file and a test compares it.
 * Nothing includes it; what is shown is translated where it is shown. */
'''
PLACES = [('catalog/levels.json', 'levels', ['name', 'description']),
          ('catalog/resolutions.json', 'resolutions', ['name']),
          ('catalog/containers.json', 'containers', ['description']),
          ('presets/system.json', 'presets', ['name', 'description'])]


def words(top):
    """Each once, in the order of the files."""
    found = {}
    for name, member, members in PLACES:
        with open(os.path.join(top, 'data', name), encoding='utf-8') as file:
            for entry in json.load(file)[member]:
                found.update((entry[key], name) for key in members if entry.get(key))
    for path in sorted(glob.glob(os.path.join(top, 'data', 'platforms', '*.json'))):
        with open(path, encoding='utf-8') as file:
            platform = json.load(file)
        found.update((platform[key], path) for key in ['name', 'compatibility_notes'] if platform.get(key))
    return list(found)


def text(top):
    """The whole file."""
    return HEAD + ''.join('N_ (%s)\n' % json.dumps(word, ensure_ascii=False) for word in words(top))


if __name__ == '__main__':
    sys.stdout.write(text(sys.argv[1]))
