#include <string.h>

#include "base/sendoff-error.h"
#include "model/sendoff-naming.h"

static const SendoffNameFields fields = {
  .name = "Mañana", .platform = "YouTube", .resolution = "1080p", .codec = "h264", .quality = "high",
  .date = "2026-11-22", .timestamp = 1795000000,
};

static void
test_variables (void)
{
  static const struct {
    const char *pattern;
    const char *name;
  } cases[] = {
    { "{name} - {platform}", "Mañana - YouTube" },
    { "{resolution}_{codec}_{quality}", "1080p_h264_high" },
    { "{date} {timestamp}", "2026-11-22 1795000000" },
    { "plain", "plain" },
    { "{name", "{name" },
    { "name}", "name}" },
    { "{name}{name}", "MañanaMañana" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = sendoff_naming_expand (cases[i].pattern, &fields, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_errors (void)
{
  static const char *const patterns[] = { "{nme}", "{}", "{name} {Platform}", "", "   ", "..." };

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = sendoff_naming_expand (patterns[i], &fields, &error);

      g_assert_null (name);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE);
    }
}

/* Neither a pattern nor a hostile source name leaves the folder or hides the file. */
static void
test_stays_in_folder (void)
{
  static const struct {
    const char *source;
    const char *name;
  } cases[] = {
    { "../../etc/passwd", "-..-etc-passwd" },
    { "/abs", "-abs" },
    { "..", NULL },
    { ".hidden", "hidden" },
    { "a\nb\tc\x7f", "a-b-c-" },
    { "a\\b", "a-b" },
    { "trailing. . ", "trailing" },
    { "bad\xff\xfeutf8", "bad\xee\xbf\xbf\xee\xbf\xbeutf8" }, /* U+EFFF and U+EFFE stand for the bytes */
    { "AC/DC {name}", "AC-DC {name}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SendoffNameFields hostile = { .name = cases[i].source };
      g_autofree char *name = sendoff_naming_expand ("{name}", &hostile, NULL);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_length (void)
{
  g_autofree char *long_name = g_strnfill (400, 'x');
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autofree char *joined = sendoff_naming_join (long_name, " (short)", "mp4");
  g_autofree char *numbered = sendoff_naming_add_number (joined, 12);
  g_autofree char *wide_joined = NULL;

  g_assert_cmpuint (strlen (joined), ==, 255);
  g_assert_true (g_str_has_suffix (joined, "x (short).mp4"));
  g_assert_cmpuint (strlen (numbered), ==, 255);
  g_assert_true (g_str_has_suffix (numbered, " (12).mp4"));

  for (guint i = 0; i < 200; i++)
    g_string_append (wide, "é");
  wide_joined = sendoff_naming_join (wide->str, NULL, "mp4");
  g_assert_true (g_utf8_validate (wide_joined, -1, NULL));
  g_assert_cmpuint (strlen (wide_joined), ==, 254); /* half a character is none */
}

static void
test_join (void)
{
  g_autofree char *plain = sendoff_naming_join ("clip", NULL, "mp4");
  g_autofree char *suffixed = sendoff_naming_join ("clip", "-a/b", "webm");

  g_assert_cmpstr (plain, ==, "clip.mp4");
  g_assert_cmpstr (suffixed, ==, "clip-a-b.webm");
}

static void
test_numbers (void)
{
  g_autofree char *a = sendoff_naming_add_number ("clip.mp4", 2);
  g_autofree char *b = sendoff_naming_add_number ("clip", 3);
  g_autofree char *c = sendoff_naming_add_number ("v1.2 clip.tar.gz", 4);

  g_assert_cmpstr (a, ==, "clip (2).mp4");
  g_assert_cmpstr (b, ==, "clip (3)");
  g_assert_cmpstr (c, ==, "v1.2 clip.tar (4).gz");
}

static void
test_strip_extension (void)
{
  static const struct {
    const char *file_name;
    const char *name;
  } cases[] = {
    { "clip.mp4", "clip" }, { "a.b.mov", "a.b" },         { "version 1.2", "version 1.2" }, { ".mp4", ".mp4" },
    { "clip", "clip" },     { "what.is this", "what.is this" }, { "x.", "x." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = sendoff_naming_strip_extension (cases[i].file_name);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/naming/variables", test_variables);
  g_test_add_func ("/model/naming/errors", test_errors);
  g_test_add_func ("/model/naming/stays-in-folder", test_stays_in_folder);
  g_test_add_func ("/model/naming/length", test_length);
  g_test_add_func ("/model/naming/join", test_join);
  g_test_add_func ("/model/naming/numbers", test_numbers);
  g_test_add_func ("/model/naming/strip-extension", test_strip_extension);
  return g_test_run ();
}
