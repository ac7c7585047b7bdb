#include "base/sendoff-error.h"
#include "engine/sendoff-tracker.h"

typedef struct {
  SendoffPlan *plan;
  GPtrArray *stored;
  SendoffTracker *tracker;
  guint n_calls;
} Fixture;

static void
on_changed (SendoffTracker *tracker, gpointer data)
{
  ((Fixture *)data)->n_calls++;
}

static void
add_output (Fixture *self, gboolean has_video, gboolean has_audio)
{
  SendoffOutputPlan *output = sendoff_output_plan_new ();
  SendoffStoredOutput *stored = sendoff_stored_output_new ();

  output->video = has_video ? sendoff_video_plan_new () : NULL;
  output->audio = has_audio ? sendoff_audio_plan_new () : NULL;
  stored->status = g_strdup ("queued");
  g_ptr_array_add (self->plan->outputs, output);
  g_ptr_array_add (self->stored, stored);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->plan = sendoff_plan_new ();
  self->stored = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_stored_output_free);
  add_output (self, TRUE, TRUE);
  add_output (self, TRUE, FALSE);
  add_output (self, FALSE, TRUE);
  self->tracker = sendoff_tracker_new (self->plan, self->stored, NULL, on_changed, self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  sendoff_tracker_disconnect (self->tracker);
  sendoff_tracker_unref (self->tracker);
  g_ptr_array_unref (self->stored);
  sendoff_plan_free (self->plan);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static double
get_progress (Fixture *self, guint output)
{
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (self->tracker);

  return ((SendoffOutputState *)g_ptr_array_index (snapshot->outputs, output))->stored->progress;
}

static SendoffStatus
get_status (Fixture *self)
{
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (self->tracker);

  return snapshot->status;
}

static void
test_shares (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 3; i++)
    sendoff_tracker_set_part (self->tracker, i, SENDOFF_PART_PREPARE, 1);
  sendoff_tracker_set_part (self->tracker, 0, SENDOFF_PART_VIDEO, 0.5);
  sendoff_tracker_set_part (self->tracker, 1, SENDOFF_PART_VIDEO, 0.5);
  sendoff_tracker_set_part (self->tracker, 2, SENDOFF_PART_AUDIO, 0.5);
  g_assert_cmpfloat_with_epsilon (get_progress (self, 0), 47.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_progress (self, 1), 50, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_progress (self, 2), 50, 1e-9);
  sendoff_tracker_set_part (self->tracker, 0, SENDOFF_PART_AUDIO, 1);
  sendoff_tracker_set_part (self->tracker, 0, SENDOFF_PART_VIDEO, 0.2);
  g_assert_cmpfloat_with_epsilon (get_progress (self, 0), 52.5, 1e-9);
  for (int part = 0; part < SENDOFF_N_PARTS; part++)
    sendoff_tracker_set_part (self->tracker, 0, part, 1);
  g_assert_cmpfloat_with_epsilon (get_progress (self, 0), 100, 1e-9);
}

static void
test_status (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, "First.");
  g_autoptr (GError) later = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_MUX, "Second.");
  g_autoptr (SendoffSnapshot) snapshot = NULL;
  const SendoffStoredOutput *stored;

  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_QUEUED);
  sendoff_tracker_set_status (self->tracker, 0, SENDOFF_STATUS_ENCODING, NULL);
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_ENCODING);
  sendoff_tracker_set_status (self->tracker, 0, SENDOFF_STATUS_FINALIZING, NULL);
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_ENCODING);
  sendoff_tracker_complete (self->tracker, 0, "file:///a", 5);
  sendoff_tracker_fail (self->tracker, 1, error, "encoding");
  sendoff_tracker_fail (self->tracker, 1, later, "muxing");
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_QUEUED);
  sendoff_tracker_set_status (self->tracker, 2, SENDOFF_STATUS_FINALIZING, NULL);
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_FINALIZING);
  sendoff_tracker_complete (self->tracker, 2, "file:///b", 5);
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_FAILED);
  snapshot = sendoff_tracker_dup_snapshot (self->tracker);
  stored = ((SendoffOutputState *)g_ptr_array_index (snapshot->outputs, 1))->stored;
  g_assert_cmpstr (stored->error_message, ==, "First.");
  g_assert_cmpstr (stored->error_code, ==, "encoder");
  g_assert_cmpstr (stored->error_stage, ==, "encoding");
  sendoff_tracker_cancel_rest (self->tracker);
  g_assert_cmpint (get_status (self), ==, SENDOFF_STATUS_FAILED);
}

static void
test_coalescing (Fixture *self, gconstpointer data)
{
  gint64 until_us = g_get_monotonic_time () + 350000;

  for (guint i = 0; g_get_monotonic_time () < until_us; i++)
    {
      sendoff_tracker_set_frames (self->tracker, 0, i, i);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (self->n_calls, >=, 2);
  g_assert_cmpuint (self->n_calls, <=, 5);
}

static void
test_warnings (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffSnapshot) snapshot = NULL;
  const SendoffStoredOutput *stored;

  sendoff_tracker_add_warning (self->tracker, 0, "Once.");
  sendoff_tracker_add_warning (self->tracker, 0, "Once.");
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      sendoff_tracker_add_warning (self->tracker, 1, text);
    }
  snapshot = sendoff_tracker_dup_snapshot (self->tracker);
  stored = ((SendoffOutputState *)g_ptr_array_index (snapshot->outputs, 0))->stored;
  g_assert_cmpuint (g_strv_length (stored->warnings), ==, 1);
  stored = ((SendoffOutputState *)g_ptr_array_index (snapshot->outputs, 1))->stored;
  g_assert_cmpuint (g_strv_length (stored->warnings), ==, 20);
}

#define ADD(path, func) g_test_add ("/engine/tracker/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("shares", test_shares);
  ADD ("status", test_status);
  ADD ("coalescing", test_coalescing);
  ADD ("warnings", test_warnings);
  return g_test_run ();
}
