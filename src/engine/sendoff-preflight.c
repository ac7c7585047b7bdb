#include "engine/sendoff-preflight.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-bytes.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-places.h"
#include "model/sendoff-captions.h"
#include "model/sendoff-estimate.h"
#include "model/sendoff-naming.h"

/* After so many files of the same name something else is wrong. */
#define NUMBER_MAX 9999

/* Everything that the checks look at. */
typedef struct
{
  const SendoffPlan *plan;
  const char *cache_dir;
  char *source_path; /* (nullable): not on this machine */
  GFile *folder;
  char *folder_name; /* for people */
  gboolean overwrite;
  GPtrArray *issues; /* SendoffIssue */
} Preflight;

static GFile *
dup_output_folder (SendoffRequest *request)
{
  g_autofree char *folder_uri = NULL;
  g_autofree char *source_uri = NULL;
  g_autoptr (GFile) source = NULL;

  g_object_get (request, "output-folder-uri", &folder_uri, "source-uri", &source_uri, NULL);
  if (folder_uri != NULL && *folder_uri != '\0')
    return g_file_new_for_uri (folder_uri);
  source = g_file_new_for_uri (source_uri != NULL ? source_uri : "");
  return sendoff_places_dup_folder_beside (source);
}

static char *
dup_source_path (SendoffRequest *request)
{
  g_autofree char *uri = NULL;
  g_autoptr (GFile) source = NULL;

  g_object_get (request, "source-uri", &uri, NULL);
  if (uri == NULL)
    return NULL;
  source = g_file_new_for_uri (uri);
  return g_file_get_path (source);
}

/* By inode, so that links to the source count as the source. */
static gboolean
is_same_file (const char *path, const char *other)
{
  struct stat a, b;

  return other != NULL && stat (path, &a) == 0 && stat (other, &b) == 0 && a.st_dev == b.st_dev
         && a.st_ino == b.st_ino;
}

/* A link that leads nowhere is a name in use, too. */
static gboolean
name_exists (const char *path)
{
  struct stat st;

  return lstat (path, &st) == 0;
}

static gboolean
is_folder (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0 && S_ISDIR (st.st_mode);
}

static long
get_name_bytes_max (const char *folder)
{
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (folder);
  long bytes = pathconf (ancestor, _PC_NAME_MAX);

  return bytes > 0 ? bytes : NAME_MAX;
}

/* ---- The folder ---- */

/* Writing means W and X, with the permissions that the process acts with. 0, or why not. */
static int
try_to_write (const char *folder)
{
  return faccessat (AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

static void
check_folder_writable (Preflight *self, const char *path)
{
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (path);
  g_autofree char *ancestor_name = g_filename_display_name (ancestor);
  int reason;

  if (!is_folder (ancestor))
    {
      sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder",
                          "output-folder-not-a-folder", "“%s” is not a folder.", ancestor_name);
      return;
    }
  reason = try_to_write (ancestor);
  if (reason == EROFS)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder", "output-folder-read-only",
                        "The folder “%s” is on a disk that can only be read.", self->folder_name);
  else if (reason != 0 && is_folder (path))
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder",
                        "output-folder-not-writable", "You have no permission to write to the folder “%s”.",
                        self->folder_name);
  else if (reason != 0)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder",
                        "output-folder-not-writable",
                        "The folder “%s” does not exist, and you have no permission to make it in “%s”.",
                        self->folder_name, ancestor_name);
}

static void
check_cache_writable (Preflight *self)
{
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (self->cache_dir);
  g_autofree char *name = g_filename_display_name (self->cache_dir);

  if (!is_folder (ancestor) || try_to_write (ancestor) != 0)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, NULL, "cache-not-writable",
                        "Sendoff's folder for unfinished work, “%s”, cannot be written to.", name);
}

/* ---- Names ---- */

static gboolean
is_leaf_name (const char *name)
{
  return name != NULL && *name != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0
         && strcmp (name, "..") != 0;
}

/* The planner gives the outputs of a request different names; this holds even if it did not. */
static gboolean
is_claimed (const SendoffPlan *plan, guint output, const char *name, gboolean numbered)
{
  for (guint i = 0; i < plan->outputs->len; i++)
    if (i != output && (numbered || i < output)
        && g_strcmp0 (sendoff_plan_get_output (plan, i)->file_name, name) == 0)
      return TRUE;
  return FALSE;
}

