#include <string.h>

#include "base/sendoff-bytes.h"

static void
test_round_trip (void)
{
  static const char *const names[] = {
    "",
    "plain.mp4",
    "Grüße 休日 🎬.mp4",
    "caf\xe9 \xff.mp4",
    "cut \xe4\xbc",                 /* the beginning of a character */
    "\x80\xbf",
    "\xc0\xaf",                     /* an overlong slash */
    "\xed\xb2\x80",                 /* a surrogate */
    "icon \xee\xbe\x80 \xee\xbf\xbf", /* characters that the escapes use */
    "\xee\xbd\xbf \xef\x80\x80",     /* their neighbours */
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *escaped = sendoff_bytes_escape (names[i]);
      g_autofree char *again = sendoff_bytes_unescape (escaped);

      g_assert_true (g_utf8_validate (escaped, -1, NULL));
      g_assert_null (strchr (escaped, '/'));
      g_assert_cmpstr (again, ==, names[i]);
    }
}

static void
test_ordinary_names_stay (void)
{
  g_autofree char *escaped = sendoff_bytes_escape ("Grüße 休日 🎬.mp4");
  g_autofree char *raw = sendoff_bytes_escape ("\xe9");

  g_assert_cmpstr (escaped, ==, "Grüße 休日 🎬.mp4");
  g_assert_cmpstr (raw, ==, "\xee\xbf\xa9"); /* U+EFE9 */
}

static void
test_display (void)
{
  g_autofree char *escaped = sendoff_bytes_escape ("caf\xe9.mp4");
  g_autofree char *display = sendoff_bytes_dup_display (escaped);
  g_autofree char *nothing = sendoff_bytes_dup_display (NULL);

  g_assert_cmpstr (display, ==, "caf\xef\xbf\xbd.mp4");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bytes/round-trip", test_round_trip);
  g_test_add_func ("/base/bytes/ordinary-names-stay", test_ordinary_names_stay);
  g_test_add_func ("/base/bytes/display", test_display);
  return g_test_run ();
}
