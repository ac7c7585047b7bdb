#include "base/sendoff-rational.h"

#include <math.h>
#include <string.h>

static gint64
greatest_common_divisor (gint64 a, gint64 b)
{
  while (b != 0)
    {
      gint64 rest = a % b;

      a = b;
      b = rest;
    }
  return ABS (a);
}

/**
 * sendoff_rational_new:
 *
 * Returns: @num/@den reduced, with a positive denominator; 0/1 when @den is 0
 */
SendoffRational
sendoff_rational_new (gint64 num, gint64 den)
{
  gint64 divisor;

  if (den == 0 || num == 0 || num == G_MININT64 || den == G_MININT64)
    return SENDOFF_RATIONAL_NONE;
  divisor = greatest_common_divisor (num, den);
  if (den < 0)
    divisor = -divisor;
  return SENDOFF_RATIONAL (num / divisor, den / divisor);
}

/** sendoff_rational_is_set: whether @r is a positive, usable fraction. */
gboolean
sendoff_rational_is_set (SendoffRational r)
{
  return r.num > 0 && r.den > 0;
}

/** sendoff_rational_compare: negative, zero or positive as @a is less than, equal to or more than @b. */
int
sendoff_rational_compare (SendoffRational a, SendoffRational b)
{
  __int128 left = (__int128)a.num * b.den;
  __int128 right = (__int128)b.num * a.den;

  return left < right ? -1 : left > right;
}

/** sendoff_rational_multiply: the reduced product of @a and @b. */
SendoffRational
sendoff_rational_multiply (SendoffRational a, SendoffRational b)
{
  SendoffRational x = sendoff_rational_new (a.num, b.den);
  SendoffRational y = sendoff_rational_new (b.num, a.den);

  return sendoff_rational_new (x.num * y.num, x.den * y.den);
}

/** sendoff_rational_invert: @r's denominator over its numerator; 0/1 stays 0/1. */
SendoffRational
sendoff_rational_invert (SendoffRational r)
{
  return sendoff_rational_new (r.den, r.num);
}

/** sendoff_rational_to_double: for display and for models of cost, never for time stamps. */
double
sendoff_rational_to_double (SendoffRational r)
{
  return r.den != 0 ? (double)r.num / (double)r.den : 0;
}

/**
 * sendoff_rescale:
 * @value: an amount in units of @from seconds
 * @from: the unit of @value, for example 1/90000
 * @to: the unit of the result
 * @rounding: what to do with a remainder
 *
 * Exact through 128-bit products; saturates instead of overflowing.
 *
 * Returns: @value in units of @to
 */
gint64
sendoff_rescale (gint64 value, SendoffRational from, SendoffRational to, SendoffRounding rounding)
{
  __int128 num = (__int128)value * from.num * to.den;
  __int128 den = (__int128)from.den * to.num;
  __int128 quotient, rest;

  g_return_val_if_fail (den > 0, 0);

  quotient = num / den;
  rest = num % den;
  if (rest < 0)
    {
      quotient--;
      rest += den;
    }
  switch (rounding)
    {
    case SENDOFF_ROUND_UP:
      quotient += rest > 0;
      break;
    case SENDOFF_ROUND_NEAREST:
      quotient += num >= 0 ? 2 * rest >= den : 2 * rest > den;
      break;
    case SENDOFF_ROUND_DOWN:
    default:
      break;
    }
  return (gint64)CLAMP (quotient, (__int128)G_MININT64, (__int128)G_MAXINT64);
}

/* The NTSC family is written with two or three decimals and means n·1000/1001. */
static SendoffRational
rational_from_decimal (double value)
{
  gint64 rounded = (gint64)ceil (value);

  if (value != floor (value) && fabs (value - rounded * 1000.0 / 1001.0) < 0.006)
    return sendoff_rational_new (rounded * 1000, 1001);
  return sendoff_rational_new ((gint64)llround (value * 1000000.0), 1000000);
}

/**
 * sendoff_rational_parse:
 * @text: "30000/1001", "16:9", "25" or "29.97"
 * @out: (out): the fraction
 *
 * 23.976, 29.97, 59.94 and their like become the exact NTSC rates.
 *
 * Returns: whether @text is a positive fraction
 */
gboolean
sendoff_rational_parse (const char *text, SendoffRational *out)
{
  char *end = NULL;
  double value;

  if (text == NULL || !g_ascii_isdigit (*text))
    return FALSE;
  value = g_ascii_strtod (text, &end);
  if (*end == '/' || *end == ':')
    {
      gint64 num = g_ascii_strtoll (text, &end, 10);
      gint64 den;

      if ((*end != '/' && *end != ':') || !g_ascii_isdigit (end[1]))
        return FALSE;
      den = g_ascii_strtoll (end + 1, &end, 10);
      if (*end != '\0' || num < 0 || den <= 0)
        return FALSE;
      *out = sendoff_rational_new (num, den);
      return TRUE;
    }
  if (*end != '\0' || !(value > 0) || value > 1e9)
    return FALSE;
  *out = rational_from_decimal (value);
  return TRUE;
}

/** sendoff_rational_to_string: (transfer full): "num/den", or just "num" for a whole number. */
char *
sendoff_rational_to_string (SendoffRational r)
{
  if (r.den == 1)
    return g_strdup_printf ("%" G_GINT64_FORMAT, r.num);
  return g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, r.num, r.den);
}