/* Captions that would lie beside the file have a name to find, too. */
static gboolean
sidecar_exists (const SendoffPlan *plan, guint output, const char *path)
{
  const SendoffTextPlan *sidecar = sendoff_output_plan_get_sidecar (sendoff_plan_get_output (plan, output));
  g_autofree char *beside = sidecar != NULL ? sendoff_naming_dup_sidecar (path, sidecar->extension) : NULL;

  return beside != NULL && name_exists (beside);
}

/* Where an output goes; a path. @number tells which number was added, 1 for none. */
static char *
choose_path (const SendoffPlan *plan,
             guint output,
             const char *folder,
             const char *source_path,
             gboolean overwrite,
             guint *number,
             GError **error)
{
  const char *file_name = sendoff_plan_get_output (plan, output)->file_name;
  g_autofree char *shown = NULL;

  for (*number = 1; *number <= NUMBER_MAX; (*number)++)
    {
      g_autofree char *name
          = *number > 1 ? sendoff_naming_add_number (file_name, *number) : g_strdup (file_name);
      g_autofree char *bytes = sendoff_bytes_unescape (name);
      g_autofree char *path = g_build_filename (folder, bytes, NULL);
      g_autofree char *display = NULL;

      if (is_claimed (plan, output, name, *number > 1))
        continue;
      if (!name_exists (path) && (overwrite || !sidecar_exists (plan, output, path)))
        return g_steal_pointer (&path);
      if (!overwrite)
        continue;
      if (!is_folder (path) && !is_same_file (path, source_path))
        return g_steal_pointer (&path);
      display = g_filename_display_name (bytes);
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS,
                   is_folder (path)
                       ? _ ("“%s” is a folder and cannot be replaced by a file.")
                       : _ ("“%s” is the source itself and would be overwritten; choose another name or folder."),
                   display);
      return NULL;
    }
  shown = sendoff_bytes_dup_display (file_name);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS, _ ("There are too many files called “%s” already."), shown);
  return NULL;
}

static gboolean
check_name_length (Preflight *self, guint output, const char *folder)
{
  g_autofree char *name = sendoff_bytes_unescape (sendoff_plan_get_output (self->plan, output)->file_name);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *display = g_filename_display_name (name);

  if ((long)strlen (name) <= get_name_bytes_max (folder) && strlen (path) < PATH_MAX)
    return TRUE;
  sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, (int)output, "naming-pattern", "name-too-long",
                      "The file name “%s” is too long for the folder “%s”.", display,
                      self->folder_name);
  return FALSE;
}

static void
check_target (Preflight *self, guint output, const char *folder)
{
  const char *escaped = sendoff_plan_get_output (self->plan, output)->file_name;
  g_autofree char *bytes = sendoff_bytes_unescape (escaped != NULL ? escaped : "");
  g_autofree char *name = g_filename_display_name (bytes);
  g_autoptr (GError) local = NULL;
  g_autofree char *path = NULL;
  g_autofree char *chosen = NULL;
  guint number;

  if (!is_leaf_name (bytes))
    {
      sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, (int)output, "naming-pattern",
                          "name-not-a-name", "“%s” cannot be the name of a file.", name);
      return;
    }
  if (!check_name_length (self, output, folder))
    return;
  path = choose_path (self->plan, output, folder, self->source_path, self->overwrite, &number, &local);
  if (path == NULL)
    {
      g_autofree char *wanted = g_build_filename (folder, bytes, NULL);

      sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, (int)output, "overwrite",
                          is_same_file (wanted, self->source_path) ? "overwrites-source" : "file-exists",
                          "%s", local->message);
      return;
    }
  chosen = g_filename_display_basename (path);
  if (number > 1)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_INFO, (int)output, "overwrite", "file-exists",
                        "“%s” exists already; the new file will be called “%s”.", name, chosen);
  else if (name_exists (path))
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_INFO, (int)output, "overwrite", "file-replaced",
                        "“%s” exists already and will be replaced.", name);
}

/* ---- Captions ---- */

static void
check_captions (Preflight *self, guint output, const char *uri)
{
  g_autoptr (GFile) file = g_file_new_for_uri (uri);
  g_autofree char *name = sendoff_places_dup_name (file);
  g_autofree char *bytes = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size_bytes = 0;
  gsize length = 0;
  int fd = sendoff_identity_open_source (file, &size_bytes, &error);

  if (fd >= 0)
    close (fd);
  if (error == NULL && size_bytes <= SENDOFF_CAPTIONS_MAX_BYTES)
    g_file_load_contents (file, NULL, &bytes, &length, NULL, &error);
  if (error == NULL)
    text = sendoff_captions_dup_text (bytes, bytes != NULL ? length : (gsize)size_bytes, name, &error);
  if (error != NULL)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, (int)output, "captions", "bad-captions", "%s",
                        error->message);
}

