/* Exact fractions: frame rates, time bases and aspect ratios.
 *
 * A value type without FFmpeg, so that the planner can be exact without linking it. The denominator is
 * always positive, the fraction always reduced; 0/1 means "not known" or "none". Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 num;
  gint64 den;
} SendoffRational;

typedef enum {
  SENDOFF_ROUND_NEAREST, /* halves away from zero */
  SENDOFF_ROUND_DOWN,    /* towards minus infinity */
  SENDOFF_ROUND_UP,      /* towards plus infinity */
} SendoffRounding;

#define SENDOFF_RATIONAL(n, d) ((SendoffRational){ (n), (d) })
#define SENDOFF_RATIONAL_NONE  SENDOFF_RATIONAL (0, 1)
#define SENDOFF_US             SENDOFF_RATIONAL (1, 1000000)

SendoffRational sendoff_rational_new (gint64 num, gint64 den);
gboolean sendoff_rational_is_set (SendoffRational r);
int sendoff_rational_compare (SendoffRational a, SendoffRational b);
SendoffRational sendoff_rational_multiply (SendoffRational a, SendoffRational b);
SendoffRational sendoff_rational_invert (SendoffRational r);
double sendoff_rational_to_double (SendoffRational r);
gint64 sendoff_rescale (gint64 value, SendoffRational from, SendoffRational to, SendoffRounding rounding);
gboolean sendoff_rational_parse (const char *text, SendoffRational *out);
char *sendoff_rational_to_string (SendoffRational r);

G_END_DECLS
