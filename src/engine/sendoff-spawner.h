/* Starts worker processes from one thread that lives as long as the engine.
 *
 * Workers ask the kernel to be killed when their parent dies, and the kernel means the thread that forked
 * them, not the process. So one permanent thread forks them all. Any thread may ask it for a child; the
 * children belong to who asked, who reaps them.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* A running worker: our ends of its three pipes, all non-blocking and close-on-exec. */
typedef struct {
  pid_t pid;
  int input_fd;  /* a socket, so that writing to a dead worker is an error and not a signal */
  int output_fd;
  int log_fd;
} SendoffChild;

typedef struct _SendoffSpawner SendoffSpawner;

SendoffSpawner *sendoff_spawner_new (void);
void sendoff_spawner_free (SendoffSpawner *self);
gboolean sendoff_spawner_spawn (SendoffSpawner *self, const char *path, int source_fd, gboolean background,
                                SendoffChild *child, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffSpawner, sendoff_spawner_free)

G_END_DECLS
