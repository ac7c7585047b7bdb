/* A quality that is wanted by its score: the number that has it is found on a few chunks, before the others
 * are made.
 *
 * A round of the search is one round of decisions (see sendoff-runner-rate.c): the trial chunks at one
 * number, with their frames' scores. They are in the log that is stored with the job, so that a job which was
 * interrupted goes on with the same numbers. What was made at the number that is taken is part of the export.
 */
#include "base/sendoff-i18n.h"
#include "engine/sendoff-runner-rate.h"
#include "model/sendoff-score-search.h"

static gint64
get_trial_chunk (const SendoffScorePlan *score, guint index)
{
  return g_array_index (score->chunks, gint64, index);
}

/* The next number that was tried from trial *@next on, with the scores of its round; FALSE when there is
 * none. */
static gboolean
read_round (const SendoffRateLog *log, guint *next, double *crf, GArray *scores)
{
  gboolean found = FALSE;

  for (; *next < log->trials->len; (*next)++)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (log->trials, *next);

      if (trial->metric == NULL || trial->cap > 0)
        continue;
      if (found && trial->crf != *crf)
        break;
      *crf = trial->crf;
      found = TRUE;
      if (trial->scores != NULL)
        g_array_append_vals (scores, trial->scores->data, trial->scores->len);
    }
  return found;
}

/* (transfer full) (element-type SendoffScorePoint): what the rounds so far say; NULL when there is nothing to
 * see. */
static GArray *
read_points (const SendoffRateLog *log)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (SendoffScorePoint));
  guint next = 0;

  for (;;)
    {
      g_autoptr (GArray) scores = g_array_new (FALSE, FALSE, sizeof (gint64));
      SendoffScorePoint point;

      if (!read_round (log, &next, &point.crf, scores))
        return g_steal_pointer (&points);
      if (!sendoff_score_pool (scores, &point.mean, &point.worst))
        return NULL;
      g_array_append_val (points, point);
    }
}

static void
make_task (const SendoffVideoPlan *video, SendoffScoreTask *task)
{
  *task = (SendoffScoreTask){ .metric = sendoff_score_metric_get (video->score->metric),
                              .wanted = video->score->wanted,
                              .first = video->crf,
                              .best_crf = SENDOFF_RATE_BEST_CRF };
  sendoff_rate_scale_init (&task->scale, video);
  task->worst_crf = sendoff_rate_scale_get_worst (&task->scale);
}

static gboolean
is_trial_chunk (const SendoffScorePlan *score, guint chunk)
{
  for (guint i = 0; i < score->chunks->len; i++)
    if (get_trial_chunk (score, i) == chunk)
      return TRUE;
  return FALSE;
}

static void
try_everywhere (const RunnerRendition *rendition, double crf)
{
  const SendoffScorePlan *score = rendition->video->score;

  for (guint i = 0; i < score->chunks->len; i++)
    sendoff_rate_log_add (rendition->rate->log, (guint)get_trial_chunk (score, i), crf, 0)->metric
        = g_strdup (score->metric);
}

/* Every chunk gets @crf; those that were tried with it keep what they have. */
static void
settle (const RunnerRendition *rendition, double crf)
{
  const SendoffScorePlan *score = rendition->video->score;
  SendoffRateLog *log = rendition->rate->log;

  for (guint i = 0; i < rendition->ledger->n_chunks; i++)
    {
      const SendoffRateTrial *last = sendoff_rate_log_get_last (log, i);

      if (last != NULL && last->crf == crf)
        continue;
      sendoff_rate_log_add (log, i, crf, 0)->metric
          = is_trial_chunk (score, i) ? g_strdup (score->metric) : NULL;
    }
}

/* The next round, or the rest of the video once the number is found. Returns whether anything was decided;
 * all that was decided before is measured. */
