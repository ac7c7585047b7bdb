#include "model/sendoff-rate-share.h"

#include <math.h>
#include <string.h>

/* A correction may take a chunk so far from the common quality, in log2 of its bytes, before it rather takes
 * more chunks: 0.3 is a fifth of the bytes, 1.8 of H.264's CRF. With 0.22 simulated videos of eight chunks
 * took a third more encodes of chunks that were there already. */
#define MOST_DEVIATION 0.3

/* Corrections more where a size must not be exceeded and is. */
#define HARD_CORRECTIONS 8

/* What two sizes of a chunk say about its slope is believed within these multiples of the encoder's usual
 * one. */
#define LEAST_SLOPE 0.5
#define MOST_SLOPE  1.8

/* The same where a maximum is kept, which often is about noise; and by how much steeper it is believed to be
 * for each halving of the bytes. */
#define MOST_REPAIR_SLOPE 4
#define FAR_SLOPE         0.4

/* How much log2 of an analysis's bytes falls when its CRF grows by one. */
#define ANALYSIS_SLOPE 0.17

/* So many chunks are few, see get_barrier(). */
#define FEW_CHUNKS 8

/* Shares of the chunks after which the quality of the rest is chosen anew. */
static const double barriers[] = { 0.125, 0.5, 0.8, 0.95 };

static const SendoffField trial_fields[] = {
  SENDOFF_FIELD (SendoffRateTrial, chunk, INT),         SENDOFF_FIELD (SendoffRateTrial, crf, DOUBLE),
  SENDOFF_FIELD (SendoffRateTrial, bitrate_bps, INT64), SENDOFF_FIELD (SendoffRateTrial, cap, INT),
  SENDOFF_FIELD (SendoffRateTrial, bytes, INT64),       SENDOFF_FIELD (SendoffRateTrial, metric, STRING),
  SENDOFF_FIELD (SendoffRateTrial, scores, INT64_ARRAY), SENDOFF_FIELDS_END,
};

static const SendoffField log_fields[] = {
  SENDOFF_FIELD_OF (SendoffRateLog, trials, DOC_ARRAY, sendoff_rate_trial_doc_type),
  SENDOFF_FIELD (SendoffRateLog, corrections, INT),
  SENDOFF_FIELD (SendoffRateLog, repairs, INT),
  SENDOFF_FIELD (SendoffRateLog, score_found, BOOL),
  SENDOFF_FIELD (SendoffRateLog, overhead_bytes, INT64),
  SENDOFF_FIELDS_END,
};

static void
trial_init (gpointer doc)
{
  SendoffRateTrial *self = doc;

  self->crf = -1;
  self->bytes = -1;
}

SENDOFF_DEFINE_DOC (SendoffRateTrial, sendoff_rate_trial, "trial", trial_fields, trial_init)
SENDOFF_DEFINE_DOC (SendoffRateLog, sendoff_rate_log, "log of rates", log_fields, NULL)

/* Means over 15 pieces of film, animation, hand-held and screen recordings; the ratios are to x264's veryfast
 * (for libx264 itself: its own first pass) at CRF 26 and x265's ultrafast at CRF 28. They only choose the
 * first chunks' quality: what those measure counts. */
static const struct
{
  const char *encoder;
  double slope, step, crf, to_x264, to_x265;
} scales[] = {
  { "libx264", 0.167, 1.0 / 16, 23, 0.45, 1.40 }, { "libx265", 0.172, 1.0 / 16, 28, -0.15, 0.45 },
  { "libvpx-vp9", 0.093, 1, 38, -0.12, 0.47 },    { "libaom-av1", 0.085, 1, 42, -0.45, 0.14 },
  { "libsvtav1", 0.075, 1, 46, -0.85, -0.25 },
};

/**
 * sendoff_rate_scale_init:
 * @self: (out caller-allocates)
 * @video: what is encoded; what its analysis weighs is part of the scale
 */
void
sendoff_rate_scale_init (SendoffRateScale *self, const SendoffVideoPlan *video)
{
  gboolean by_x265 = video->analysis != NULL && g_strcmp0 (video->analysis->encoder, "libx265") == 0;
  double reference = by_x265 ? SENDOFF_ANALYSIS_CRF_X265 : SENDOFF_ANALYSIS_CRF_X264;

  *self = (SendoffRateScale){ 1 / 6.0, 1, 26, 0 };
  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    if (g_str_equal (scales[i].encoder, video->encoder))
      *self = (SendoffRateScale){ scales[i].slope, scales[i].step, scales[i].crf,
                                  by_x265 ? scales[i].to_x265 : scales[i].to_x264 };
  if (video->analysis != NULL)
    self->log_ratio += ANALYSIS_SLOPE * (video->analysis->crf - reference);
}

