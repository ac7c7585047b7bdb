#include "cli/sendoff-cli-progress.h"

#include <math.h>
#include <stdio.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-text.h"

#define REDRAW_MS     100
#define EVENT_MS      200
#define TITLE_COLUMNS 32
#define BAR_COLUMNS   24

typedef struct
{
  SendoffJob *job;
  SendoffExport *export;
  char *title;
  char *last; /* what was said last: a stage's words, or an event */
} Row;

struct _SendoffCliProgress
{
  SendoffCli *cli;
  GPtrArray *rows; /* Row */
  guint timer;
  int drawn; /* lines of the terminal that the next drawing replaces */
};

typedef struct
{
  SendoffStatus status;
  char *stage;
  double progress;
  double frames_per_second;
  gint64 size_bytes;
  gint64 time_left_us; /* -1 unknown */
} Snapshot;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_object_unref (row->job);
  g_object_unref (row->export);
  g_free (row->title);
  g_free (row->last);
  g_free (row);
}

static void
take_snapshot (const Row *row, Snapshot *snapshot)
{
  snapshot->status = sendoff_export_get_status (row->export);
  g_object_get (row->export, "stage", &snapshot->stage, "progress", &snapshot->progress, "frames-per-second",
                &snapshot->frames_per_second, "size-bytes", &snapshot->size_bytes, "time-left-us",
                &snapshot->time_left_us, NULL);
}

static char *
dup_stage_words (const Snapshot *snapshot)
{
  if (!sendoff_status_is_final (snapshot->status) && snapshot->stage != NULL && *snapshot->stage != '\0')
    return sendoff_cli_text_dup_printable (snapshot->stage);
  return g_strdup (_ (sendoff_status_nicks[snapshot->status]));
}

static void
append_bar (GString *line, double progress, int columns)
{
  gboolean utf8 = sendoff_cli_is_utf8 ();
  int full = (int)lround (progress / 100 * columns);

  for (int i = 0; i < columns; i++)
    if (utf8)
      g_string_append (line, i < full ? "█" : "░");
    else
      g_string_append_c (line, i < full ? '#' : '.');
}

/* The words behind the bar, the most telling first, as the end is what a narrow terminal cuts off. */
static char *
describe_snapshot (const Snapshot *snapshot)
{
  GString *words = g_string_new (NULL);
  g_autofree char *stage = dup_stage_words (snapshot);

  g_string_append_printf (words, "%3d %%  %s", (int)snapshot->progress, stage);
  if (snapshot->time_left_us >= 0 && !sendoff_status_is_final (snapshot->status))
    {
      g_autofree char *left = sendoff_format_duration (snapshot->time_left_us);

      g_string_append_printf (words, _ ("  %s left"), left);
    }
  if (snapshot->frames_per_second > 0 && !sendoff_status_is_final (snapshot->status))
    g_string_append_printf (words, _ ("  %.0f fps"), snapshot->frames_per_second);
  if (snapshot->size_bytes > 0)
    {
      g_autofree char *size = sendoff_format_size (snapshot->size_bytes);

      g_string_append_printf (words, "  %s", size);
    }
  return g_string_free (words, FALSE);
}

static void
draw_row (const Row *row, int columns)
{
  Snapshot snapshot = { 0 };
  g_autoptr (GString) line = g_string_new (NULL);
  int title_columns = CLAMP (columns / 3, 8, TITLE_COLUMNS);
  g_autofree char *title = sendoff_cli_text_fit (row->title, title_columns, TRUE);
  g_autofree char *words = NULL;
  g_autofree char *fitted = NULL;
  int bar;

  take_snapshot (row, &snapshot);
  words = describe_snapshot (&snapshot);
  bar = MIN (columns - title_columns - sendoff_cli_text_get_width (words) - 5, BAR_COLUMNS);
  g_string_append_printf (line, "%s  ", title);
  if (bar >= 5)
    {
      append_bar (line, snapshot.progress, bar);
      g_string_append (line, "  ");
    }
  g_string_append (line, words);
  fitted = sendoff_cli_text_fit (line->str, MAX (columns - 1, 1), FALSE);
  g_print ("\r%s\033[K\n", fitted);
  g_free (snapshot.stage);
}

/* A screen that is too small shows what is running before what is finished or waiting. */
static int
choose_rows (SendoffCliProgress *self, int room, gboolean *chosen)
{
  int n_chosen = 0;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->rows->len && n_chosen < room; i++)
      {
        SendoffStatus status = sendoff_export_get_status (((Row *)g_ptr_array_index (self->rows, i))->export);
        gboolean running = status != SENDOFF_STATUS_QUEUED && !sendoff_status_is_final (status);

        if (!chosen[i] && (running || pass == 1))
          {
            chosen[i] = TRUE;
            n_chosen++;
          }
      }
  return n_chosen;
}

static void
draw (SendoffCliProgress *self)
{
  g_autofree gboolean *chosen = g_new0 (gboolean, self->rows->len + 1);
  int columns, lines, n_chosen;

  sendoff_cli_get_terminal_size (&columns, &lines);
  sendoff_cli_progress_clear (self);
  n_chosen = choose_rows (self, MAX (lines - 2, 1), chosen);
  for (guint i = 0; i < self->rows->len; i++)
    if (chosen[i])
      draw_row (g_ptr_array_index (self->rows, i), columns);
  if (n_chosen < (int)self->rows->len)
    {
      g_print (_ ("… and %d more"), (int)self->rows->len - n_chosen);
      g_print ("\033[K\n");
    }
  self->drawn = n_chosen + (n_chosen < (int)self->rows->len ? 1 : 0);
  fflush (stdout);
}

