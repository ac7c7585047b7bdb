/* What happens when a size is too small for what was chosen. */
#include <math.h>
#include <string.h>

#include "planner-fixtures.h"

static const SendoffOutputPlan *
get_only (const SendoffPlan *plan)
{
  return sendoff_plan_get_output (plan, 0);
}

/* "codec+ resolution-": the steps in their order, + applied, - proposed. */
static char *
describe_steps (const SendoffPlan *plan)
{
  const SendoffOptimizePlan *optimize = get_only (plan)->optimize;
  GString *text = g_string_new (NULL);

  for (guint i = 0; optimize != NULL && i < optimize->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (optimize->steps, i);

      g_string_append_printf (text, "%s%s%c", i > 0 ? " " : "", step->strategy, step->applied ? '+' : '-');
    }
  return g_string_free (text, FALSE);
}

static char *
describe_picture (const SendoffPlan *plan)
{
  const SendoffVideoPlan *video = get_only (plan)->video;

  return g_strdup_printf ("%s %dx%d@%.4g", video->codec, video->width, video->height,
                          sendoff_rational_to_double (video->nominal_frame_rate));
}

static const SendoffIssue *
find_issue (const SendoffPlan *plan, const char *code)
{
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (g_str_equal (issue->code, code))
        return issue;
    }
  return NULL;
}

typedef struct
{
  const char *source, *output, *steps, *picture;
} Case;

static const Case cases[] = {
  /* each step in turn, as the size becomes smaller */
  { "landscape", "target-size=25MB", "", "h264 1920x1080@29.97" },
  { "landscape", "target-size=2800kB,codec=h264", "lower_bitrate+", "h264 1920x1080@29.97" },
  { "landscape", "target-size=2600kB", "codec+", "h265 1920x1080@29.97" },
  { "landscape", "target-size=2100kB", "codec+ lower_bitrate+", "h265 1920x1080@29.97" },
  { "landscape", "target-size=1500kB", "codec+ resolution+", "h265 1280x720@29.97" },
  { "landscape", "target-size=600kB", "codec+ resolution+", "h265 1280x720@29.97" },
  { "uhd60", "end=20,target-size=5MB", "codec+ resolution+", "h265 2560x1440@60" },
  { "uhd60", "end=20,target-size=3MB", "codec+ lower_bitrate+ resolution+ frame_rate+", "h265 2560x1440@30" },
  { "uhd60", "end=20,target-size=1500kB,resolution=720p,codec=h265", "frame_rate+", "h265 1280x720@30" },
  { "landscape", "target-size=1MB,codec=h265,resolution=720p", "lower_bitrate+ audio+", "h265 1280x720@29.97" },

  /* what platforms take, and what was asked for by name */
  { "portrait", "platform=tiktok,target-size=2MB", "resolution+", "h264 720x1280@30" },
  { "landscape", "target-size=1200kB,codec=h264", "resolution+ audio+ codec-", "h264 1280x720@29.97" },
  { "landscape", "target-size=2400kB,codec=h264,resolution=1080p", "audio+ codec-", "h264 1920x1080@29.97" },
  { "landscape", "target-size=1500kB,codec=vp9", "resolution+", "vp9 1280x720@29.97" },
  { "landscape", "target-size=1500kB,container=webm", "codec+ resolution+", "av1 1280x720@29.97" },
  { "landscape", "max-size=2000kB,crf=23", "lower_bitrate+ resolution+", "h264 1280x720@29.97" },

  /* only proposed */
  { "landscape", "target-size=1500kB,auto-optimize=propose", "codec- resolution-", "h264 1920x1080@29.97" },
  { "landscape", "target-size=600kB,auto-optimize=propose", "codec- resolution-", "h264 1920x1080@29.97" },
  { "landscape", "target-size=3100kB,auto-optimize=propose", "codec-", "h264 1920x1080@29.97" },
  { "uhd60", "platform=discord,end=60", "resolution-", "h264 3840x2160@60" },
  { "uhd60", "platform=discord,end=60,auto-optimize=apply", "resolution+", "h264 2560x1440@60" },
  { "uhd60", "platform=discord,end=60,max-size=20MB", "lower_bitrate+ resolution+", "h264 2560x1440@60" },

  /* shapes */
  { "wide", "target-size=2MB", "codec+ lower_bitrate+ resolution+ audio+", "h265 2560x1072@23.98" },
  { "square", "target-size=400kB", "codec+ resolution+", "h265 480x480@29.97" },
  { "landscape", "target-size=900kB,fit=crop,resolution=source", "codec+ audio+ resolution-",
    "h265 1920x1080@29.97" },
  { "landscape", "target-size=900kB,fit=crop", "codec+ resolution+ audio+", "h265 1280x720@29.97" },
  { "portrait", "target-size=900kB", "codec+ resolution+ audio+", "h265 720x1280@30" },

  /* there is nothing to be done */
  { "landscape", "codec=none,target-size=300kB", "", NULL },
  { "headers-only", "target-size=300kB", "", "h264 1920x1080@29.97" },
};