/** sendoff_rate_scale_get_worst: the worst quality that the encoder has. */
double
sendoff_rate_scale_get_worst (const SendoffRateScale *self)
{
  return self->step < 1 ? 51 : 63;
}

/** sendoff_rate_log_get_last: (transfer none) (nullable): how @chunk is encoded; %NULL while it is undecided.
 */
const SendoffRateTrial *
sendoff_rate_log_get_last (const SendoffRateLog *self, guint chunk)
{
  for (guint i = self->trials->len; i > 0; i--)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (self->trials, i - 1);

      if (trial->chunk == (int)chunk)
        return trial;
    }
  return NULL;
}

/** sendoff_rate_log_add: (transfer none): decides how @chunk is encoded from now on. */
SendoffRateTrial *
sendoff_rate_log_add (SendoffRateLog *self, guint chunk, double crf, int cap)
{
  SendoffRateTrial *trial = sendoff_rate_trial_new ();

  trial->chunk = (int)chunk;
  trial->crf = crf;
  trial->cap = cap;
  g_ptr_array_add (self->trials, trial);
  return trial;
}

static gboolean
is_measured (const SendoffRateLog *log, guint chunk)
{
  const SendoffRateTrial *trial = sendoff_rate_log_get_last (log, chunk);

  return trial != NULL && trial->bytes >= 0;
}

/** sendoff_rate_log_get_bytes: of all measured chunks as they are encoded now. */
gint64
sendoff_rate_log_get_bytes (const SendoffRateLog *self, guint n_chunks)
{
  gint64 bytes = 0;

  for (guint i = 0; i < n_chunks; i++)
    if (is_measured (self, i))
      bytes += sendoff_rate_log_get_last (self, i)->bytes;
  return bytes;
}

/* What the sizes so far say about the video as a whole. */
typedef struct
{
  const SendoffRateTask *task;
  const SendoffRateLog *log;
  double slope;
  double log_ratio; /* log2 of the bytes at scale.crf for one byte of the analysis */
} Model;

/* The measured trial of @chunk nearest to @crf but for @other (nullable); NULL when there is none. */
static const SendoffRateTrial *
find_nearest (const SendoffRateLog *log, guint chunk, double crf, const SendoffRateTrial *other)
{
  const SendoffRateTrial *nearest = NULL;

  for (guint i = 0; i < log->trials->len; i++)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);

      if (trial->chunk != (int)chunk || trial->bytes <= 0 || trial->crf < 0
          || (other != NULL && (trial->crf == other->crf || trial->cap != other->cap)))
        continue;
      if (nearest == NULL || fabs (trial->crf - crf) <= fabs (nearest->crf - crf))
        nearest = trial;
    }
  return nearest;
}

/* log2 of the bytes by which @chunk shrinks for each number, from two measured sizes; @usual when there are
 * none. */
static double
get_slope (const Model *self, guint chunk, double crf, double usual)
{
  const SendoffRateTrial *first = find_nearest (self->log, chunk, crf, NULL);
  const SendoffRateTrial *second = first != NULL ? find_nearest (self->log, chunk, crf, first) : NULL;
  double expected = self->task->scale.slope;

  if (second == NULL)
    return usual;
  return CLAMP (log2 ((double)first->bytes / (double)second->bytes) / (second->crf - first->crf),
                LEAST_SLOPE * expected, MOST_SLOPE * expected);
}

static void
model_init (Model *self, const SendoffRateTask *task, const SendoffRateLog *log)
{
  const SendoffRateScale *scale = &task->scale;
  double slopes = 0, measured = 0, analysed = 0;
  guint n_slopes = 0;

  *self = (Model){ task, log, scale->slope, scale->log_ratio };
  for (guint i = 0; i < task->n_chunks; i++)
    {
      double slope = get_slope (self, i, scale->crf, 0);

      slopes += slope;
      n_slopes += slope > 0 ? 1 : 0;
    }
  if (n_slopes > 0)
    self->slope = slopes / n_slopes;
  for (guint i = 0; i < task->n_chunks; i++)
    if (is_measured (log, i) && task->complexities[i] > 0)
      {
        const SendoffRateTrial *trial = sendoff_rate_log_get_last (log, i);

        measured += (double)trial->bytes * exp2 (self->slope * (trial->crf - scale->crf));
        analysed += (double)task->complexities[i];
      }
  if (measured > 0)
    self->log_ratio = log2 (measured / analysed);
}