/* The file of captions that an output uses; one is all that can be given. */
static const char *
get_captions_uri (const SendoffOutputPlan *output)
{
  if (output->video != NULL && output->video->burn != NULL && output->video->burn->uri != NULL)
    return output->video->burn->uri;
  for (guint i = 0; output->extras != NULL && i < output->extras->texts->len; i++)
    {
      const SendoffTextPlan *text = g_ptr_array_index (output->extras->texts, i);

      if (text->uri != NULL)
        return text->uri;
    }
  return NULL;
}

/* ---- Room ---- */

/* Bytes that are needed at least, and that may be needed. */
typedef struct {
  gint64 low_bytes, high_bytes;
} Room;

static void
add_size (const SendoffOutputPlan *output, Room *room)
{
  gint64 estimate = MAX (output->estimated_size_bytes, 0);

  room->low_bytes += output->estimated_low_bytes > 0 ? output->estimated_low_bytes : estimate;
  room->high_bytes += MAX (output->estimated_high_bytes, estimate);
}

/* Not known counts as 0. */
static Room
sum_files (const SendoffPlan *plan)
{
  Room room = { 0 };

  for (guint i = 0; i < plan->outputs->len; i++)
    add_size (sendoff_plan_get_output (plan, i), &room);
  return room;
}

/* What there is twice of an output whose chunks give their space back: a little of the picture, and the sound. */
static void
add_handover (const SendoffOutputPlan *output, Room *room)
{
  gint64 bytes = sendoff_output_plan_get_handover_bytes (output) + (gint64)sendoff_estimate_audio_bytes (output);

  room->low_bytes += bytes;
  room->high_bytes += bytes;
}

/* Copied pictures are never kept as chunks. @gives_back: their space becomes the files' as these grow. */
static Room
sum_chunks (const SendoffPlan *plan, gboolean gives_back)
{
  Room room = { 0 };

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (plan, i);

      if (gives_back && sendoff_output_plan_hands_over (output))
        add_handover (output, &room);
      else if (output->video == NULL || output->video->copy == NULL)
        add_size (output, &room);
    }
  return room;
}

static void
check_room_in (
    Preflight *self, const char *folder, const char *field, const char *code, Room room)
{
  gint64 free_bytes = sendoff_disk_get_free_bytes (folder, NULL);
  g_autofree char *name = g_filename_display_name (folder);
  g_autofree char *free_text = sendoff_format_size (MAX (free_bytes, 0));
  g_autofree char *low_text = sendoff_format_size (room.low_bytes);
  g_autofree char *high_text = sendoff_format_size (room.high_bytes);

  if (free_bytes < 0 || free_bytes >= room.high_bytes)
    return;
  if (free_bytes < room.low_bytes)
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, -1, field, code,
                        "The disk of “%s” has %s left, and this export needs at least %s there.", name,
                        free_text, low_text);
  else
    sendoff_issues_add (self->issues, SENDOFF_SEVERITY_WARNING, -1, field, code,
                        "The disk of “%s” has %s left, and this export may need %s there.", name, free_text,
                        high_text);
}

static gboolean
is_same_disk (const char *path, const char *other)
{
  g_autofree char *a = sendoff_disk_dup_existing_ancestor (path);
  g_autofree char *b = sendoff_disk_dup_existing_ancestor (other);
  struct stat st_a, st_b;

  return stat (a, &st_a) == 0 && stat (b, &st_b) == 0 && st_a.st_dev == st_b.st_dev;
}

/* The encoded chunks stay in the cache until the file made of them is verified, but for those of intra codecs. */
static void
check_room (Preflight *self, const char *folder)
{
  gboolean same = is_same_disk (folder, self->cache_dir);
  Room files = sum_files (self->plan);
  Room chunks = sum_chunks (self->plan, same && sendoff_disk_can_give_back (self->cache_dir));

  if (same)
    {
      files.low_bytes += chunks.low_bytes;
      files.high_bytes += chunks.high_bytes;
    }
  check_room_in (self, folder, "output-folder", "disk-full", files);
  if (!same)
    check_room_in (self, self->cache_dir, NULL, "cache-disk-full", chunks);
}

