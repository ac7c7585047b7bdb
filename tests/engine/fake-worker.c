/* A worker for tests: it encodes nothing and misbehaves on request.
 *
 * What it does is written in its source file, "key=value" a line:
 *   act=crash|hang|stop|spin|eat|garbage|silent|exit|error|big|close     in the probe role, instead of an answer
 *   nap-ms=N              time that a probe takes
 *   state=FOLDER          where counters are kept from one process to the next
 *   crash-chunk=N         dies at chunk N, hang-chunk=N stops there; times=N that often (default 1)
 *   fail-output=N         an error event of the encoder whenever output N is among the outputs
 *   crash-output=N        dies whenever output N is among the outputs
 *   source-error=1        an error event of the source
 *   lying-seeks=1         frames after a seek are others
 *   needs-sequential=1    says so after every seek
 *   chunk-ms=N            time that each chunk takes
 *   cpu-ms=N              processor's time that a run of chunks says it took
 *   frame-ms=N            time that the pictures of a run take
 *   frame-error=1         an error event of the source instead of pictures
 * A "muxed" file is the media info that a probe of it then reports; one of an output that is called "bad" lacks a
 * frame, one that is called "no space" meets a full disk the first time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/sendoff-worker-spec.h"

#define FPS 25
#define USUAL_CPU_US 5

static GHashTable *
read_wishes (void)
{
  GHashTable *wishes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  char buffer[4096] = { 0 };
  g_auto (GStrv) lines = NULL;

  if (pread (3, buffer, sizeof buffer - 1, 0) <= 0)
    return wishes;
  lines = g_strsplit (buffer, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *sign = strchr (lines[i], '=');

      if (sign != NULL)
        g_hash_table_insert (wishes, g_strndup (lines[i], (gsize)(sign - lines[i])), g_strdup (sign + 1));
    }
  return wishes;
}

static int
get_int (GHashTable *wishes, const char *key, int fallback)
{
  const char *value = g_hash_table_lookup (wishes, key);

  return value != NULL ? atoi (value) : fallback;
}

static void
say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

static void
say_result (JsonNode *result, int cpu_us)
{
  g_autofree char *text = sendoff_json_to_text (result, FALSE);

  say ("{\"event\":\"result\",\"result\":%s,\"max_rss_bytes\":1000,\"cpu_us\":%d}", text, cpu_us);
}

/* Whether something that happens a limited number of times is to happen now. */
static gboolean
take_turn (GHashTable *wishes, const char *name)
{
  const char *folder = g_hash_table_lookup (wishes, "state");
  int times = get_int (wishes, "times", 1);

  for (int i = 0; folder != NULL && i < times; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s-%d", folder, name, i);
      int fd = open (path, O_CREAT | O_EXCL | O_WRONLY, 0600);

      if (fd >= 0)
        {
          close (fd);
          return TRUE;
        }
    }
  return FALSE;
}

/* One line in the state folder for each thing that was done. */
static void
note (GHashTable *wishes, const char *format, ...)
{
  const char *folder = g_hash_table_lookup (wishes, "state");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "log", NULL) : NULL;
  g_autofree char *line = NULL;
  va_list args;
  int fd;

  if (path == NULL || (fd = open (path, O_CREAT | O_APPEND | O_WRONLY, 0600)) < 0)
    return;
  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  if (write (fd, line, strlen (line)) < 0)
    abort ();
  close (fd);
}

static void
die (void)
{
  fprintf (stderr, "about to crash\n");
  signal (SIGSEGV, SIG_DFL);
  raise (SIGSEGV);
}

static void
hang (void)
{
  for (;;)
    pause ();
}

static void
write_packets (const char *path, SendoffPacketTrailer *trailer)
{
  g_autofree char *text = sendoff_doc_to_text (&sendoff_packet_trailer_doc_type, trailer);
  g_autofree char *temporary = g_strdup_printf ("%s.%d.tmp", path, (int)getpid ());
  guint32 length = GUINT32_TO_LE ((guint32)strlen (text));
  FILE *file = fopen (temporary, "w");

  fputs ("packets", file);
  fputs (text, file);
  fwrite (&length, 4, 1, file);
  fputs ("SNDPKEND", file);
  fclose (file);
  if (rename (temporary, path) != 0)
    abort ();
}

/* The frames just before @time_us, as hashes. */
static char *
describe_tail (gint64 time_us, gboolean lie)
{
  gint64 frame = time_us * FPS / 1000000;

  return g_strdup_printf ("%d:%d %d:%d", (int)frame - 2, (int)frame - 2, (int)frame - 1,
                          lie ? -1 : (int)frame - 1);
}