gboolean
sendoff_runner_search_score (const RunnerRendition *rendition)
{
  SendoffRateLog *log = rendition->rate->log;
  g_autoptr (GArray) points = NULL;
  guint before = log->trials->len;
  SendoffScoreTask task;
  double crf = rendition->video->crf;

  if (log->score_found || rendition->ledger->n_chunks == 0)
    return FALSE;
  points = read_points (log);
  make_task (rendition->video, &task);
  if (points != NULL && rendition->video->score->chunks->len > 0
      && sendoff_score_search_next (&task, (const SendoffScorePoint *)(gpointer)points->data, points->len,
                                    &crf))
    {
      try_everywhere (rendition, crf);
      return TRUE;
    }
  log->score_found = TRUE;
  settle (rendition, crf);
  return log->trials->len > before;
}

/* What the finished video has on its trial chunks; FALSE when there are no frames. */
static gboolean
read_result (const RunnerRendition *rendition, SendoffScorePoint *point)
{
  const SendoffScorePlan *score = rendition->video->score;
  g_autoptr (GArray) scores = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < score->chunks->len; i++)
    {
      const SendoffLedgerChunk *chunk = &rendition->ledger->chunks[get_trial_chunk (score, i)];

      if (chunk->trailer == NULL)
        continue;
      if (chunk->trailer->scores != NULL)
        g_array_append_vals (scores, chunk->trailer->scores->data, chunk->trailer->scores->len);
      point->crf = chunk->rate != NULL ? chunk->rate->crf : -1;
    }
  return sendoff_score_pool (scores, &point->mean, &point->worst);
}

/* (transfer full) (nullable): what has to be said when @rendition is encoded. */
char *
sendoff_runner_dup_score_warning (const RunnerRendition *rendition)
{
  g_autofree char *wanted = NULL, *found = NULL;
  SendoffScorePoint point;
  SendoffScoreTask task;
  double margin;

  if (rendition->video->score == NULL || !read_result (rendition, &point))
    return NULL;
  make_task (rendition->video, &task);
  margin = sendoff_score_search_get_margin (&task, &point);
  wanted = sendoff_score_metric_describe (task.metric, task.wanted);
  found = sendoff_score_metric_describe (task.metric, point.mean);
  if (margin < -task.metric->tolerance)
    return g_strdup_printf (_ ("The wanted quality (%s) cannot be reached this way: it is %s."), wanted,
                            found);
  if (point.crf >= task.worst_crf && margin > task.metric->tolerance)
    return g_strdup_printf (
        _ ("The quality is better than wanted (%s) even at the encoder's lowest: it is %s."), wanted, found);
  return NULL;
}

/* (transfer full) (nullable): what was wanted of @output and what its file has. */
SendoffCheck *
sendoff_runner_make_score_check (SendoffRunner *self, const RunnerOutput *output)
{
  const RunnerRendition *rendition = output->rendition;
  g_autofree char *wanted = NULL, *found = NULL, *worst = NULL;
  SendoffScorePoint point;
  SendoffScoreTask task;
  SendoffCheck *check;
  gboolean known;

  if (rendition == NULL || rendition->video->score == NULL)
    return NULL;
  g_mutex_lock (&self->mutex);
  known = read_result (rendition, &point);
  g_mutex_unlock (&self->mutex);
  if (!known)
    return NULL;
  make_task (rendition->video, &task);
  wanted = sendoff_score_metric_describe (task.metric, task.wanted);
  found = sendoff_score_metric_describe (task.metric, point.mean);
  worst = sendoff_score_metric_describe (task.metric, point.worst);
  check = sendoff_check_new ();
  check->code = g_strdup ("score");
  check->passed = sendoff_score_search_get_margin (&task, &point) >= -task.metric->tolerance;
  check->expected = g_steal_pointer (&wanted);
  check->found
      = g_strdup_printf ("%s, worst twentieth %s, CRF %g, measured on %u of %u parts", found, worst,
                         point.crf, rendition->video->score->chunks->len, rendition->ledger->n_chunks);
  return check;
}
