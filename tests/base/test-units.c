#include "base/sendoff-units.h"

typedef gboolean (*Parse) (const char *text, gint64 *out);

typedef struct {
  const char *text;
  gint64 value; /* -1: refused */
} Case;

static void
check (Parse parse, const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      gint64 value = -1;
      gboolean parsed = parse (cases[i].text, &value);

      g_test_message ("“%s”", cases[i].text != NULL ? cases[i].text : "(null)");
      g_assert_cmpint (parsed, ==, cases[i].value >= 0);
      if (parsed)
        g_assert_cmpint (value, ==, cases[i].value);
    }
}

static void
test_times (void)
{
  static const Case cases[] = {
    { "0", 0 },           { "12.5", 12500000 },       { "90s", 90000000 },     { ".5", 500000 },   { "1:02", 62000000 },
    { "1:02.5", 62500000 }, { "1:02:03.25", 3723250000 }, { "90:00", 5400000000 }, { "0.000001", 1 }, { "100", 100000000 },
    { NULL, -1 },         { "", -1 },                 { "-1", -1 },            { "1:60", -1 },     { "1:2:3:4", -1 },
    { "1:60:00", -1 },    { "abc", -1 },              { "12x", -1 },           { "1:", -1 },       { ":5", -1 },
    { "inf", -1 },        { "1e30", -1 },             { "1:02s", -1 },
  };

  check (sendoff_parse_time, cases, G_N_ELEMENTS (cases));
}

static void
test_sizes (void)
{
  static const Case cases[] = {
    { "25MB", 25000000 }, { "25MiB", 26214400 }, { "25 mb", 25000000 }, { "1.5G", 1500000000 },  { "1GiB", 1073741824 },
    { "512", 512 },       { "10k", 10000 },      { "4KiB", 4096 },      { "1TB", 1000000000000 }, { "0", 0 },
    { NULL, -1 },         { "", -1 },            { "MB", -1 },          { "-5MB", -1 },           { "5 lbs", -1 },
    { "99999999999TB", -1 },
  };

  check (sendoff_parse_size, cases, G_N_ELEMENTS (cases));
}

static void
test_bitrates (void)
{
  static const Case cases[] = {
    { "6M", 6000000 },     { "192k", 192000 }, { "192000", 192000 }, { "6 Mbit/s", 6000000 }, { "0.5Mbps", 500000 },
    { "128kbit/s", 128000 }, { "1g", 1000000000 }, { "6MiB", -1 },   { "fast", -1 },          { NULL, -1 },
  };

  check (sendoff_parse_bitrate, cases, G_N_ELEMENTS (cases));
}

static void
test_format (void)
{
  static const struct {
    gint64 us;
    const char *duration;
    const char *timestamp;
  } cases[] = {
    { 0, "0:00", "0:00:00.000" },
    { 7400000, "0:07", "0:00:07.400" },
    { 59600000, "1:00", "0:00:59.600" },
    { 252000000, "4:12", "0:04:12.000" },
    { G_GINT64_CONSTANT (3723456000), "1:02:03", "1:02:03.456" },
  };
  g_autofree char *fast = sendoff_format_bitrate (6200000);
  g_autofree char *slow = sendoff_format_bitrate (192000);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *duration = sendoff_format_duration (cases[i].us);
      g_autofree char *timestamp = sendoff_format_timestamp (cases[i].us);

      g_assert_cmpstr (duration, ==, cases[i].duration);
      g_assert_cmpstr (timestamp, ==, cases[i].timestamp);
    }
  g_assert_cmpstr (fast, ==, "6.2 Mbit/s");
  g_assert_cmpstr (slow, ==, "192 kbit/s");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/units/times", test_times);
  g_test_add_func ("/base/units/sizes", test_sizes);
  g_test_add_func ("/base/units/bitrates", test_bitrates);
  g_test_add_func ("/base/units/format", test_format);
  return g_test_run ();
}