/* Bytes of @chunk when it is encoded with @crf. */
static double
predict (const Model *self, guint chunk, double crf)
{
  const SendoffRateTrial *trial = find_nearest (self->log, chunk, crf, NULL);

  if (trial != NULL && trial->crf == crf)
    return (double)trial->bytes;
  if (trial != NULL) /* what is capped does not grow with quality */
    return trial->cap > 0 && crf < trial->crf
               ? (double)trial->bytes
               : (double)trial->bytes
                     * exp2 (-get_slope (self, chunk, crf, self->slope) * (crf - trial->crf));
  if (is_measured (self->log, chunk))
    return 0;
  return (double)self->task->complexities[chunk]
         * exp2 (self->log_ratio - self->slope * (crf - self->task->scale.crf));
}

/* The quality at which the chunks of @chosen take @bytes together, not rounded to a step. */
static double
solve (const Model *self, const gboolean *chosen, double bytes)
{
  double low = self->task->best_crf, high = self->task->worst_crf;

  for (guint i = 0; i < 50; i++)
    {
      double middle = (low + high) / 2, sum = 0;

      for (guint c = 0; c < self->task->n_chunks; c++)
        sum += chosen[c] ? predict (self, c, middle) : 0;
      if (sum > bytes)
        low = middle;
      else
        high = middle;
    }
  return (low + high) / 2;
}

/* Rounds @crf for each of @chosen, one up and the next down so that their sum comes out right: @crfs. Returns
 * the sum that is expected. */
static double
round_each (const Model *self, const gboolean *chosen, double crf, double *crfs)
{
  const SendoffRateTask *task = self->task;
  double step = task->scale.step, error = 0, sum = 0;

  for (guint i = 0; i < task->n_chunks; i++)
    {
      double wanted, better, worse;
      gboolean take_better;

      if (!chosen[i])
        continue;
      wanted = predict (self, i, crf) + error;
      better = MAX (floor (crf / step) * step, task->best_crf);
      worse = MIN (better + step, task->worst_crf);
      take_better = fabs (predict (self, i, better) - wanted) <= fabs (predict (self, i, worse) - wanted);
      crfs[i] = take_better ? better : worse;
      error = wanted - predict (self, i, crfs[i]);
      sum += predict (self, i, crfs[i]);
    }
  return sum;
}

/* The slope that @chunk itself showed between its last two qualities; 0 when it has had only one. */
static double
get_last_slope (const SendoffRateLog *log, guint chunk)
{
  const SendoffRateTrial *last = sendoff_rate_log_get_last (log, chunk), *before = NULL;

  for (guint i = 0; i < log->trials->len; i++)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);

      if (trial->chunk == (int)chunk && trial->bytes > 0 && trial->crf < last->crf)
        before = trial;
    }
  if (before == NULL || last->bytes <= 0)
    return 0;
  return log2 ((double)before->bytes / (double)last->bytes) / (last->crf - before->crf);
}

/**
 * sendoff_rate_lower_quality:
 * @log: in which @chunk has been measured
 * @excess: by what its bytes have to be divided, above 1
 *
 * Far from a known size a quality is lowered by less than the usual slope asks for, because noise goes all at
 * once and what is lost is lost; the next time the chunk's own slope is known.
 *
 * Returns: the quality number of @chunk that comes next, at least a step worse than its last one if there is
 * any
 */
double
sendoff_rate_lower_quality (const SendoffRateScale *scale,
                            const SendoffRateLog *log,
                            guint chunk,
                            double excess)
{
  const SendoffRateTrial *last = sendoff_rate_log_get_last (log, chunk);
  double measured = get_last_slope (log, chunk), slope = scale->slope * (1 + FAR_SLOPE * log2 (excess));
  double steps;

  if (measured > 0)
    slope = CLAMP (measured, LEAST_SLOPE * scale->slope, MOST_REPAIR_SLOPE * scale->slope);
  steps = ceil (log2 (excess) / slope / scale->step);
  return MIN (last->crf + scale->step * MAX (steps, 1), sendoff_rate_scale_get_worst (scale));
}

/* --- rounds: until every chunk is there --- */

/* How many chunks are decided after the round that begins when @n_decided are there. A round of a single
 * chunk leaves cores idle, so only the first may be one; of few chunks also the last, because its size makes
 * up for the others', of which one made again would cost as much. */