static void
make_chunk (const SendoffWorkerSpec *spec, guint index, const SendoffChunkOutputSpec *output)
{
  const SendoffChunkSpec *chunk = g_ptr_array_index (spec->chunks, index);
  const SendoffChunkRate *rate = index < output->rates->len ? g_ptr_array_index (output->rates, index) : NULL;
  g_autofree char *name = sendoff_chunk_file_name (chunk->start_us, chunk->end_us, rate);
  g_autofree char *path = g_build_filename (output->directory, name, NULL);
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();

  if (g_file_test (path, G_FILE_TEST_EXISTS) || (rate != NULL && rate->skip))
    return;
  trailer->time_base = SENDOFF_RATIONAL (1, FPS);
  trailer->first_pts = chunk->start_us * FPS / 1000000;
  trailer->frames = trailer->packets = chunk->end_us * FPS / 1000000 - trailer->first_pts;
  trailer->last_pts = trailer->first_pts + trailer->frames - 1;
  trailer->last_duration = 1;
  trailer->bytes = trailer->frames * 100;
  trailer->tail = describe_tail (chunk->end_us, FALSE);
  write_packets (path, trailer);
}

static gboolean
has_output (const SendoffWorkerSpec *spec, int wanted)
{
  for (guint i = 0; i < spec->chunk_outputs->len; i++)
    if (((SendoffChunkOutputSpec *)g_ptr_array_index (spec->chunk_outputs, i))->output == wanted)
      return TRUE;
  return FALSE;
}

static void
misbehave_at_chunk (GHashTable *wishes, int chunk)
{
  if (get_int (wishes, "crash-chunk", -1) == chunk && take_turn (wishes, "crash"))
    die ();
  if (get_int (wishes, "hang-chunk", -1) == chunk && take_turn (wishes, "hang"))
    hang ();
  g_usleep ((gulong)get_int (wishes, "chunk-ms", 0) * 1000);
}

static void
report_chunk (const SendoffWorkerSpec *spec, const SendoffChunkSpec *chunk)
{
  int frames = (int)((chunk->end_us - chunk->start_us) * FPS / 1000000);

  for (guint i = 0; i < spec->chunk_outputs->len; i++)
    say ("{\"event\":\"progress\",\"chunk\":%d,\"output\":%d,\"frames\":%d,\"bytes\":%d,\"time_us\":0}", chunk->index,
         ((SendoffChunkOutputSpec *)g_ptr_array_index (spec->chunk_outputs, i))->output, frames / 2, frames * 50);
}

static void
run_chunks (const SendoffWorkerSpec *spec, GHashTable *wishes)
{
  const SendoffChunkSpec *first = g_ptr_array_index (spec->chunks, 0);
  g_autoptr (SendoffChunksResult) result = sendoff_chunks_result_new ();
  g_autoptr (JsonNode) node = NULL;

  note (wishes, "run %d+%u outputs %u%s\n", first->index, spec->chunks->len, spec->chunk_outputs->len,
        spec->sequential ? " sequential" : "");
  if (get_int (wishes, "source-error", 0) != 0)
    {
      say ("{\"event\":\"error\",\"code\":\"source-unreadable\",\"stage\":\"encoding\",\"message\":\"It is broken.\"}");
      return;
    }
  if (has_output (spec, get_int (wishes, "crash-output", -1)))
    die ();
  if (has_output (spec, get_int (wishes, "fail-output", -1)))
    {
      say ("{\"event\":\"error\",\"code\":\"encoder\",\"stage\":\"encoding\",\"message\":\"It refuses.\"}");
      return;
    }
  for (guint c = 0; c < spec->chunks->len; c++)
    {
      const SendoffChunkSpec *chunk = g_ptr_array_index (spec->chunks, c);

      report_chunk (spec, chunk);
      misbehave_at_chunk (wishes, chunk->index);
      for (guint i = 0; i < spec->chunk_outputs->len; i++)
        make_chunk (spec, c, g_ptr_array_index (spec->chunk_outputs, i));
      note (wishes, "chunk %d\n", chunk->index);
      say ("{\"event\":\"chunk\",\"chunk\":%d}", chunk->index);
    }
  result->seeked = !first->open_start && !spec->sequential;
  if (result->seeked)
    result->lead_in = describe_tail (first->start_us, get_int (wishes, "lying-seeks", 0) != 0);
  result->needs_sequential = result->seeked && get_int (wishes, "needs-sequential", 0) != 0;
  say ("{\"event\":\"warning\",\"code\":\"test\",\"message\":\"Only a test.\"}");
  node = sendoff_chunks_result_to_json (result);
  say_result (node, get_int (wishes, "cpu-ms", 0) * 1000 + USUAL_CPU_US);
}

