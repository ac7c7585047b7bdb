/* Maximum rates over joined chunks: what breaks them is made again.
 *
 * Most chunks keep the maximum without knowing of it, and are better for that. When all are there, the buffer
 * is simulated over the joined packets (model/sendoff-rate-buffer.h). H.264 and H.265 chunks that break it
 * are made again by an encoder that keeps it itself; for the others, whose rule is the mean over a window,
 * quality or rate falls by what was too much.
 */
#include "engine/sendoff-runner-private.h"
#include "engine/sendoff-runner-rate.h"
#include "model/sendoff-rate-buffer.h"

/* Every repair is stricter than the one before. */
#define MOST_REPAIRS 6

/* (transfer full) (element-type GArray): the packets of every chunk; NULL with an error. */
static GPtrArray *
read_packets (const SendoffChunkLedger *ledger, double *tick_seconds, GError **error)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint i = 0; i < ledger->n_chunks; i++)
    {
      GArray *packets = sendoff_packet_file_read_sizes (ledger->chunks[i].path, error);

      if (packets == NULL)
        return NULL;
      *tick_seconds = sendoff_rational_to_double (ledger->chunks[i].trailer->time_base);
      g_ptr_array_add (chunks, packets);
    }
  return g_steal_pointer (&chunks);
}

static void
repair (const RunnerRendition *rendition, const SendoffRateBuffer *buffer, guint chunk, double excess)
{
  SendoffRateLog *log = rendition->rate->log;
  const SendoffRateTrial *broken = sendoff_rate_log_get_last (log, chunk);
  double crf = broken->crf, rate = (double)broken->bitrate_bps;
  SendoffRateTrial *repaired;
  SendoffRateScale scale;

  sendoff_rate_scale_init (&scale, rendition->video);
  if (buffer->windowed && crf < 0)
    rate /= excess * SENDOFF_WINDOW_MARGIN;
  else if (buffer->windowed)
    crf = sendoff_rate_lower_quality (&scale, log, chunk, excess * SENDOFF_WINDOW_MARGIN);
  repaired = sendoff_rate_log_add (log, chunk, crf, broken->cap + 1);
  repaired->bitrate_bps = (gint64)rate;
  repaired->metric = g_strdup (broken->metric);
}

/* Decides what has to be made again so that @rendition, all of whose chunks are there, keeps its maximum
 * rate. Returns whether anything has to; FALSE also with @error, and when it was tried often enough: then
 * @broken. */
gboolean
sendoff_runner_repair_rate (const RunnerRendition *rendition, gboolean *broken, GError **error)
{
  SendoffRateLog *log = rendition->rate->log;
  g_autoptr (GPtrArray) chunks = NULL;
  g_autofree double *excess = NULL;
  SendoffRateBuffer buffer;
  double tick_seconds = 0;

  *broken = FALSE;
  if (rendition->video->maxrate_bps <= 0 || rendition->video->bufsize_bits <= 0)
    return FALSE;
  chunks = read_packets (rendition->ledger, &tick_seconds, error);
  if (chunks == NULL)
    return FALSE;
  sendoff_rate_buffer_init (&buffer, rendition->video);
  excess = g_new0 (double, chunks->len + 1);
  *broken = !sendoff_rate_buffer_check (&buffer, chunks, tick_seconds, excess);
  if (!*broken || log->repairs >= MOST_REPAIRS)
    return FALSE;
  for (guint i = 0; i < chunks->len; i++)
    if (excess[i] > 0)
      repair (rendition, &buffer, i, excess[i]);
  log->repairs++;
  return TRUE;
}