static guint
get_barrier (guint n_chunks, guint n_decided)
{
  for (guint i = 0; i < G_N_ELEMENTS (barriers); i++)
    {
      guint barrier = MAX ((guint)lround (barriers[i] * n_chunks), 1);
      guint least = n_chunks <= FEW_CHUNKS ? 1 : 2;

      if (barrier > n_decided && barrier < n_chunks
          && (n_decided == 0 || (barrier > n_decided + 1 && barrier + least <= n_chunks)))
        return barrier;
    }
  return n_chunks;
}

/* The order in which chunks are taken: spread over the whole video (van der Corput's sequence in base 2). */
static guint *
dup_spread_order (guint n_chunks)
{
  guint *order = g_new (guint, MAX (n_chunks, 1));
  g_autofree gboolean *taken = g_new0 (gboolean, MAX (n_chunks, 1));
  guint n = 0;

  for (guint i = 1; n < n_chunks; i++)
    {
      double position = 0, unit = 0.5;
      guint chunk;

      for (guint rest = i; rest > 0; rest /= 2, unit /= 2)
        position += rest % 2 * unit;
      chunk = MIN ((guint)(position * n_chunks), n_chunks - 1);
      if (!taken[chunk])
        order[n++] = chunk;
      taken[chunk] = TRUE;
    }
  return order;
}

static guint
count_decided (const SendoffRateTask *task, const SendoffRateLog *log)
{
  guint count = 0;

  for (guint i = 0; i < task->n_chunks; i++)
    count += sendoff_rate_log_get_last (log, i) != NULL ? 1 : 0;
  return count;
}

/* The quality of the chunks that are still @open: what makes the whole come out right, unless the others are
 * so far off that they will be made again anyway. */
static double
choose_round_crf (const Model *model, const SendoffRateLog *log, const gboolean *open)
{
  const SendoffRateTask *task = model->task;
  g_autofree gboolean *all = g_new0 (gboolean, task->n_chunks);
  double rest = (double)(task->aim_bytes - sendoff_rate_log_get_bytes (log, task->n_chunks));
  double common, fitting = solve (model, open, rest);

  for (guint i = 0; i < task->n_chunks; i++)
    all[i] = TRUE;
  common = solve (model, all, (double)task->aim_bytes);
  return fabs (fitting - common) * model->slope <= MOST_DEVIATION ? fitting : common;
}

static void
begin_round (const Model *model, SendoffRateLog *log, guint n_decided)
{
  const SendoffRateTask *task = model->task;
  guint n = task->n_chunks, barrier = get_barrier (n, n_decided);
  g_autofree gboolean *open = g_new0 (gboolean, n);
  g_autofree double *crfs = g_new0 (double, n);
  g_autofree guint *order = dup_spread_order (n);

  for (guint i = 0; i < n; i++)
    open[i] = sendoff_rate_log_get_last (log, i) == NULL;
  round_each (model, open, choose_round_crf (model, log, open), crfs);
  for (guint i = 0; i < n && n_decided < barrier; i++)
    if (open[order[i]])
      {
        sendoff_rate_log_add (log, order[i], crfs[order[i]], 0);
        n_decided++;
      }
}

/* --- corrections: when every chunk is there --- */

typedef struct
{
  guint chunk;
  double distance; /* how far its quality is from the common one, in the direction that helps */
  gint64 bytes;
} Candidate;

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *left = a, *right = b;

  if (left->distance != right->distance)
    return left->distance > right->distance ? -1 : 1;
  if (left->bytes != right->bytes)
    return left->bytes > right->bytes ? -1 : 1;
  return left->chunk < right->chunk ? -1 : 1;
}

/* (transfer full) (element-type Candidate): the chunks with the most to give first. */
static GArray *
sort_candidates (const Model *model, double common)
{
  const SendoffRateTask *task = model->task;
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  gboolean too_large = sendoff_rate_log_get_bytes (model->log, task->n_chunks) > task->aim_bytes;

  for (guint i = 0; i < task->n_chunks; i++)
    {
      const SendoffRateTrial *trial = sendoff_rate_log_get_last (model->log, i);
      Candidate candidate = { i, too_large ? common - trial->crf : trial->crf - common, trial->bytes };

      if (trial->bytes > 0 && (too_large || trial->cap == 0))
        g_array_append_val (candidates, candidate);
    }
  g_array_sort (candidates, compare_candidates);
  return candidates;
}

/* Moves that of @candidates to the front which can do it alone and then stands out least, if there is one;
 * one that stands out too much already comes first all the same. */
