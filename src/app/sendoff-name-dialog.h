/* A dialog that asks for a name. Main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*SendoffNameFunc) (const char *name, gpointer data);

void sendoff_name_dialog_ask (GtkWindow *parent,
                              const char *heading,
                              const char *body,
                              const char *accept,
                              const char *name,
                              SendoffNameFunc on_named,
                              gpointer data,
                              GDestroyNotify destroy);

G_END_DECLS
