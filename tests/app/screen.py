"""Keyboard, pointer and drag and drop, as the X server delivers them to a window."""
import pathlib
import select
import time

from Xlib import X, XK, Xatom, display, protocol
from Xlib.ext import xtest

MODIFIERS = {'ctrl': 'Control_L', 'shift': 'Shift_L', 'alt': 'Alt_L'}
DROP_PATIENCE = 15


class Screen:
    """A connection to the virtual screen; there is no window manager, so this also gives windows the focus."""

    def __init__(self):
        self.display = display.Display()
        self.root = self.display.screen().root

    def close(self):
        self.display.close()

    def find_windows(self, process_id):
        """The visible windows of a process, the largest first."""
        atom = self.display.intern_atom('_NET_WM_PID')
        found = []
        for window in self.root.query_tree().children:
            try:
                owner = window.get_full_property(atom, X.AnyPropertyType)
                if owner is None or owner.value[0] != process_id:
                    continue
                if window.get_attributes().map_state != X.IsViewable:
                    continue
                geometry = window.get_geometry()
            except Exception:  # it closed in between; Xlib has no common class for this
                continue
            found.append((geometry.width * geometry.height, window))
        return [window for _, window in sorted(found, key=lambda entry: entry[0], reverse=True)]

    def focus(self, window):
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def key(self, *combinations, pause=0.06):
        """Presses “Tab”, “ctrl+q” and so on, one after the other."""
        for combination in combinations:
            *held, last = combination.split('+')
            codes = [self.display.keysym_to_keycode(XK.string_to_keysym(MODIFIERS.get(name, name))) for name in [*held, last]]
            for code in codes:
                xtest.fake_input(self.display, X.KeyPress, code)
            for code in reversed(codes):
                xtest.fake_input(self.display, X.KeyRelease, code)
            self.display.sync()
            time.sleep(pause)

    def origin(self, window):
        """Where a window's widgets begin on the screen: inside the border or shadow that GTK draws itself."""
        place = window.translate_coords(self.root, 0, 0)
        frame = window.get_full_property(self.display.intern_atom('_GTK_FRAME_EXTENTS'), X.AnyPropertyType)
        # Without a compositor GTK draws a plain border and says nothing about it.
        left, top = (frame.value[0], frame.value[2]) if frame else (5, 5)
        return left - place.x, top - place.y

    def click(self, window, extents):
        """Clicks into the middle of a widget."""
        x, y, width, height = extents
        left, top = self.origin(window)
        xtest.fake_input(self.display, X.MotionNotify, x=left + x + width // 2, y=top + y + height // 2)
        self.display.sync()
        time.sleep(0.15)
        xtest.fake_input(self.display, X.ButtonPress, 1)
        xtest.fake_input(self.display, X.ButtonRelease, 1)
        self.display.sync()
        time.sleep(0.15)

    def wheel(self, window, extents, clicks):
        """Turns the wheel towards the user with the pointer over the middle of a widget."""
        x, y, width, height = extents
        left, top = self.origin(window)
        xtest.fake_input(self.display, X.MotionNotify, x=left + x + width // 2, y=top + y + height // 2)
        for _ in range(clicks):
            self.display.sync()
            time.sleep(0.02)
            xtest.fake_input(self.display, X.ButtonPress, 5)
            xtest.fake_input(self.display, X.ButtonRelease, 5)
        self.display.sync()


class Drop:
    """The dragging side of version 5 of the XDND protocol, with a list of file URIs."""

    def __init__(self, window_id, paths):
        self.display = display.Display()
        self.root = self.display.screen().root
        self.target = self.display.create_resource_object('window', window_id)
        self.data = ''.join(pathlib.Path(path).absolute().as_uri() + '\r\n' for path in paths).encode()
        self.uris = self.atom('text/uri-list')
        self.source = self.root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)
        self.time = self.server_time()
        self.source.set_selection_owner(self.atom('XdndSelection'), self.time)

    def atom(self, name):
        return self.display.intern_atom(name)

    def server_time(self):
        """A time stamp of the server's, which owning a selection needs: from a change of a property."""
        self.source.change_property(self.atom('WM_NAME'), Xatom.STRING, 8, b'drag')
        self.display.flush()
        while True:
            event = self.display.next_event()
            if event.type == X.PropertyNotify:
                return event.time

    def send(self, name, *values):
        words = [self.source.id, *values] + [0] * (4 - len(values))
        self.target.send_event(protocol.event.ClientMessage(window=self.target, client_type=self.atom(name),
                                                            data=(32, words)), event_mask=0)
        self.display.flush()

    def next_event(self, end):
        """The next event, or None at the end of patience."""
        while not self.display.pending_events():
            left = end - time.monotonic()
            if left <= 0:
                return None
            select.select([self.display.fileno()], [], [], min(left, 0.2))
        return self.display.next_event()

    def serve(self, event):
        """Hands the data over to whoever asks for it."""
        atom = event.property or event.target
        if event.target == self.atom('TARGETS'):
            event.requestor.change_property(atom, Xatom.ATOM, 32, [self.atom('TARGETS'), self.uris])
        elif event.target == self.uris:
            event.requestor.change_property(atom, self.uris, 8, self.data)
        else:
            atom = X.NONE
        event.requestor.send_event(protocol.event.SelectionNotify(
            time=event.time, requestor=event.requestor, selection=event.selection, target=event.target, property=atom))
        self.display.flush()

    def run(self, x, y):
        """Drags to a point of the screen and lets go there; True when the window says that it took the files."""
        copy = self.atom('XdndActionCopy')
        end = time.monotonic() + DROP_PATIENCE
        moves = 0
        dropped = False
        self.send('XdndEnter', 5 << 24, self.uris)
        self.send('XdndPosition', 0, (x << 16) | y, self.time, copy)
        while True:
            event = self.next_event(end)
            if event is None:
                break
            if event.type == X.SelectionRequest:
                self.serve(event)
            elif event.type == X.ClientMessage:
                name = self.display.get_atom_name(event.client_type)
                words = event.data[1]
                if name == 'XdndFinished':
                    return bool(words[1] & 1)
                if name != 'XdndStatus' or dropped:
                    continue
                # GTK accepts only after it has read the list, so the pointer goes on moving a little.
                dropped = bool(words[1] & 1) and moves > 1
                moves += 1
                if dropped:
                    self.send('XdndDrop', 0, self.time)
                else:
                    time.sleep(0.05)
                    self.send('XdndPosition', 0, ((x + moves % 2) << 16) | y, self.time, copy)
        if not dropped:
            self.send('XdndLeave')
        return False

    def close(self):
        self.display.sync()
        self.display.close()


def drop_files(window_id, x, y, paths):
    """Drops files on a window at a point of the screen; True when it took them."""
    drop = Drop(window_id, paths)
    try:
        return drop.run(x, y)
    finally:
        drop.close()
