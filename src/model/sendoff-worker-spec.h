/* What the engine tells a worker, and what the worker answers.
 *
 * The spec is one JSON object on the worker's standard input, ended by a newline; the input then stays open,
 * and its end means that the engine is gone. Answers are JSON objects, one a line, on standard output:
 *
 *   {"event":"progress","chunk":3,"output":0,"frames":120,"bytes":81234,"time_us":4000000}
 *   {"event":"chunk","chunk":3}                       every output of that chunk has its final name
 *   {"event":"warning","code":"damaged-frames","message":"…"}
 *   {"event":"result","result":{…},"max_rss_bytes":…,"cpu_us":…}     last line of a success
 *   {"event":"error","code":"encoder","stage":"encoding","message":"…"}   last line of a failure
 *
 * Standard error is a log for details. Both sides use the types below; files are on local disks.
 */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_ROLE_CAPABILITIES, /* result: SendoffMachine without cores and memory */
  SENDOFF_ROLE_PROBE,        /* result: SendoffMediaInfo */
  SENDOFF_ROLE_CHUNKS,       /* result: SendoffChunksResult */
  SENDOFF_ROLE_AUDIO,        /* result: {} */
  SENDOFF_ROLE_MUX,          /* result: SendoffMuxResult */
  SENDOFF_ROLE_FRAME,        /* result: SendoffFramesResult */
  SENDOFF_ROLE_VERIFY,       /* result: SendoffDecodeResult */
  SENDOFF_ROLE_TEXTS,        /* result: SendoffTextsResult */
  SENDOFF_ROLE_TRIAL,        /* result: {} */
} SendoffRole;

/* Interval [start, end) of source time; the open ends take everything before or after. */
typedef struct {
  int index;
  gint64 start_us, end_us;
  gboolean open_start, open_end;
} SendoffChunkSpec;
SENDOFF_DECLARE_DOC (SendoffChunkSpec, sendoff_chunk_spec)
SendoffChunkSpec *sendoff_chunk_spec_new_of_group (const SendoffChunkGroup *group, guint index);

/* How one chunk of one output is encoded, where the plan leaves that to the measured sizes of others. */
typedef struct {
  gboolean skip;   /* not in this run: nothing is decided about it, or it is there already */
  double crf;      /* constant quality; -1: by bitrate_bps */
  gint64 bitrate_bps; /* of a constant bit rate */
  char *metric;    /* (nullable): its score is measured by that, see sendoff-score.h */
  int cap;         /* 0: the encoder knows of no maximum; n: it keeps the plan's, by so many steps more strictly */
} SendoffChunkRate;
SENDOFF_DECLARE_DOC (SendoffChunkRate, sendoff_chunk_rate)

typedef struct {
  int output; /* a number for the engine, echoed in events */
  char *directory; /* chunk files go here, named by sendoff_chunk_file_name() */
  SendoffVideoPlan *video;
  GPtrArray *rates; /* SendoffChunkRate, one for each chunk of the run; empty: all as the plan says */
  SendoffVideoPlan *first_pass; /* (nullable): the output whose first pass is made from the same pictures; then only
                                   sizes and the encoder's own statistics are kept, not the packets */
  char *first_pass_directory; /* (nullable): where the packet files with those statistics are */
  char *captions_path; /* (nullable): what is burned in, as the role "texts" has written it */
  char *fonts_dir;     /* (nullable): fonts that came with it */
  char
      *metric; /* (nullable): scores are measured by that where no rate says otherwise, see sendoff-score.h */
} SendoffChunkOutputSpec;
SENDOFF_DECLARE_DOC (SendoffChunkOutputSpec, sendoff_chunk_output_spec)

typedef struct {
  int output;
  char *path; /* packet file to write */
  SendoffAudioPlan *audio;
  gint64 start_us, end_us;
  gboolean trimmed_start, trimmed_end;
} SendoffAudioOutputSpec;
SENDOFF_DECLARE_DOC (SendoffAudioOutputSpec, sendoff_audio_output_spec)
SendoffAudioOutputSpec *sendoff_audio_output_spec_new_of_plan (const SendoffOutputPlan *plan, guint track);

typedef enum {
  SENDOFF_TEXT_FORMAT_PACKETS, /* a packet file for the muxer, in output time */
  SENDOFF_TEXT_FORMAT_SRT,     /* a file for people, in output time */
  SENDOFF_TEXT_FORMAT_VTT,
  SENDOFF_TEXT_FORMAT_BURN,    /* an ASS script for the chunks, in source time */
} SendoffTextFormat;

/* Subtitles in one of the forms that an output needs. */
typedef struct {
  char *path; /* to write */
  int format; /* SendoffTextFormat */
  char *codec; /* packets: FFmpeg's name of the encoder, "copy" for pictures */
  gint64 start_us, end_us; /* of the output, in source time */
  int width, height; /* burn: the picture that it is drawn on, pixels */
  double white; /* burn: as in SendoffBurnPlan */
} SendoffTextOutputSpec;
SENDOFF_DECLARE_DOC (SendoffTextOutputSpec, sendoff_text_output_spec)