static void
run_audio (const SendoffWorkerSpec *spec, GHashTable *wishes)
{
  for (guint i = 0; i < spec->audio_outputs->len; i++)
    {
      const SendoffAudioOutputSpec *output = g_ptr_array_index (spec->audio_outputs, i);
      g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();

      trailer->samples = (output->end_us - output->start_us) * output->audio->sample_rate / 1000000;
      trailer->packets = trailer->samples / 1024;
      trailer->time_base = SENDOFF_RATIONAL (1, output->audio->sample_rate);
      note (wishes, "audio %d\n", output->output);
      write_packets (output->path, trailer);
    }
  say ("{\"event\":\"result\",\"result\":{}}");
}

static SendoffStreamInfo *
describe_video (const SendoffVideoPlan *plan, gint64 frames)
{
  SendoffStreamInfo *video = sendoff_stream_info_new ();

  video->index = 0;
  video->kind = SENDOFF_STREAM_VIDEO;
  video->codec = g_strdup (plan->codec);
  video->width = video->display_width = plan->width;
  video->height = video->display_height = plan->height;
  video->sample_aspect_ratio = SENDOFF_RATIONAL (1, 1);
  video->pixel_format = g_strdup (plan->pixel_format);
  video->frame_rate = plan->frame_rate;
  video->frame_count = frames;
  video->duration_us = frames * 1000000 / FPS;
  return video;
}

static SendoffStreamInfo *
describe_audio (const SendoffAudioPlan *plan, gint64 samples)
{
  SendoffStreamInfo *audio = sendoff_stream_info_new ();

  audio->index = 1;
  audio->kind = SENDOFF_STREAM_AUDIO;
  audio->codec = g_strdup (plan->codec);
  audio->sample_rate = plan->sample_rate;
  audio->channels = plan->channels;
  audio->duration_us = samples * 1000000 / plan->sample_rate;
  return audio;
}

static SendoffMediaInfo *
describe_file (const SendoffWorkerSpec *spec, gint64 *frames)
{
  SendoffMediaInfo *info = sendoff_media_info_new ();
  gboolean has_audio = spec->audio_paths != NULL && spec->audio_paths[0] != NULL;

  *frames = 0;
  for (guint i = 0; spec->video_paths != NULL && spec->video_paths[i] != NULL; i++)
    {
      g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_file_read_trailer (spec->video_paths[i], NULL);

      *frames += trailer->frames;
    }
  info->container = g_strdup ("mov,mp4,m4a");
  info->faststart = TRUE;
  info->video_index = spec->output->video != NULL ? 0 : -1;
  info->audio_index = has_audio ? 1 : -1;
  if (spec->output->video != NULL)
    g_ptr_array_add (info->streams, describe_video (spec->output->video, *frames));
  if (has_audio)
    {
      g_autoptr (SendoffPacketTrailer) trailer
          = sendoff_packet_file_read_trailer (spec->audio_paths[0], NULL);

      g_ptr_array_add (info->streams, describe_audio (spec->output->audio, trailer->samples));
    }
  return info;
}

