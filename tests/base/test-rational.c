#include "base/sendoff-rational.h"

static void
assert_rational (SendoffRational r, gint64 num, gint64 den)
{
  g_assert_cmpint (r.num, ==, num);
  g_assert_cmpint (r.den, ==, den);
}

static void
test_new_reduces (void)
{
  assert_rational (sendoff_rational_new (50, 2), 25, 1);
  assert_rational (sendoff_rational_new (60000, 2002), 30000, 1001);
  assert_rational (sendoff_rational_new (3, -6), -1, 2);
  assert_rational (sendoff_rational_new (-3, -6), 1, 2);
  assert_rational (sendoff_rational_new (0, 5), 0, 1);
  assert_rational (sendoff_rational_new (5, 0), 0, 1);
  assert_rational (sendoff_rational_new (G_MININT64, 2), 0, 1);
}

static void
test_is_set (void)
{
  g_assert_true (sendoff_rational_is_set (SENDOFF_RATIONAL (1, 25)));
  g_assert_false (sendoff_rational_is_set (SENDOFF_RATIONAL_NONE));
  g_assert_false (sendoff_rational_is_set (SENDOFF_RATIONAL (-1, 25)));
  g_assert_false (sendoff_rational_is_set (SENDOFF_RATIONAL (1, 0)));
}

static void
test_compare (void)
{
  g_assert_cmpint (sendoff_rational_compare (SENDOFF_RATIONAL (30000, 1001), SENDOFF_RATIONAL (30, 1)), <, 0);
  g_assert_cmpint (sendoff_rational_compare (SENDOFF_RATIONAL (1, 2), SENDOFF_RATIONAL (2, 4)), ==, 0);
  g_assert_cmpint (sendoff_rational_compare (SENDOFF_RATIONAL (G_MAXINT64, 1), SENDOFF_RATIONAL (G_MAXINT64 - 1, 1)), >, 0);
}

static void
test_arithmetic (void)
{
  assert_rational (sendoff_rational_multiply (SENDOFF_RATIONAL (30000, 1001), SENDOFF_RATIONAL (1, 2)), 15000, 1001);
  /* Reducing first keeps large factors from overflowing. */
  assert_rational (sendoff_rational_multiply (SENDOFF_RATIONAL (G_MAXINT64, 3), SENDOFF_RATIONAL (3, G_MAXINT64)), 1, 1);
  assert_rational (sendoff_rational_invert (SENDOFF_RATIONAL (30000, 1001)), 1001, 30000);
  assert_rational (sendoff_rational_invert (SENDOFF_RATIONAL_NONE), 0, 1);
  g_assert_cmpfloat (sendoff_rational_to_double (SENDOFF_RATIONAL (1, 4)), ==, 0.25);
  g_assert_cmpfloat (sendoff_rational_to_double (SENDOFF_RATIONAL (1, 0)), ==, 0);
}

static void
test_rescale (void)
{
  static const struct {
    gint64 value;
    SendoffRational from, to;
    gint64 nearest, down, up;
  } cases[] = {
    { 1, { 1001, 30000 }, { 1, 1000000 }, 33367, 33366, 33367 },
    { -1, { 1001, 30000 }, { 1, 1000000 }, -33367, -33367, -33366 },
    { 1, { 1, 2 }, { 1, 1 }, 1, 0, 1 },
    { -1, { 1, 2 }, { 1, 1 }, -1, -1, 0 },
    { 3, { 1, 2 }, { 1, 1 }, 2, 1, 2 },
    { -3, { 1, 2 }, { 1, 1 }, -2, -2, -1 },
    { 90000, { 1, 90000 }, { 1, 48000 }, 48000, 48000, 48000 },
    { 0, { 1, 25 }, { 1, 1000000 }, 0, 0, 0 },
    /* A day in 1/1000000000 s and back is beyond 64 bits on the way. */
    { G_GINT64_CONSTANT (86400000000), { 1, 1000000 }, { 1, 1000000000 }, G_GINT64_CONSTANT (86400000000000),
      G_GINT64_CONSTANT (86400000000000), G_GINT64_CONSTANT (86400000000000) },
    { G_MAXINT64, { 1000, 1 }, { 1, 1 }, G_MAXINT64, G_MAXINT64, G_MAXINT64 },
    { G_MININT64 + 1, { 1000, 1 }, { 1, 1 }, G_MININT64, G_MININT64, G_MININT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (sendoff_rescale (cases[i].value, cases[i].from, cases[i].to, SENDOFF_ROUND_NEAREST), ==,
                       cases[i].nearest);
      g_assert_cmpint (sendoff_rescale (cases[i].value, cases[i].from, cases[i].to, SENDOFF_ROUND_DOWN), ==,
                       cases[i].down);
      g_assert_cmpint (sendoff_rescale (cases[i].value, cases[i].from, cases[i].to, SENDOFF_ROUND_UP), ==, cases[i].up);
    }
}

static void
test_parse (void)
{
  static const struct {
    const char *text;
    gint64 num, den;
  } cases[] = {
    { "25", 25, 1 },         { "30000/1001", 30000, 1001 }, { "16:9", 16, 9 },        { "50/2", 25, 1 },
    { "29.97", 30000, 1001 }, { "23.976", 24000, 1001 },    { "59.94", 60000, 1001 }, { "12.5", 25, 2 },
    { "119.88", 120000, 1001 }, { "47.952", 48000, 1001 },  { "0.5", 1, 2 },
  };
  static const char *const bad[] = { NULL, "", "x", "-5", "0", "1/0", "1/", "/2", "25fps", "1/2/3", "nan", "1e99", " 25" };
  SendoffRational r;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (sendoff_rational_parse (cases[i].text, &r));
      assert_rational (r, cases[i].num, cases[i].den);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sendoff_rational_parse (bad[i], &r));
}

static void
test_to_string (void)
{
  g_autofree char *whole = sendoff_rational_to_string (SENDOFF_RATIONAL (25, 1));
  g_autofree char *fraction = sendoff_rational_to_string (SENDOFF_RATIONAL (30000, 1001));

  g_assert_cmpstr (whole, ==, "25");
  g_assert_cmpstr (fraction, ==, "30000/1001");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/rational/new-reduces", test_new_reduces);
  g_test_add_func ("/base/rational/is-set", test_is_set);
  g_test_add_func ("/base/rational/compare", test_compare);
  g_test_add_func ("/base/rational/arithmetic", test_arithmetic);
  g_test_add_func ("/base/rational/rescale", test_rescale);
  g_test_add_func ("/base/rational/parse", test_parse);
  g_test_add_func ("/base/rational/to-string", test_to_string);
  return g_test_run ();
}
