/* What the files of the settings share: what is known of each setting.
 *
 * Only sendoff-output-settings*.c include this.
 */
#pragma once

#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

typedef enum {
  KIND_TEXT,    /* what is accepted depends on the catalog: the planner checks it */
  KIND_CHOICE,  /* one of a few words */
  KIND_NUMBER,  /* double */
  KIND_BITRATE, /* int64 bit/s */
  KIND_SIZE,    /* int64 bytes */
  KIND_TIME,    /* int64 µs */
  KIND_FLAG,    /* int -1, 0, 1 */
  KIND_INDEX,   /* int */
} SendoffSettingKind;

typedef struct {
  const char *name;
  SendoffSettingKind kind;
  const char *accepted; /* CHOICE: the words, separated by "|"; otherwise for messages */
  gint64 min, max;
} SendoffSettingSpec;

extern const SendoffSettingSpec sendoff_setting_specs[SENDOFF_N_SETTINGS];

const GValue *sendoff_output_settings_peek_value (SendoffOutputSettings *self, SendoffSetting setting);

G_END_DECLS
