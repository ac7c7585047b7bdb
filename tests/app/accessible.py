"""The window as a screen reader sees it: a tree of roles, names, states and values.

Nothing is remembered on this side of the bus, so that what is read is what is there now.
"""
import re
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

State = Atspi.StateType
PATIENCE = 20
STATES_TOLD = ['visible', 'sensitive', 'focusable', 'focused', 'checked', 'pressed', 'selected', 'expanded']

# What GTK 4.8 and later versions call the same things.
ROLES = {
    'button': {'push button', 'button', 'toggle button', 'menu button'},
    'choice': {'toggle button', 'check box', 'radio button', 'push button', 'button', 'list item', 'table cell'},
    'entry': {'text', 'entry'},
    'combo': {'combo box'},
    'switch': {'check box', 'toggle button', 'switch'},
}

CONTROLS = {'push button', 'button', 'toggle button', 'menu button', 'check box', 'radio button', 'combo box', 'text',
            'entry', 'password text', 'slider', 'spin button', 'switch', 'list item', 'link', 'page tab', 'menu item',
            'check menu item', 'radio menu item'}


def wait_for(check, what, patience=PATIENCE):
    """The first true answer of check(); an AssertionError that says what was waited for when there is none."""
    end = time.monotonic() + patience
    trouble = None
    while True:
        try:
            answer = check()
            if answer:
                return answer
        except GLib.Error as error:
            # Widgets come and go while the tree is read.
            trouble = error
        if time.monotonic() > end:
            raise AssertionError('waited %g s in vain for %s%s' % (patience, what, ' (%s)' % trouble if trouble else ''))
        time.sleep(0.1)


class Node:
    """One widget."""

    def __init__(self, accessible):
        self.accessible = accessible

    @property
    def role(self):
        return self.accessible.get_role_name() or ''

    @property
    def name(self):
        return self.accessible.get_name() or ''

    @property
    def description(self):
        return self.accessible.get_description() or ''

    @property
    def parent(self):
        parent = self.accessible.get_parent()
        return Node(parent) if parent is not None else None

    def has(self, state):
        return self.accessible.get_state_set().contains(state)

    @property
    def showing(self):
        """Whether it could be seen if its page is the current one: GTK 4.8 does not tell more."""
        _, _, width, height = self.extents
        return width > 0 and height > 0

    @property
    def sensitive(self):
        return self.has(State.SENSITIVE) or self.has(State.ENABLED)

    @property
    def focused(self):
        return self.has(State.FOCUSED)

    @property
    def chosen(self):
        return self.has(State.CHECKED) or self.has(State.PRESSED) or self.has(State.SELECTED)

    @property
    def value(self):
        """Of a progress bar or a slider; None of anything else."""
        interface = self.accessible.get_value_iface()
        return Atspi.Value.get_current_value(interface) if interface else None

    @property
    def text(self):
        """What stands in it: of an entry its text, of the others their name."""
        interface = self.accessible.get_text_iface()
        if not interface:
            return self.name
        # GTK 4.8 takes -1 for an empty range, not for the end.
        count = Atspi.Text.get_character_count(interface)
        return Atspi.Text.get_text(interface, 0, count) or self.name

    @property
    def extents(self):
        """(x, y, width, height) in the window; on the screen GTK 4 does not know."""
        component = self.accessible.get_component_iface()
        if component is None:
            return 0, 0, 0, 0
        box = Atspi.Component.get_extents(component, Atspi.CoordType.WINDOW)
        return box.x, box.y, box.width, box.height

    def children(self):
        for index in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(index)
            if child is not None:
                yield Node(child)

    def walk(self):
        """This one and all below, in reading order; what is hidden or goes away meanwhile is left out."""
        yield self
        try:
            children = [child for child in self.children() if child.has(State.VISIBLE)]
        except GLib.Error:
            return
        for child in children:
            yield from child.walk()

    def ancestors(self):
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def find_all(self, role=None, name=None, showing=True):
        """Every match: a role (or a word of ROLES), and a name, of which a regular expression matches the beginning."""
        roles = ROLES.get(role, {role})
        found = []
        for node in self.walk():
            try:
                if role is not None and node.role not in roles:
                    continue
                if name is not None and not re.match(name, node.name):
                    continue
                if showing and not node.showing:
                    continue
            except GLib.Error:
                continue
            found.append(node)
        return found

    def find(self, role=None, name=None, showing=True):
        return next(iter(self.find_all(role, name, showing)), None)

    def get(self, role=None, name=None, showing=True, patience=PATIENCE):
        """Like find(), but waits until it is there."""
        return wait_for(lambda: self.find(role, name, showing), 'a %s %s' % (role or 'widget', name or ''), patience)

    def says(self, pattern):
        """Whether a text anywhere below that is shown has this in it; what goes away meanwhile says nothing."""
        for node in self.walk():
            try:
                if node.showing and (re.search(pattern, node.name) or re.search(pattern, node.description)):
                    return True
            except GLib.Error:
                continue
        return False

    def actions(self):
        interface = self.accessible.get_action_iface()
        if not interface:
            return []
        return [Atspi.Action.get_action_name(interface, i) for i in range(Atspi.Action.get_n_actions(interface))]

    def activate(self):
        """Does what a screen reader's user would: its first action. False when it has none."""
        interface = self.accessible.get_action_iface()
        return bool(interface) and Atspi.Action.get_n_actions(interface) > 0 and Atspi.Action.do_action(interface, 0)

    def describe(self, depth=0):
        """The tree as text, for the report of a failure."""
        try:
            line = '%s%s “%s”' % ('  ' * depth, self.role, self.name.replace('\n', ' '))
            value = self.value
            if value is not None:
                line += ' = %g' % value
            states = [word for word in STATES_TOLD if self.has(getattr(State, word.upper()))]
            lines = [line + (' [%s]' % ' '.join(states) if states else '')]
            for child in self.children():
                lines += child.describe(depth + 1)
            return lines
        except GLib.Error:
            return []


class FocusWatch:
    """Follows the keyboard focus as a screen reader does: by the events that widgets send."""

    def __init__(self):
        self.node = None
        self.listener = Atspi.EventListener.new(self.on_event)
        self.listener.register('object:state-changed:focused')

    def on_event(self, event, *_):
        if event.detail1:
            self.node = Node(event.source)

    def get(self, pause=0.1):
        """The widget that has the keyboard, after events had some time to arrive; None before the first one."""
        context = GLib.MainContext.default()
        end = time.monotonic() + pause
        while time.monotonic() < end:
            if not context.iteration(False):
                time.sleep(0.01)
        return self.node

    def close(self):
        self.listener.deregister('object:state-changed:focused')


def application(process_id, patience=PATIENCE):
    """The root of a program's tree, once it has a window there."""
    def look():
        desktop = Atspi.get_desktop(0)
        desktop.set_cache_mask(Atspi.Cache.NONE)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child is not None and child.get_process_id() == process_id and child.get_child_count() > 0:
                child.set_cache_mask(Atspi.Cache.NONE)
                return Node(child)
        return None
    return wait_for(look, 'the window of process %d in the accessible tree' % process_id, patience)
