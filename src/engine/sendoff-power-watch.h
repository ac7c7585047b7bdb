/* Whether the desktop would rather not have heavy work done now: the battery is nearly empty, or power is to
 * be saved.
 *
 * Listens to UPower and to the desktop's power profile over D-Bus, where they are. Main context; nothing
 * blocks. The signal "changed" tells that an answer may be another one.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_POWER_WATCH (sendoff_power_watch_get_type ())
G_DECLARE_FINAL_TYPE (SendoffPowerWatch, sendoff_power_watch, SENDOFF, POWER_WATCH, GObject)

SendoffPowerWatch *sendoff_power_watch_new (void);
gboolean sendoff_power_watch_is_battery_low (SendoffPowerWatch *self);
gboolean sendoff_power_watch_is_saving (SendoffPowerWatch *self);

G_END_DECLS
