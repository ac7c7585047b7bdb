"""Which locale of this system programs can be asked to speak another language in."""
import re
import subprocess


def locale_that_speaks():
    """One in which gettext looks at LANGUAGE: newer C libraries leave out C.UTF-8, which may be the only one installed."""
    names = subprocess.run(['locale', '-a'], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in names if re.search(r'\.utf-?8$', name, re.I) and not name.startswith('C.')), 'C.UTF-8')
