"""A desktop's services on the session bus, for a test: fake_desktop.py LOG allow|deny.

The Background portal gives the answer that is asked for; notifications are shown to nobody. Each call is a line of the log.
"""
import sys

from gi.repository import Gio, GLib

PORTAL = """<node><interface name="org.freedesktop.portal.Background">
<method name="RequestBackground"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="o" direction="out"/></method></interface>
<interface name="org.freedesktop.portal.Inhibit">
<method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="o" direction="out"/></method></interface></node>"""
NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal></interface></node>"""


class Desktop:
    def __init__(self, log, allows):
        self.log = log
        self.allows = allows
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION)
        for name, path, xml, handler in [
                ('org.freedesktop.portal.Desktop', '/org/freedesktop/portal/desktop', PORTAL, self.on_portal),
                ('org.freedesktop.Notifications', '/org/freedesktop/Notifications', NOTIFICATIONS, self.on_notification)]:
            for interface in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
                self.connection.register_object(path, interface, handler, None, None)
            Gio.bus_own_name_on_connection(self.connection, name, Gio.BusNameOwnerFlags.NONE, None, None)

    def write(self, line):
        with open(self.log, 'a', encoding='utf-8') as file:
            file.write(line + '\n')

    def on_portal(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'Inhibit':
            _, flags, options = parameters.unpack()
            self.write('inhibit: %u: %s' % (flags, options.get('reason')))
            invocation.return_value(GLib.Variant('(o)', ('/org/freedesktop/portal/desktop/request/inhibit',)))
            return
        options = parameters.unpack()[1]
        request = '/org/freedesktop/portal/desktop/request/%s/%s' % (sender[1:].replace('.', '_'),
                                                                     options['handle_token'])
        self.write('background: ' + options['reason'])
        invocation.return_value(GLib.Variant('(o)', (request,)))
        connection.emit_signal(sender, request, 'org.freedesktop.portal.Request', 'Response', GLib.Variant(
            '(ua{sv})', (0 if self.allows else 1, {'background': GLib.Variant('b', self.allows)})))

    def on_notification(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'Notify':
            _, _, _, title, body, actions, _, _ = parameters.unpack()
            self.write('notification: %s: %s: %s' % (title, body, ' '.join(actions)))
            invocation.return_value(GLib.Variant('(u)', (1,)))
        elif method == 'GetCapabilities':
            invocation.return_value(GLib.Variant('(as)', (['actions', 'body'],)))
        elif method == 'GetServerInformation':
            invocation.return_value(GLib.Variant('(ssss)', ('fake', 'test', '1', '1.2')))
        else:
            invocation.return_value(None)


if __name__ == '__main__':
    Desktop(sys.argv[1], sys.argv[2] == 'allow').write('ready')
    GLib.MainLoop().run()
