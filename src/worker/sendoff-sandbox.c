#include "worker/sendoff-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker/sendoff-syscall-filter.h"

/* linux/landlock.h of the oldest supported system knows only the first versions of the interface; this is what it
 * says today. The C library has no functions for it. */
#define CALL_CREATE_RULESET 444
#define CALL_ADD_RULE       445
#define CALL_RESTRICT_SELF  446
#define ASK_VERSION         (1U << 0)
#define RULE_PATH_BENEATH   1

enum {
  MAY_EXECUTE = 1 << 0,
  MAY_WRITE_FILE = 1 << 1,
  MAY_READ_FILE = 1 << 2,
  MAY_READ_DIR = 1 << 3,
  MAY_REMOVE_FILE = 1 << 5,
  MAY_MAKE_FILE = 1 << 8,
  MAY_TRUNCATE = 1 << 14,
};

#define TCP_ALL   3 /* bind and connect */
#define SCOPE_ALL 3 /* abstract sockets and signals of others */

/* Everything that version 1 controls, and what each later one added. */
#define FILE_RIGHTS_1 ((1 << 13) - 1)
#define FILE_RIGHT_2  (1 << 13) /* moving between folders */
#define FILE_RIGHT_3  MAY_TRUNCATE
#define FILE_RIGHT_5  (1 << 15) /* commands of devices */

#define MAY_REWRITE (MAY_READ_FILE | MAY_WRITE_FILE | MAY_TRUNCATE)
#define MAY_FILL    (MAY_REWRITE | MAY_MAKE_FILE | MAY_REMOVE_FILE)

typedef struct {
  guint64 files, network, scope;
} RulesetAttributes;

typedef struct {
  guint64 rights;
  gint32 fd;
} __attribute__ ((packed)) PathRule;

typedef struct {
  int fd;
  int version;
  guint64 files; /* rights that the kernel knows */
  gboolean ok;
} Ruleset;

static gboolean
open_ruleset (Ruleset *self)
{
  RulesetAttributes attributes = { 0 };
  gsize size = sizeof attributes.files;

  self->version = (int)syscall (CALL_CREATE_RULESET, NULL, 0, ASK_VERSION);
  if (self->version < 1)
    return FALSE;
  self->files = FILE_RIGHTS_1 | (self->version >= 2 ? FILE_RIGHT_2 : 0) | (self->version >= 3 ? FILE_RIGHT_3 : 0)
                | (self->version >= 5 ? FILE_RIGHT_5 : 0);
  attributes.files = self->files;
  if (self->version >= 4)
    {
      attributes.network = TCP_ALL;
      size += sizeof attributes.network;
    }
  if (self->version >= 6)
    {
      attributes.scope = SCOPE_ALL;
      size += sizeof attributes.scope;
    }
#ifdef __SANITIZE_ADDRESS__
  /* The sanitizer reads about its own process when it ends. */
  attributes.files &= ~(guint64)MAY_READ_FILE & ~(guint64)(1 << 3);
  self->files = attributes.files;
#endif
  self->fd = (int)syscall (CALL_CREATE_RULESET, &attributes, size, 0);
  self->ok = self->fd >= 0;
  return self->ok;
}

static void
grant (Ruleset *self, const char *path, guint64 rights)
{
  PathRule rule = { .rights = rights & self->files };

  if (path == NULL || rule.rights == 0)
    return;
  rule.fd = open (path, O_PATH | O_CLOEXEC);
  if (rule.fd < 0)
    return; /* what cannot be opened now will not be opened later, and the role says so */
  self->ok &= syscall (CALL_ADD_RULE, self->fd, RULE_PATH_BENEATH, &rule, 0) == 0;
  close (rule.fd);
}

static void
grant_folder_of (Ruleset *self, const char *path, guint64 rights)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  grant (self, folder, rights);
}

/* A file in somebody's folder is made now, so that the folder itself stays closed. */
static void
grant_new_file (Ruleset *self, const char *path)
{
  int fd = path != NULL ? open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;

  if (fd < 0)
    return;
  close (fd);
  grant (self, path, MAY_REWRITE);
}

/* Where fontconfig and the libraries that draw text look: the system's fonts and the user's own. */
static void
grant_fonts (Ruleset *self)
{
  static const char *const places[] = { "/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts",
                                        "/usr/share/fontconfig", "/var/cache/fontconfig", "/usr/lib/locale",
                                        /* in a Flatpak */
                                        "/run/host/fonts", "/run/host/local-fonts", "/run/host/user-fonts",
                                        "/run/host/fonts-cache" };
  g_autofree char *fonts = g_build_filename (g_get_user_data_dir (), "fonts", NULL);
  g_autofree char *old_fonts = g_build_filename (g_get_home_dir (), ".fonts", NULL);
  g_autofree char *settings = g_build_filename (g_get_user_config_dir (), "fontconfig", NULL);
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "fontconfig", NULL);
  const char *own[] = { fonts, old_fonts, settings, cache };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    grant (self, places[i], MAY_READ_FILE | MAY_READ_DIR);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    grant (self, own[i], MAY_READ_FILE | MAY_READ_DIR);
}

