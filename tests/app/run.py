"""Runs one script of window tests on a screen and buses of its own: run.py MODULE [WORD…].

Prints TAP. Where something is missing that the tests need, all of them are skipped, and the line says what it is.
"""
import importlib.util
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = 'SENDOFF_TEST_SESSION'
# Daemons of the session inherit standard output and write to it, so that the results go out through another door.
RESULTS = 20
PROGRAMS = ['xvfb-run', 'xauth', 'dbus-run-session', 'gdbus', 'ffmpeg', 'ffprobe']
REGISTRY = ['/usr/libexec/at-spi-bus-launcher', '/usr/lib/at-spi2-core/at-spi-bus-launcher']


def what_is_missing():
    """The first thing without which no window can be tested, or None."""
    if not os.access(os.environ.get('SENDOFF_WINDOW', ''), os.X_OK):
        return 'the window was not built'
    for program in PROGRAMS:
        if not shutil.which(program):
            return 'there is no program ' + program
    if not any(os.path.exists(path) for path in REGISTRY):
        return 'there is no at-spi2-core'
    for module in ['gi', 'Xlib']:
        if importlib.util.find_spec(module) is None:
            return 'Python has no module ' + module
    import gi
    try:
        gi.require_version('Atspi', '2.0')
    except ValueError:
        return 'GObject introspection has no Atspi-2.0'
    return None


def enter_session():
    """Becomes the same program inside a virtual screen with a message bus; nothing of the user's own session is left."""
    home = tempfile.mkdtemp(prefix='sendoff-session-')
    runtime = os.path.join(home, 'run')
    os.mkdir(runtime, 0o700)
    env = {name: value for name, value in os.environ.items() if not name.startswith('XDG_')}
    for name in ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'AT_SPI_BUS_ADDRESS']:
        env.pop(name, None)
    os.dup2(1, RESULTS, inheritable=True)
    os.dup2(2, 1)
    env.update({INSIDE: home, 'HOME': home, 'XDG_RUNTIME_DIR': runtime})
    os.execvpe('xvfb-run', ['xvfb-run', '-a', '-s', '-screen 0 %sx24 -noreset' % os.environ.get('SENDOFF_TEST_SCREEN', '1280x900'), 'dbus-run-session', '--',
                            sys.executable, '-W', 'ignore', os.path.abspath(__file__), *sys.argv[1:]], env)


def main():
    if INSIDE in os.environ:
        sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'cli')]
        sys.stdout = os.fdopen(RESULTS, 'w')
        os.set_inheritable(RESULTS, False)
        import tap
        try:
            status = tap.run(sys.argv[1], sys.argv[2:])
        finally:
            shutil.rmtree(os.environ[INSIDE], ignore_errors=True)
        sys.exit(status)
    missing = what_is_missing()
    if missing:
        print('1..0 # SKIP ' + missing, flush=True)
        sys.exit(0)
    enter_session()


if __name__ == '__main__':
    main()
