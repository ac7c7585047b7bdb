/* What a finished export teaches the first estimates of later ones.
 *
 * A lesson is how far one output was from the model of sendoff-estimate: the bytes of its picture and the
 * processor's time, each as a multiple of what the model said. Lessons lie in the database, newest first in
 * the machine profile. A belief is what lessons say about a like output: a multiple and how sure it is. Pure;
 * decides nothing about how anything is encoded, so that the same request gives the same bytes on every
 * machine.
 */
#pragma once

#include "base/sendoff-document.h"

G_BEGIN_DECLS

/* More are not kept: who learns from the last hundreds has forgotten the first. */
#define SENDOFF_LESSONS_MAX 300

typedef struct
{
  char *encoder;         /* FFmpeg's name */
  char *speed;           /* (nullable) */
  char *source_identity; /* (nullable) */
  gboolean steered;      /* encoded to a rate or size: other work for the processor */
  double quality;        /* as the CRF of H.264 that looks like it */
  double pixels;         /* of the picture */
  double source_share; /* what the source spends, over what the model gives such a picture at H.264's CRF 23;
                          0 unknown */
  double size_factor;  /* the picture's bytes over the model's; 0 nothing to learn */
  double time_factor;  /* likewise of the processor's time */
  double weight;       /* 0–1: how much of the truth it saw */
  gint64 learned_at;   /* Unix microseconds */
} SendoffLesson;
SENDOFF_DECLARE_DOC (SendoffLesson, sendoff_lesson)

typedef struct
{
  double factor; /* of what the model says */
  double spread; /* the 90 % interval is from 1/spread to spread times that */
} SendoffBelief;

SendoffBelief sendoff_lessons_infer_size (GPtrArray *lessons, const SendoffLesson *subject, double spread);
SendoffBelief sendoff_lessons_infer_time (GPtrArray *lessons, const SendoffLesson *subject, double spread);

G_END_DECLS