/* Encoders of the graphics card need its devices, the drivers' libraries and what the system says about the card. This
 * is far more than any other worker gets: the system's programs and libraries can be read, and commands given to the
 * card. Files of people, networks and other processes stay closed. */
static void
grant_hardware (Ruleset *self)
{
  static const char *const readable[] = { "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share", "/lib", "/lib64",
                                          "/sys", "/proc/driver", "/etc/ld.so.cache", "/etc/libva.conf", "/etc/drirc",
                                          "/etc/nvidia", "/run/opengl-driver",
                                          /* in a Flatpak */
                                          "/app/lib" };
  static const char *const devices[] = { "/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia1", "/dev/nvidia2",
                                         "/dev/nvidia3", "/dev/nvidia-uvm", "/dev/nvidia-modeset" };

  for (guint i = 0; i < G_N_ELEMENTS (readable); i++)
    grant (self, readable[i],
           g_file_test (readable[i], G_FILE_TEST_IS_DIR) ? MAY_READ_FILE | MAY_READ_DIR : MAY_READ_FILE);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    grant (self, devices[i], MAY_READ_FILE | MAY_WRITE_FILE | FILE_RIGHT_5);
  grant (self, "/dev/dri", MAY_READ_FILE | MAY_READ_DIR | MAY_WRITE_FILE | FILE_RIGHT_5);
}

static gboolean
needs_hardware (const SendoffWorkerSpec *spec)
{
  for (guint i = 0; i < spec->chunk_outputs->len; i++)
    {
      const SendoffChunkOutputSpec *output = g_ptr_array_index (spec->chunk_outputs, i);

      if (output->video != NULL && output->video->hardware != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
grant_captions (Ruleset *self, const SendoffChunkOutputSpec *output)
{
  if (output->captions_path == NULL)
    return;
  grant_folder_of (self, output->captions_path, MAY_READ_FILE);
  grant (self, output->fonts_dir, MAY_READ_FILE | MAY_READ_DIR);
  grant_fonts (self);
}

static void
grant_what_spec_names (Ruleset *self, const SendoffWorkerSpec *spec)
{
  for (guint i = 0; i < spec->chunk_outputs->len; i++)
    {
      const SendoffChunkOutputSpec *output = g_ptr_array_index (spec->chunk_outputs, i);

      grant (self, output->directory, MAY_FILL);
      grant (self, output->first_pass_directory, MAY_READ_FILE);
      grant_captions (self, output);
    }
  for (guint i = 0; i < spec->text_outputs->len; i++)
    grant_folder_of (self, ((SendoffTextOutputSpec *)g_ptr_array_index (spec->text_outputs, i))->path, MAY_FILL);
  grant (self, spec->fonts_dir, MAY_FILL);
  grant_folder_of (self, spec->cover_path, spec->role == SENDOFF_ROLE_TEXTS ? MAY_FILL : MAY_READ_FILE);
  for (guint i = 0; spec->text_paths != NULL && spec->text_paths[i] != NULL; i++)
    grant_folder_of (self, spec->text_paths[i], MAY_READ_FILE);
  for (guint i = 0; i < spec->audio_outputs->len; i++)
    grant_folder_of (self, ((SendoffAudioOutputSpec *)g_ptr_array_index (spec->audio_outputs, i))->path, MAY_FILL);
  for (guint i = 0; spec->frame_paths != NULL && spec->frame_paths[i] != NULL; i++)
    grant_new_file (self, spec->frame_paths[i]);
  /* All parts of one stream lie in one folder. */
  if (spec->video_paths != NULL)
    grant_folder_of (self, spec->video_paths[0], MAY_READ_FILE);
  for (guint i = 0; spec->audio_paths != NULL && spec->audio_paths[i] != NULL; i++)
    grant_folder_of (self, spec->audio_paths[i], MAY_READ_FILE);
  grant_new_file (self, spec->target_path);
  grant_folder_of (self, spec->handover_path, MAY_FILL | MAY_READ_DIR);
  if (needs_hardware (spec))
    grant_hardware (self);
}

static gboolean
close_files_off (const SendoffWorkerSpec *spec)
{
  Ruleset ruleset = { .fd = -1 };

  if (!open_ruleset (&ruleset))
    return FALSE;
  grant_what_spec_names (&ruleset, spec);
  /* Half a wall would refuse what the spec asks for. */
  if (ruleset.ok)
    ruleset.ok = syscall (CALL_RESTRICT_SELF, ruleset.fd, 0) == 0;
  close (ruleset.fd);
  return ruleset.ok;
}

/**
 * sendoff_sandbox_enter:
 * @spec: what this process is to do; its files and folders stay open to it
 *
 * There is no way back. Descriptors that are open stay as they are.
 *
 * Returns: which walls this kernel has put up
 */
SendoffSandbox
sendoff_sandbox_enter (const SendoffWorkerSpec *spec)
{
  SendoffSandbox sandbox = { 0 };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return sandbox;
  sandbox.landlock = close_files_off (spec);
  sandbox.seccomp = sendoff_syscall_filter_install (needs_hardware (spec));
  return sandbox;
}
