"""A battery and power profiles on the system bus, for a test; says "ready" when they are there.

Lines of standard input change them: "battery PERCENT" (running down), "profile NAME".
"""
import sys

from gi.repository import Gio, GLib

PROFILES = ['net.hadess.PowerProfiles', 'org.freedesktop.UPower.PowerProfiles']
SERVICES = [('org.freedesktop.UPower', '/org/freedesktop/UPower/devices/DisplayDevice', 'org.freedesktop.UPower.Device',
             {'IsPresent': 'b', 'State': 'u', 'WarningLevel': 'u', 'Percentage': 'd'})]
SERVICES += [(name, '/' + name.replace('.', '/'), name, {'ActiveProfile': 's'}) for name in PROFILES]


class Power:
    def __init__(self):
        self.values = {'IsPresent': True, 'State': 2, 'WarningLevel': 1, 'Percentage': 80.0, 'ActiveProfile': 'balanced'}
        self.connection = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        for name, path, interface, properties in SERVICES:
            xml = '<node><interface name="%s">%s</interface></node>' % (interface, ''.join(
                '<property name="%s" type="%s" access="read"/>' % item for item in properties.items()))
            self.connection.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], None, self.get, None)
            Gio.bus_own_name_on_connection(self.connection, name, Gio.BusNameOwnerFlags.NONE, None, None)

    def variant(self, name):
        kinds = {key: kind for _, _, _, properties in SERVICES for key, kind in properties.items()}
        return GLib.Variant(kinds[name], self.values[name])

    def get(self, connection, sender, path, interface, name):
        return self.variant(name)

    def change(self, name, value):
        self.values[name] = value
        for _, path, interface, properties in SERVICES:
            if name in properties:
                self.connection.emit_signal(None, path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged',
                                            GLib.Variant('(sa{sv}as)', (interface, {name: self.variant(name)}, [])))

    def take_line(self, channel, condition, loop):
        words = channel.readline().split()
        if not words:
            loop.quit()
            return False
        self.change(*{'battery': ('Percentage', float(words[1]) if words[0] == 'battery' else 0),
                      'profile': ('ActiveProfile', words[1])}[words[0]])
        return True


def main():
    loop = GLib.MainLoop()
    power = Power()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, power.take_line, loop)
    GLib.idle_add(lambda: print('ready', flush=True))
    loop.run()


main()