static void
test_steps (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan (test->source, test->output);
  g_autofree char *steps = describe_steps (plan);
  g_autofree char *picture = test->picture != NULL ? describe_picture (plan) : NULL;

  g_assert_cmpstr (steps, ==, test->steps);
  g_assert_cmpstr (picture, ==, test->picture);
}

/* Each step says what it does, and the last one says what the picture gets in the end. */
static void
test_effects_are_told (void)
{
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("uhd60", "end=20,target-size=3MB");
  const SendoffOptimizePlan *optimize = get_only (plan)->optimize;
  gint64 before = optimize->acceptable_size_bytes;
  double share = optimize->bits_share;

  g_assert_cmpfloat (share, <, 1);
  for (guint i = 0; i < optimize->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (optimize->steps, i);
      g_autofree char *code = g_strdelimit (g_strdup_printf ("optimized-%s", step->strategy), "_", '-');
      const SendoffIssue *issue = find_issue (plan, code);

      if (step->settings->len == 0) /* fewer bits are accepted, nothing is changed */
        continue;
      g_assert_cmpint (step->acceptable_size_bytes, <, before);
      g_assert_cmpfloat (step->bits_share, >, share);
      g_assert_nonnull (step->savings);
      g_assert_nonnull (step->quality_impact);
      g_assert_nonnull (issue);
      g_assert_cmpint (issue->severity, ==, SENDOFF_SEVERITY_WARNING);
      g_assert_nonnull (strstr (issue->message, "3.0\302\240MB"));
      before = step->acceptable_size_bytes;
      share = step->bits_share;
    }
  g_assert_cmpfloat (share, >=, 0.8);
}

/* Whoever asks for what is recommended gets the same, and no more is changed. */
static void
test_recommended_settings_are_the_same_plan (void)
{
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("uhd60", "end=20,target-size=3MB");
  g_autoptr (SendoffOutputSettings) recommended = sendoff_output_plan_dup_recommended (get_only (plan));
  g_autofree char *output
      = g_strdup_printf ("end=20,target-size=3MB,codec=%s,resolution=%s,fps=%s",
                         sendoff_output_settings_get_string (recommended, SENDOFF_SETTING_CODEC),
                         sendoff_output_settings_get_string (recommended, SENDOFF_SETTING_RESOLUTION),
                         sendoff_output_settings_get_string (recommended, SENDOFF_SETTING_FPS));
  g_autoptr (SendoffPlan) again = planner_fixtures_make_plan ("uhd60", output);
  g_autofree char *one = sendoff_doc_to_text (&sendoff_video_plan_doc_type, get_only (plan)->video);
  g_autofree char *steps = describe_steps (again);
  g_autofree char *other = sendoff_doc_to_text (&sendoff_video_plan_doc_type, get_only (again)->video);

  g_assert_cmpstr (one, ==, other);
  g_assert_cmpstr (steps, ==, "lower_bitrate+");
}

static void
test_nothing_is_enlarged (void)
{
  static const char *const sources[] = { "landscape", "uhd60", "portrait",  "square", "wide", "fps15",
                                         "screen",    "phone", "fourthree", "odd",    "tiny" };
  static const char *const outputs[] = { "", ",resolution=1080p", ",platform=tiktok", ",platform=instagram" };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    for (guint j = 0; j < G_N_ELEMENTS (outputs); j++)
      for (int kb = 50; kb < 50000; kb *= 3)
        {
          g_autofree char *chosen
              = g_strdup_printf ("end=10,target-size=%dkB%s,auto-optimize=propose", kb, outputs[j]);
          g_autofree char *changed
              = g_strdup_printf ("end=10,target-size=%dkB%s,auto-optimize=apply", kb, outputs[j]);
          g_autoptr (SendoffPlan) before = planner_fixtures_make_plan (sources[i], chosen);
          g_autoptr (SendoffPlan) after = planner_fixtures_make_plan (sources[i], changed);
          const SendoffVideoPlan *old = get_only (before)->video, *new = get_only (after)->video;

          g_assert_cmpint (new->width, <=, old->width);
          g_assert_cmpint (new->height, <=, old->height);
          g_assert_cmpint (old->width > old->height, ==, new->width > new->height);
          g_assert_cmpfloat (fabs ((double)new->width / new->height / old->width * old->height - 1), <, 0.02);
        }
}