typedef struct {
  int role; /* SendoffRole */

  /* the source, for every role but capabilities and trial; for a mux when it copies streams */
  int source_fd; /* open for reading and seeking by pread(), -1 none */
  char *source_name; /* for messages only; never opened */
  gint64 source_size_bytes;

  /* probe */
  gboolean scan; /* read every packet when no index tells the facts */
  gboolean packet_details; /* also keyframe times and the packet profile */

  /* chunks and audio */
  int stream_index;
  gint64 origin_us;
  gint64 start_us; /* output time zero in source time */
  gboolean sequential; /* decode from the start of the source, never seek */
  int decoder_threads;
  gboolean hash_frames; /* also hash every filtered frame, for tests of exactness */
  GPtrArray *chunks; /* SendoffChunkSpec, consecutive */
  GPtrArray *chunk_outputs; /* SendoffChunkOutputSpec; trial: one, of which only the video plan is looked at */
  GPtrArray *audio_outputs; /* SendoffAudioOutputSpec */

  /* frame, with stream_index (-1: the cover), origin_us, sequential and decoder_threads of the above */
  GArray *times_us;        /* gint64: source times, in any order */
  char **frame_paths;      /* temporary files to make, one for each time */
  char *picture_encoder;   /* "png" or "mjpeg" */
  int max_width, max_height; /* pixels, 0 as large as the source */

  /* texts, with stream_index (-1: the source is a file of captions) and origin_us of the above */
  GPtrArray *text_outputs; /* SendoffTextOutputSpec */

  /* texts: what to take from the source, mux: what to put in */
  char *fonts_dir; /* (nullable): folder to fill with the source's fonts */
  int cover_index; /* stream of the cover, -1 none */
  char *cover_path; /* (nullable): packet file of the cover */

  /* mux, with origin_us when it copies streams */
  char **text_paths; /* (nullable): packet files of the output's text tracks, in order */
  SendoffOutputPlan *output;
  char **video_paths; /* packet files in order */
  char **audio_paths; /* (nullable): packet files of the output's audio tracks, in order */
  char *target_path; /* temporary file to create */
  char *handover_path;   /* (nullable): the SendoffHandoverNote, beside the chunks, which give their space back as they are
                            joined; target_path exists */
  gint64 handover_bytes; /* so much is joined before its space is given back */
} SendoffWorkerSpec;
SENDOFF_DECLARE_DOC (SendoffWorkerSpec, sendoff_worker_spec)

/* What a run over consecutive chunks says for the check of its seek. */
typedef struct {
  gboolean seeked;      /* started by a seek, so that lead_in must match */
  char *lead_in;        /* (nullable): tail of the frames just before the first chunk, as in the trailer */
  gboolean needs_sequential; /* time stamps needed repair: only one decoder from the start is right */
  gint64 damaged_frames;
} SendoffChunksResult;
SENDOFF_DECLARE_DOC (SendoffChunksResult, sendoff_chunks_result)

/* What the loudness of a track was and became, as ITU-R BS.1770 and EBU R 128 measure it. */
typedef struct {
  double source_lufs, source_true_peak_db; /* after mixing down */
  double gain_db;
  gboolean limited; /* peaks were taken off, because the gain alone would have brought them beyond the limit */
  double lufs, true_peak_db; /* of what the encoder got */
} SendoffLoudness;
SENDOFF_DECLARE_DOC (SendoffLoudness, sendoff_loudness)

/* The end of every packet file: read without FFmpeg. */
typedef struct {
  gint64 packets;
  gint64 frames;     /* encoded; equals packets for video without hidden frames */
  gint64 samples;    /* audio */
  gint64 bytes;      /* of all packets */
  gint64 first_pts, last_pts; /* in time_base, presentation order */
  gint64 last_duration;
  gint64 measured_bytes; /* of packets that were made to be measured, and not kept */
  SendoffRational time_base;
  char *tail;        /* (nullable): hashes of the last source frames of the chunk, "PTS:HEX PTS:HEX…" */
  char *lead_in;     /* (nullable): of the first chunk after a seek, as in SendoffChunksResult, so that a killed run is checked too */
  GArray *scores;    /* (nullable): gint64: of each frame where it was measured, in SENDOFF_SCORE_PARTS */
  char *frames_hash; /* (nullable): one hash over all filtered frames, before encoding */
  SendoffLoudness *loudness; /* (nullable): audio whose loudness was planned */
} SendoffPacketTrailer;
SENDOFF_DECLARE_DOC (SendoffPacketTrailer, sendoff_packet_trailer)

typedef struct {
  gint64 size_bytes;
  gint64 video_frames;
  gint64 video_us, audio_us; /* when each ends, from the output's zero */
  gint64 duration_us;
} SendoffMuxResult;
SENDOFF_DECLARE_DOC (SendoffMuxResult, sendoff_mux_result)

/* One still picture, upright and with square pixels. */
typedef struct {
  gint64 time_us; /* since when the source shows it */
  int width, height; /* pixels */
  double contrast; /* standard deviation of its luma, 0 (one colour) to 0.5 */
} SendoffFrameFacts;
SENDOFF_DECLARE_DOC (SendoffFrameFacts, sendoff_frame_facts)

typedef struct {
  GPtrArray *frames; /* SendoffFrameFacts, as the spec's times_us */
} SendoffFramesResult;
SENDOFF_DECLARE_DOC (SendoffFramesResult, sendoff_frames_result)

typedef struct {
  gint64 cues; /* texts found in the whole source */
} SendoffTextsResult;
SENDOFF_DECLARE_DOC (SendoffTextsResult, sendoff_texts_result)

/* A packet of a packet file without its data. */
typedef struct
{
  gint64 pts; /* in the trailer's time_base */
  gint64 bytes;
} SendoffPacketSize;

extern const char *const sendoff_role_nicks[];

char *sendoff_chunk_file_name (gint64 start_us, gint64 end_us, const SendoffChunkRate *rate);
SendoffPacketTrailer *sendoff_packet_file_read_trailer (const char *path, GError **error);
GArray *sendoff_packet_file_read_sizes (const char *path, GError **error);

G_END_DECLS
