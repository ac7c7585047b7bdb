#include <math.h>
#include <string.h>

#include "base/sendoff-document.h"
#include "base/sendoff-error.h"

typedef struct
{
  int number;
} Part;

typedef struct
{
  gboolean flag;
  int small;
  gint64 large;
  double real;
  char *text;
  char **words;
  SendoffRational rate;
  int color;
  Part *part;
  GPtrArray *parts;
  GArray *numbers;
  JsonNode *anything;
  char *path;
  char **paths;
} Whole;

SENDOFF_DECLARE_DOC (Part, part)
SENDOFF_DECLARE_DOC (Whole, whole)

static const char *const color_nicks[] = { "red", "green", NULL };

static const SendoffField part_fields[] = {
  SENDOFF_FIELD (Part, number, INT),
  SENDOFF_FIELDS_END,
};

static const SendoffField whole_fields[] = {
  SENDOFF_FIELD (Whole, flag, BOOL),
  SENDOFF_FIELD (Whole, small, INT),
  SENDOFF_FIELD (Whole, large, INT64),
  SENDOFF_FIELD (Whole, real, DOUBLE),
  SENDOFF_FIELD (Whole, text, STRING),
  SENDOFF_FIELD (Whole, words, STRV),
  SENDOFF_FIELD (Whole, rate, RATIONAL),
  SENDOFF_FIELD_NAMES (Whole, color, color_nicks),
  SENDOFF_FIELD_OF (Whole, part, DOC, part_doc_type),
  SENDOFF_FIELD_OF (Whole, parts, DOC_ARRAY, part_doc_type),
  SENDOFF_FIELD (Whole, numbers, INT64_ARRAY),
  SENDOFF_FIELD (Whole, anything, JSON),
  SENDOFF_FIELD (Whole, path, FILENAME),
  SENDOFF_FIELD (Whole, paths, FILENAMES),
  SENDOFF_FIELDS_END,
};

static void
whole_init (gpointer doc)
{
  ((Whole *)doc)->small = 7;
}

SENDOFF_DEFINE_DOC (Part, part, "part", part_fields, NULL)
SENDOFF_DEFINE_DOC (Whole, whole, "whole", whole_fields, whole_init)

#define EMPTY "{\"flag\":false,\"small\":7,\"large\":0,\"real\":0.0,\"color\":\"red\",\"parts\":[]}"
#define FULL                                                                                                 \
  "{\"flag\":true,\"small\":-3,\"large\":9007199254740993,\"real\":0.25,\"text\":\"é "                      \
  "\\\"x\\\"\",\"words\":[\"a\",\"\"],"                                                                      \
  "\"rate\":\"30000/"                                                                                        \
  "1001\",\"color\":\"green\",\"part\":{\"number\":1},\"parts\":[{\"number\":2},{\"number\":3}],"            \
  "\"numbers\":[1,-9007199254740993],\"anything\":{\"k\":[1,null]}}"

static void
test_defaults (void)
{
  g_autoptr (Whole) whole = whole_new ();
  g_autofree char *text = sendoff_doc_to_text (&whole_doc_type, whole);

  g_assert_cmpstr (text, ==, EMPTY);
  g_assert_cmpint (whole->rate.den, ==, 1);
}

/* JSON is UTF-8; the names of files need not be. */
static void
test_file_names_of_any_bytes (void)
{
  g_autoptr (Whole) whole = whole_new ();
  g_autoptr (Whole) again = NULL;
  g_autoptr (Whole) copy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  whole->path = g_strdup ("/caf\xe9");
  whole->paths = g_strsplit ("/a\xff é", " ", -1);
  text = sendoff_doc_to_text (&whole_doc_type, whole);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  again = sendoff_doc_from_text (&whole_doc_type, text, &error);
  g_assert_no_error (error);
  copy = whole_copy (again);
  g_assert_cmpstr (copy->path, ==, "/caf\xe9");
  g_assert_true (g_strv_equal ((const char *const *)copy->paths, (const char *const *)whole->paths));
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Whole) whole = sendoff_doc_from_text (&whole_doc_type, FULL, &error);
  g_autoptr (Whole) copy = NULL;
  g_autofree char *text = NULL, *copied = NULL;

  g_assert_no_error (error);
  text = sendoff_doc_to_text (&whole_doc_type, whole);
  g_assert_cmpstr (text, ==, FULL);
  copy = whole_copy (whole);
  g_clear_pointer (&whole, whole_free); /* a copy owns everything itself */
  copied = sendoff_doc_to_text (&whole_doc_type, copy);
  g_assert_cmpstr (copied, ==, FULL);
}

static void
test_lenient (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Whole) whole = sendoff_doc_from_text (
      &whole_doc_type, "{\"newer\":{},\"small\":null,\"text\":null,\"real\":2}", &error);

  g_assert_no_error (error);
  g_assert_cmpint (whole->small, ==, 7);
  g_assert_cmpfloat (whole->real, ==, 2);
}

static void
test_strangers (void)
{
  static const char *const also[] = { "newer", NULL };
  g_autoptr (JsonNode) node = sendoff_json_parse ("{\"newer\":{},\"real\":2}", -1, NULL);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpstr (sendoff_doc_find_stranger (&whole_doc_type, object, NULL), ==, "newer");
  g_assert_null (sendoff_doc_find_stranger (&whole_doc_type, object, also));
}

static void
test_errors_name_the_member (void)
{
  static const struct
  {
    const char *text;
    const char *member;
  } cases[] = {
    { "{\"flag\":1}", "flag" },
    { "{\"small\":\"1\"}", "small" },
    { "{\"small\":3000000000}", "small" },
    { "{\"large\":true}", "large" },
    { "{\"real\":\"x\"}", "real" },
    { "{\"text\":1}", "text" },
    { "{\"words\":\"a\"}", "words" },
    { "{\"words\":[1]}", "words" },
    { "{\"rate\":25}", "rate" },
    { "{\"rate\":\"fast\"}", "rate" },
    { "{\"color\":\"blue\"}", "color" },
    { "{\"color\":1}", "color" },
    { "{\"part\":[]}", "part" },
    { "{\"part\":{\"number\":{}}}", "number" },
    { "{\"parts\":{}}", "parts" },
    { "{\"parts\":[1]}", "part" },
    { "{\"numbers\":[\"1\"]}", "numbers" },
    { "[]", "whole" },
    { "3", "whole" },
    { "{", "JSON" },
    { "", "JSON" },
    { "\"\xff\"", "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Whole) whole = sendoff_doc_from_text (&whole_doc_type, cases[i].text, &error);

      g_assert_null (whole);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
      g_assert_nonnull (strstr (error->message, cases[i].member));
    }
}

/* JSON has no words for them, and a file with "nan" would not be read again. */
static void
test_numbers_that_are_none (void)
{
  g_autoptr (Whole) whole = whole_new ();
  g_autofree char *text = NULL;

  whole->real = NAN;
  text = sendoff_doc_to_text (&whole_doc_type, whole);
  g_assert_cmpstr (text, ==, EMPTY);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/document/defaults", test_defaults);
  g_test_add_func ("/base/document/round-trip", test_round_trip);
  g_test_add_func ("/base/document/lenient", test_lenient);
  g_test_add_func ("/base/document/strangers", test_strangers);
  g_test_add_func ("/base/document/errors-name-the-member", test_errors_name_the_member);
  g_test_add_func ("/base/document/numbers-that-are-none", test_numbers_that_are_none);
  g_test_add_func ("/base/document/file-names-of-any-bytes", test_file_names_of_any_bytes);
  return g_test_run ();
}