/* Noted beside the chunks, which the job takes with it. */
static gboolean
disk_becomes_full (const SendoffWorkerSpec *spec)
{
  g_autofree char *folder = g_path_get_dirname (spec->video_paths[0]);
  g_autofree char *path = g_build_filename (folder, "full", NULL);
  int fd = open (path, O_CREAT | O_EXCL | O_WRONLY, 0600);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static void
run_mux (const SendoffWorkerSpec *spec, GHashTable *wishes)
{
  g_autoptr (SendoffMuxResult) result = sendoff_mux_result_new ();
  g_autoptr (SendoffMediaInfo) info = describe_file (spec, &result->video_frames);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  FILE *file;

  if (spec->output->label != NULL && g_str_has_prefix (spec->output->label, "no space") && disk_becomes_full (spec))
    {
      say ("{\"event\":\"error\",\"code\":\"no-space\",\"stage\":\"muxing\",\"message\":\"The disk is full.\"}");
      return;
    }
  if (spec->output->label != NULL && g_str_has_prefix (spec->output->label, "bad"))
    ((SendoffStreamInfo *)g_ptr_array_index (info->streams, 0))->frame_count--;
  text = sendoff_doc_to_text (&sendoff_media_info_doc_type, info);
  file = fopen (spec->target_path, "w");
  fputs (text, file);
  fclose (file);
  result->size_bytes = (gint64)strlen (text);
  node = sendoff_mux_result_to_json (result);
  say_result (node, USUAL_CPU_US);
}

static void
act (const char *how)
{
  if (g_str_equal (how, "crash"))
    die ();
  else if (g_str_equal (how, "hang"))
    hang ();
  else if (g_str_equal (how, "stop"))
    raise (SIGSTOP);
  else if (g_str_equal (how, "eat"))
    {
      /* The compiler must not see that nobody reads it. */
      static char *volatile eaten;

      eaten = g_malloc (192 << 20);
      memset (eaten, 1, 192 << 20);
      hang ();
    }
  else if (g_str_equal (how, "spin"))
    for (volatile guint i = 0;; i++)
      ;
  else if (g_str_equal (how, "garbage"))
    say ("this is not JSON");
  else if (g_str_equal (how, "silent"))
    exit (0);
  else if (g_str_equal (how, "exit"))
    exit (7);
  else if (g_str_equal (how, "close"))
    {
      say ("{\"event\":\"result\",\"result\":{\"closed\":true}}");
      close (1);
      hang ();
    }
  else if (g_str_equal (how, "big"))
    {
      g_autofree char *text = g_strnfill (3 << 20, 'x');

      say ("{\"event\":\"result\",\"result\":{\"text\":\"%s\"}}", text);
    }
  else
    say ("{\"event\":\"error\",\"code\":\"source-unsupported\",\"stage\":\"probing\",\"message\":\"No video.\"}");
}

static void
run_probe (const SendoffWorkerSpec *spec, GHashTable *wishes)
{
  const char *how = g_hash_table_lookup (wishes, "act");
  g_autofree char *text = g_malloc0 ((gsize)spec->source_size_bytes + 1);
  g_autoptr (SendoffMediaInfo) info = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_usleep ((gulong)get_int (wishes, "nap-ms", 0) * 1000);
  if (how != NULL)
    {
      act (how);
      return;
    }
  if (pread (3, text, (gsize)spec->source_size_bytes, 0) != spec->source_size_bytes)
    abort ();
  info = sendoff_doc_from_text (&sendoff_media_info_doc_type, text, NULL);
  if (info == NULL)
    {
      note (wishes, "probe\n");
      info = sendoff_media_info_new ();
      info->container = g_strdup ("fake");
    }
  info->size_bytes = spec->source_size_bytes;
  info->scanned = spec->scan;
  node = sendoff_media_info_to_json (info);
  say_result (node, USUAL_CPU_US);
}

/* Pictures are their time in words; the later, the more contrast. */
static void
run_frame (const SendoffWorkerSpec *spec, GHashTable *wishes)
{
  g_autoptr (SendoffFramesResult) result = sendoff_frames_result_new ();
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < spec->times_us->len; i++)
    note (wishes, "frame %" G_GINT64_FORMAT "\n", g_array_index (spec->times_us, gint64, i));
  g_usleep ((gulong)get_int (wishes, "frame-ms", 0) * 1000);
  if (get_int (wishes, "frame-error", 0) != 0)
    {
      say ("{\"event\":\"error\",\"code\":\"not-found\",\"stage\":\"taking pictures\",\"message\":\"Nothing to see.\"}");
      return;
    }
  for (guint i = 0; i < spec->times_us->len; i++)
    {
      gint64 time_us = g_array_index (spec->times_us, gint64, i);
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %s IEND\xae\x42\x60\x82", time_us, spec->picture_encoder);
      SendoffFrameFacts *facts = sendoff_frame_facts_new ();

      if (!g_file_set_contents (spec->frame_paths[i], text, -1, NULL))
        abort ();
      facts->time_us = time_us;
      facts->contrast = (double)(time_us / 1000000) / 1000;
      g_ptr_array_add (result->frames, facts);
    }
  node = sendoff_frames_result_to_json (result);
  say_result (node, USUAL_CPU_US);
}

int
main (void)
{
  g_autofree char *line = NULL;
  gsize size = 0;
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (GHashTable) wishes = NULL;

  if (getline (&line, &size, stdin) <= 0)
    return 1;
  spec = sendoff_doc_from_text (&sendoff_worker_spec_doc_type, line, NULL);
  if (spec == NULL)
    return 2;
  wishes = read_wishes ();
  switch (spec->role)
    {
    case SENDOFF_ROLE_CAPABILITIES:
      say ("{\"event\":\"result\",\"result\":{\"ffmpeg_version\":\"fake\",\"libraries\":[\"fake 1\"]}}");
      break;
    case SENDOFF_ROLE_PROBE:
      run_probe (spec, wishes);
      break;
    case SENDOFF_ROLE_CHUNKS:
      run_chunks (spec, wishes);
      break;
    case SENDOFF_ROLE_AUDIO:
      run_audio (spec, wishes);
      break;
    case SENDOFF_ROLE_MUX:
      run_mux (spec, wishes);
      break;
    case SENDOFF_ROLE_FRAME:
      run_frame (spec, wishes);
      break;
    default:
      return 3;
    }
  return 0;
}