static void
prefer_single (const Model *model, GArray *candidates, double common, double most)
{
  const SendoffRateTask *task = model->task;
  double total = (double)sendoff_rate_log_get_bytes (model->log, task->n_chunks);
  double nearest = most;

  for (guint i = 0; i < candidates->len; i++)
    {
      g_autofree gboolean *chosen = g_new0 (gboolean, task->n_chunks);
      g_autofree double *crfs = g_new0 (double, task->n_chunks);
      Candidate candidate = g_array_index (candidates, Candidate, i);
      double rest = total - (double)candidate.bytes, crf, sum;

      chosen[candidate.chunk] = TRUE;
      crf = solve (model, chosen, (double)task->aim_bytes - rest);
      sum = round_each (model, chosen, crf, crfs);
      if (fabs (crf - common) >= nearest || rest + sum < task->low_bytes || rest + sum > task->high_bytes)
        continue;
      nearest = fabs (crf - common);
      g_array_remove_index (candidates, i);
      g_array_prepend_val (candidates, candidate);
    }
}

/* Changes the first of @candidates so that all together come nearest to the aim: as few of them as can do it
 * without standing out. Returns FALSE when that changes nothing. */
static gboolean
choose_changes (const Model *model, GArray *candidates, double common, gboolean *chosen, double *crfs)
{
  const SendoffRateTask *task = model->task;
  double total = (double)sendoff_rate_log_get_bytes (model->log, task->n_chunks), rest = total, sum = 0;
  double most = MAX (MOST_DEVIATION / model->slope, task->scale.step);
  gboolean changed = FALSE;

  if (candidates->len > 0 && g_array_index (candidates, Candidate, 0).distance <= most)
    prefer_single (model, candidates, common, most);
  for (guint i = 0; i < candidates->len; i++)
    {
      guint chunk = g_array_index (candidates, Candidate, i).chunk;
      double crf;

      chosen[chunk] = TRUE;
      rest -= (double)g_array_index (candidates, Candidate, i).bytes;
      crf = solve (model, chosen, task->aim_bytes - rest);
      sum = round_each (model, chosen, crf, crfs);
      if (fabs (crf - common) <= most && rest + sum >= task->low_bytes && rest + sum <= task->high_bytes)
        break;
    }
  for (guint i = 0; i < task->n_chunks; i++)
    changed |= chosen[i] && crfs[i] != sendoff_rate_log_get_last (model->log, i)->crf;
  /* Coarse steps may not come nearer than it is; what is too large gets smaller all the same. */
  return changed
         && (fabs (rest + sum - task->aim_bytes) < fabs (total - task->aim_bytes)
             || total > task->high_bytes);
}

static gboolean
begin_correction (const Model *model, SendoffRateLog *log)
{
  const SendoffRateTask *task = model->task;
  guint n = task->n_chunks;
  g_autofree gboolean *chosen = g_new0 (gboolean, n);
  g_autofree gboolean *all = g_new0 (gboolean, n);
  g_autofree double *crfs = g_new0 (double, n);
  g_autoptr (GArray) candidates = NULL;
  double common;

  for (guint i = 0; i < n; i++)
    all[i] = TRUE;
  common = solve (model, all, (double)task->aim_bytes);
  candidates = sort_candidates (model, common);
  if (!choose_changes (model, candidates, common, chosen, crfs))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const SendoffRateTrial *trial = sendoff_rate_log_get_last (log, i);

      if (chosen[i] && crfs[i] != trial->crf)
        sendoff_rate_log_add (log, i, crfs[i], trial->cap);
    }
  log->corrections++;
  return TRUE;
}

/**
 * sendoff_rate_share_next:
 * @log: (inout): what was decided so far, all of it measured; gets the next decisions
 *
 * Returns: whether anything was decided that has to be encoded and measured next; %FALSE: it stays as it is
 */
gboolean
sendoff_rate_share_next (const SendoffRateTask *task, SendoffRateLog *log)
{
  guint n_decided = count_decided (task, log);
  guint allowed;
  gint64 bytes;
  Model model;

  model_init (&model, task, log);
  if (n_decided < task->n_chunks)
    {
      begin_round (&model, log, n_decided);
      return TRUE;
    }
  bytes = sendoff_rate_log_get_bytes (log, task->n_chunks);
  allowed = task->max_corrections + (task->hard && bytes > task->high_bytes ? HARD_CORRECTIONS : 0);
  if ((bytes >= task->low_bytes && bytes <= task->high_bytes) || log->corrections >= (int)allowed)
    return FALSE;
  return begin_correction (&model, log);
}