/* A larger size never changes more. */
static void
test_more_room_changes_less (void)
{
  int last = G_MAXINT;

  for (double kb = 400; kb < 40000; kb *= 1.1)
    {
      g_autofree char *output = g_strdup_printf ("end=20,target-size=%dkB", (int)kb);
      g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("uhd60", output);
      const SendoffVideoPlan *video = get_only (plan)->video;
      int changes = (video->width < 3840) + !g_str_equal (video->codec, "h264")
                    + (sendoff_rational_to_double (video->nominal_frame_rate) < 59);

      g_assert_cmpint (changes, <=, last);
      last = changes;
    }
  g_assert_cmpint (last, ==, 0);
}

static void
test_standard_range_stays (void)
{
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("hdr10", "target-size=1MB");
  g_autofree char *picture = describe_picture (plan);

  g_assert_true (g_str_has_prefix (picture, "h265"));
  g_assert_cmpstr (get_only (plan)->video->color->transfer, ==, "bt709");
  g_assert_nonnull (get_only (plan)->video->tone_map);
}

static void
test_impossible_names_the_smallest (void)
{
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("landscape", "target-size=50kB");
  g_autoptr (SendoffPlan) as_chosen
      = planner_fixtures_make_plan ("landscape", "target-size=50kB,codec=h264,resolution=1080p");
  const SendoffIssue *issue = find_issue (plan, "size-too-small"),
                     *other = find_issue (as_chosen, "size-too-small");

  g_assert_true (sendoff_plan_has_errors (plan));
  g_assert_nonnull (issue);
  g_assert_nonnull (strstr (issue->message, "smallest possible size is about 3"));
  g_assert_nonnull (other);
  g_assert_cmpstr (issue->message, !=, other->message);
  g_assert_null (find_issue (plan, "optimized-codec"));
  g_assert_null (find_issue (plan, "quality-low"));
}

/* What cannot be done as it was chosen can be done with what is proposed, and is done where that is applied.
 */
static void
test_impossible_becomes_possible (void)
{
  g_autoptr (SendoffPlan) proposed
      = planner_fixtures_make_plan ("landscape", "target-size=400kB,auto-optimize=propose");
  g_autoptr (SendoffPlan) applied = planner_fixtures_make_plan ("landscape", "target-size=400kB");

  g_assert_nonnull (find_issue (proposed, "size-too-small"));
  g_assert_nonnull (find_issue (proposed, "quality-below-floor"));
  g_assert_false (sendoff_plan_has_errors (applied));
  g_assert_nonnull (find_issue (applied, "quality-low"));
}

static void
test_without_a_size (void)
{
  g_autoptr (SendoffPlan) apply = planner_fixtures_make_plan ("landscape", "auto-optimize=apply");
  g_autoptr (SendoffPlan) propose = planner_fixtures_make_plan ("landscape", "auto-optimize=propose");

  g_assert_nonnull (find_issue (apply, "no-effect"));
  g_assert_null (find_issue (propose, "no-effect"));
}

/* No encoder, no step. */
static void
test_machine_without_encoder (void)
{
  g_autoptr (SendoffMediaInfo) source = planner_fixtures_read_source ("landscape");
  g_autoptr (SendoffRequest) request = planner_fixtures_make_request ("target-size=2600kB");
  g_autoptr (SendoffMachine) machine = planner_fixtures_make_machine ();
  g_autoptr (SendoffCatalog) catalog = sendoff_catalog_new (NULL);
  g_autoptr (SendoffPlan) plan = NULL;
  g_autofree char *picture = NULL;

  g_strfreev (machine->encoders);
  machine->encoders = g_strsplit ("libx264 libvpx-vp9 aac", " ", -1);
  plan = sendoff_planner_plan (source, request, catalog, machine);
  picture = describe_picture (plan);
  g_assert_cmpstr (picture, ==, "vp9 1920x1080@29.97");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/model/optimize/%s/%s", cases[i].source, cases[i].output);

      g_test_add_data_func (path, &cases[i], test_steps);
    }
  g_test_add_func ("/model/optimize/effects-are-told", test_effects_are_told);
  g_test_add_func ("/model/optimize/recommended-settings", test_recommended_settings_are_the_same_plan);
  g_test_add_func ("/model/optimize/nothing-is-enlarged", test_nothing_is_enlarged);
  g_test_add_func ("/model/optimize/more-room-changes-less", test_more_room_changes_less);
  g_test_add_func ("/model/optimize/standard-range-stays", test_standard_range_stays);
  g_test_add_func ("/model/optimize/impossible", test_impossible_names_the_smallest);
  g_test_add_func ("/model/optimize/impossible-becomes-possible", test_impossible_becomes_possible);
  g_test_add_func ("/model/optimize/without-a-size", test_without_a_size);
  g_test_add_func ("/model/optimize/machine-without-encoder", test_machine_without_encoder);
  return g_test_run ();
}
