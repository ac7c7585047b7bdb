/* What a size means for a picture, and the changes by which it becomes enough. Shared by
 * sendoff-planner-optimize*.c. */
#pragma once

#include "model/sendoff-planner-private.h"

G_BEGIN_DECLS

typedef struct
{
  const char *strategy;   /* catalog strategy_id */
  SendoffSetting setting; /* asked for by name it stays; 0: no setting */
  /* Changes what is asked for; FALSE when there is nothing (more) to try. NULL: fewer bits are accepted. */
  gboolean (*change) (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt);
  char *(*dup_label) (const SendoffPlanning *changed);
  /* Says in @issues what was changed and what it does. */
  void (*report) (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues);
} SendoffSizeStep;

/* "Slightly lower bit rate": so much of an acceptable picture's bits will do. One CRF step of x264 is 12 %.
 */
#define SENDOFF_SLIGHTLY_LESS 0.8

extern const SendoffSizeStep sendoff_size_steps[];
extern const guint sendoff_n_size_steps;

double sendoff_planner_get_acceptable_bytes (const SendoffPlanning *planning);
double sendoff_planner_get_bits_share (const SendoffPlanning *planning);

G_END_DECLS
