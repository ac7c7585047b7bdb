/* The seccomp filter of the worker: a table of the system calls that codecs, threads and files need. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sendoff_syscall_filter_install (gboolean hardware);

G_END_DECLS