static void
check_file_sizes (Preflight *self, const char *folder)
{
  gint64 max_bytes = sendoff_disk_get_max_file_bytes (folder);
  g_autofree char *max_text = sendoff_format_size (max_bytes);

  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (self->plan, i);

      if (output->estimated_size_bytes > max_bytes)
        sendoff_issues_add (self->issues, SENDOFF_SEVERITY_ERROR, (int)i, "output-folder", "file-too-large",
                            "The disk of “%s” holds files up to %s, and this one will be larger.",
                            self->folder_name, max_text);
      else if (output->estimated_high_bytes > max_bytes)
        sendoff_issues_add (self->issues, SENDOFF_SEVERITY_WARNING, (int)i, "output-folder", "file-too-large",
                            "The disk of “%s” holds files up to %s, and this one may be larger.",
                            self->folder_name, max_text);
    }
}

static void
check_world (Preflight *self)
{
  const char *folder = g_file_peek_path (self->folder);

  check_cache_writable (self);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      const char *uri = get_captions_uri (sendoff_plan_get_output (self->plan, i));

      if (uri != NULL)
        check_captions (self, i, uri);
    }
  if (folder == NULL)
    {
      sendoff_issues_add (
          self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder", "output-folder-not-local",
          "“%s” is not a folder on this computer. Choose one that is, and copy the files there afterwards.",
          self->folder_name);
      return;
    }
  if (!sendoff_places_can_hold_more (self->folder))
    {
      sendoff_issues_add (
          self->issues, SENDOFF_SEVERITY_ERROR, -1, "output-folder", "output-folder-of-one-file",
          "Only one file of this folder was handed to Sendoff: nothing else can be saved there. "
          "Choose another folder.");
      return;
    }
  check_folder_writable (self, folder);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    check_target (self, i, folder);
  check_room (self, folder);
  check_file_sizes (self, folder);
}

/**
 * sendoff_preflight_check:
 * @cache_dir: where unfinished work is kept
 *
 * Looks at the folders, names and disks that carrying out @plan would meet. Makes and changes nothing.
 *
 * Returns: (transfer full) (element-type SendoffIssue): empty when nothing is in the way. Codes:
 * output-folder-not-local, output-folder-of-one-file, output-folder-not-a-folder, output-folder-read-only,
 * output-folder-not-writable, cache-not-writable, bad-captions, name-not-a-name, name-too-long,
 * overwrites-source, file-exists (information: a number is added; error: cannot be replaced), file-replaced,
 * disk-full, cache-disk-full, file-too-large
 */
GPtrArray *
sendoff_preflight_check (SendoffRequest *request, const SendoffPlan *plan, const char *cache_dir)
{
  g_autoptr (GFile) folder = dup_output_folder (request);
  g_autofree char *folder_name = sendoff_places_dup_name (folder);
  g_autofree char *source_path = dup_source_path (request);
  Preflight self = {
    .plan = plan,
    .cache_dir = cache_dir,
    .source_path = source_path,
    .folder = folder,
    .folder_name = folder_name,
    .issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free),
  };

  g_object_get (request, "overwrite", &self.overwrite, NULL);
  check_world (&self);
  return self.issues;
}

/**
 * sendoff_preflight_choose_target:
 * @output: index into the plan's outputs
 *
 * The final name of an output: in the request's folder or beside the source, with a number added when the name is in
 * use and may not be replaced. The source is never chosen, by whatever name. Nothing is reserved: rename without
 * replacing (sendoff_disk_rename()), and call this again when that fails with %SENDOFF_ERROR_EXISTS.
 *
 * Returns: (transfer full): a local file, or %NULL with %SENDOFF_ERROR_EXISTS or %SENDOFF_ERROR_INVALID_REQUEST
 */
GFile *
sendoff_preflight_choose_target (SendoffRequest *request,
                                 const SendoffPlan *plan,
                                 guint output,
                                 GError **error)
{
  g_autoptr (GFile) folder = dup_output_folder (request);
  g_autofree char *folder_name = sendoff_places_dup_name (folder);
  g_autofree char *source_path = dup_source_path (request);
  g_autofree char *path = NULL;
  const char *name = sendoff_plan_get_output (plan, output)->file_name;
  gboolean overwrite;
  guint number;

  if (g_file_peek_path (folder) == NULL)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                 _ ("“%s” is not a folder on this computer."), folder_name);
  else if (!is_leaf_name (name))
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("“%s” cannot be the name of a file."),
                 name != NULL ? name : "");
  else
    {
      g_object_get (request, "overwrite", &overwrite, NULL);
      path = choose_path (plan, output, g_file_peek_path (folder), source_path, overwrite, &number, error);
    }
  return path != NULL ? g_file_new_for_path (path) : NULL;
}
