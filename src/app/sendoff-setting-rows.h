/* The rows by which the settings of an output are edited: a table of what can be set, where and when it is
 * shown. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-output-item.h"

G_BEGIN_DECLS

typedef enum
{
  SENDOFF_DEPTH_USUAL,    /* in words */
  SENDOFF_DEPTH_ADVANCED, /* numbers and terms of the field */
} SendoffDepth;

void sendoff_setting_rows_add (AdwExpanderRow *expander, SendoffOutputItem *item, SendoffDepth depth);

G_END_DECLS
