/* Keeps GTK from drawing with OpenGL where no graphics card would do it.
 *
 * Without a card Mesa computes it on the processor. On X11 GTK asks for that even when it draws without: Mesa
 * and its compiler take more memory than the whole window, half a second at each start, and cores that
 * encoders could use. GTK listens to its environment only. Main thread, around the opening of the display.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sendoff_graphics_prepare (void);
void sendoff_graphics_restore (char *former);

G_END_DECLS