static void
print_stage (Row *row)
{
  Snapshot snapshot = { 0 };
  g_autofree char *words = NULL;

  take_snapshot (row, &snapshot);
  words = dup_stage_words (&snapshot);
  g_free (snapshot.stage);
  if (g_strcmp0 (words, row->last) == 0)
    return;
  g_print ("%s: %s\n", row->title, words);
  fflush (stdout);
  g_free (row->last);
  row->last = g_steal_pointer (&words);
}

static JsonNode *
snapshot_to_json (const Row *row)
{
  Snapshot snapshot = { 0 };
  g_autoptr (JsonObject) object = json_object_new ();
  int output = 0;

  take_snapshot (row, &snapshot);
  g_object_get (row->export, "output", &output, NULL);
  json_object_set_string_member (object, "event", "progress");
  json_object_set_string_member (object, "export_id", sendoff_job_get_export_id (row->job));
  json_object_set_int_member (object, "output", output);
  json_object_set_string_member (object, "name", sendoff_export_get_name (row->export));
  json_object_set_string_member (object, "status", sendoff_status_nicks[snapshot.status]);
  json_object_set_string_member (object, "stage", snapshot.stage != NULL ? snapshot.stage : "");
  json_object_set_double_member (object, "progress", snapshot.progress);
  json_object_set_double_member (object, "frames_per_second", snapshot.frames_per_second);
  json_object_set_int_member (object, "size_bytes", snapshot.size_bytes);
  if (snapshot.time_left_us >= 0)
    json_object_set_double_member (object, "time_left_seconds", snapshot.time_left_us / 1e6);
  g_free (snapshot.stage);
  return json_node_init_object (json_node_alloc (), object);
}

static void
print_event (SendoffCli *cli, Row *row)
{
  g_autoptr (JsonNode) node = snapshot_to_json (row);
  g_autofree char *text = sendoff_json_to_text (node, FALSE);

  if (g_strcmp0 (text, row->last) == 0)
    return;
  sendoff_cli_print_json (cli, node, FALSE);
  g_free (row->last);
  row->last = g_steal_pointer (&text);
}

static void
show (SendoffCliProgress *self)
{
  if (self->cli->json)
    return;
  if (!self->cli->json_events && sendoff_cli_is_terminal ())
    {
      if (self->rows->len > 0)
        draw (self);
      return;
    }
  for (guint i = 0; i < self->rows->len; i++)
    if (self->cli->json_events)
      print_event (self->cli, g_ptr_array_index (self->rows, i));
    else
      print_stage (g_ptr_array_index (self->rows, i));
}

static gboolean
on_timer (gpointer data)
{
  show (data);
  return G_SOURCE_CONTINUE;
}

/** sendoff_cli_progress_new: (transfer full): shows the jobs that are added to it until it is freed. */
SendoffCliProgress *
sendoff_cli_progress_new (SendoffCli *cli)
{
  SendoffCliProgress *self = g_new0 (SendoffCliProgress, 1);

  self->cli = cli;
  self->rows = g_ptr_array_new_with_free_func (row_free);
  cli->progress = self;
  if (!cli->json)
    self->timer = g_timeout_add (cli->json_events ? EVENT_MS : REDRAW_MS, on_timer, self);
  return self;
}

/** sendoff_cli_progress_free: shows the last state once more and leaves it there. */
void
sendoff_cli_progress_free (SendoffCliProgress *self)
{
  show (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->cli->progress = NULL;
  for (guint i = 0; i < self->rows->len; i++)
    g_signal_handlers_disconnect_by_data (((Row *)g_ptr_array_index (self->rows, i))->export, self);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

/* Stages of a fast export may pass between two ticks of the timer; lines must not miss them. */
static void
on_status (SendoffExport *export, GParamSpec *pspec, gpointer data)
{
  SendoffCliProgress *self = data;

  if (!self->cli->json && !self->cli->json_events && !sendoff_cli_is_terminal ())
    show (self);
}

/** sendoff_cli_progress_add_job: shows @job's exports, each with @source_name (nullable) before its own name.
 */
void
sendoff_cli_progress_add_job (SendoffCliProgress *self, SendoffJob *job, const char *source_name)
{
  GListModel *exports = sendoff_job_get_exports (job);

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      Row *row = g_new0 (Row, 1);
      g_autofree char *title = NULL;

      row->job = g_object_ref (job);
      row->export = g_list_model_get_item (exports, i);
      title = g_strdup_printf ("%s%s%s", source_name != NULL ? source_name : "",
                               source_name != NULL ? ", " : "", sendoff_export_get_name (row->export));
      row->title = sendoff_cli_text_dup_printable (title);
      g_ptr_array_add (self->rows, row);
      g_signal_connect (row->export, "notify::status", G_CALLBACK (on_status), self);
    }
}

/** sendoff_cli_progress_clear: takes what was drawn off the terminal, for a message; it comes back with the
 * next tick. */
void
sendoff_cli_progress_clear (SendoffCliProgress *self)
{
  if (self->drawn == 0)
    return;
  g_print ("\033[%dA\r\033[J", self->drawn);
  fflush (stdout);
  self->drawn = 0;
}
