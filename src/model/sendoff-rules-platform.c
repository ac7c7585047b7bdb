/* SPEC's rule 2: the output is what the platform takes.
 *
 * One table of checks over each of a platform's dated rules. A rule that is advisory (a newer page than the user's own
 * table) warns with both figures; the others refuse.
 */
#include "base/sendoff-i18n.h"
#include "model/sendoff-rules.h"

#include <string.h>

#include "base/sendoff-units.h"

typedef struct {
  const char *field;
  const char *code;
  SendoffSeverity severity; /* of a rule that is not advisory */
  char *(*describe) (const SendoffPlatformRule *rule); /* what is taken; NULL: not limited */
  gboolean (*violates) (const SendoffPlanning *self, const SendoffPlatformRule *rule);
} PlatformCheck;

static char *
describe_list (char **list, const char *what)
{
  g_autofree char *joined = list != NULL ? g_strjoinv (", ", list) : NULL;

  return joined != NULL ? g_strdup_printf ("%s %s", what, joined) : NULL;
}

static gboolean
is_missing (char **list, const char *item)
{
  return list != NULL && item != NULL && !g_strv_contains ((const char *const *)list, item);
}

static char *
describe_containers (const SendoffPlatformRule *rule)
{
  return describe_list (rule->containers, _ ("only the containers"));
}

static gboolean
violates_containers (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return is_missing (rule->containers, self->output->container);
}

static char *
describe_video_codecs (const SendoffPlatformRule *rule)
{
  return describe_list (rule->video_codecs, _ ("only the video codecs"));
}

static gboolean
violates_video_codecs (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->video != NULL && is_missing (rule->video_codecs, self->output->video->codec);
}

static char *
describe_audio_codecs (const SendoffPlatformRule *rule)
{
  return describe_list (rule->audio_codecs, _ ("only the audio codecs"));
}

static gboolean
violates_audio_codecs (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->audio != NULL && is_missing (rule->audio_codecs, self->output->audio->codec);
}

static char *
describe_profiles (const SendoffPlatformRule *rule)
{
  return describe_list (rule->profiles, _ ("only the profiles"));
}

static gboolean
violates_profiles (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->video != NULL && g_str_equal (self->output->video->codec, "h264")
         && is_missing (rule->profiles, self->output->video->profile);
}

static char *
describe_pixel_formats (const SendoffPlatformRule *rule)
{
  return describe_list (rule->pixel_formats, _ ("only the pixel formats"));
}

static gboolean
violates_pixel_formats (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->video != NULL && is_missing (rule->pixel_formats, self->output->video->pixel_format);
}

static char *
describe_max_duration (const SendoffPlatformRule *rule)
{
  g_autofree char *duration = sendoff_format_duration ((gint64)(rule->max_duration_seconds * 1e6));

  return rule->max_duration_seconds > 0 ? g_strdup_printf (_ ("videos of at most %s"), duration) : NULL;
}

static gboolean
violates_max_duration (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return rule->max_duration_seconds > 0 && (double)self->output->duration_us > rule->max_duration_seconds * 1e6;
}

static char *
describe_min_duration (const SendoffPlatformRule *rule)
{
  return rule->min_duration_seconds > 0 ? g_strdup_printf (_ ("videos of at least %g seconds"), rule->min_duration_seconds)
                                        : NULL;
}

static gboolean
violates_min_duration (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->duration_us > 0 && (double)self->output->duration_us < rule->min_duration_seconds * 1e6;
}

static char *
describe_aspect (const SendoffPlatformRule *rule)
{
  return rule->min_aspect > 0 || rule->max_aspect > 0
           ? g_strdup_printf (_ ("pictures whose width is %.3g to %.3g times their height"), rule->min_aspect,
                              rule->max_aspect)
           : NULL;
}

static gboolean
violates_aspect (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  const SendoffVideoPlan *video = self->output->video;
  double aspect = video != NULL ? (double)video->width / video->height : 0;

  /* Two per cent are what rounding to whole pixels can do. */
  return video != NULL
         && ((rule->min_aspect > 0 && aspect < rule->min_aspect * 0.98)
             || (rule->max_aspect > 0 && aspect > rule->max_aspect * 1.02));
}

/* At least @least, at most @most, either of them 0 for no limit. */
static char *
describe_interval (const char *what, double least, double most, const char *unit)
{
  if (least > 0 && most > 0)
    return g_strdup_printf ("%s of %g to %g %s", what, least, most, unit);
  if (least > 0)
    return g_strdup_printf ("%s of at least %g %s", what, least, unit);
  return most > 0 ? g_strdup_printf ("%s of at most %g %s", what, most, unit) : NULL;
}

static char *
describe_frame_rate (const SendoffPlatformRule *rule)
{
  return describe_interval ("videos", rule->min_frame_rate, rule->max_frame_rate, "frames a second");
}

static gboolean
violates_frame_rate (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  double rate = self->output->video != NULL ? sendoff_rational_to_double (self->output->video->nominal_frame_rate) : 0;

  return rate > 0
         && ((rule->max_frame_rate > 0 && rate > rule->max_frame_rate + 0.01) || rate < rule->min_frame_rate - 0.05);
}

static char *
describe_size (const SendoffPlatformRule *rule)
{
  const struct {
    const char *what;
    double least, most;
  } limits[] = {
    { "pictures with a width", rule->min_width, rule->max_width },
    { "pictures with a height", rule->min_height, rule->max_height },
    { "pictures with a longer side", 0, rule->max_long_side },
    { "pictures with a shorter side", 0, rule->max_short_side },
    { "pictures", 0, (double)rule->max_pixels },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *part = describe_interval (limits[i].what, limits[i].least, limits[i].most, "pixels");

      if (part != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " and " : "", part);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
exceeds (gint64 value, gint64 limit)
{
  return limit > 0 && value > limit;
}

static gboolean
violates_size (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  const SendoffVideoPlan *video = self->output->video;

  return video != NULL
         && (exceeds (video->width, rule->max_width) || exceeds (video->height, rule->max_height)
             || exceeds (MAX (video->width, video->height), rule->max_long_side)
             || exceeds (MIN (video->width, video->height), rule->max_short_side)
             || exceeds ((gint64)video->width * video->height, rule->max_pixels)
             || video->width + 1 < rule->min_width || video->height + 1 < rule->min_height);
}

static char *
describe_frames (const SendoffPlatformRule *rule)
{
  return describe_interval ("videos", 0, (double)rule->max_frames, "frames");
}

static gboolean
violates_frames (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return self->output->video != NULL && exceeds (self->output->video->expected_frames, rule->max_frames);
}

static char *
describe_file_size (const SendoffPlatformRule *rule)
{
  g_autofree char *size = sendoff_format_size (rule->max_size_bytes);

  return rule->max_size_bytes > 0 ? g_strdup_printf (_ ("files of at most %s"), size) : NULL;
}

static gboolean
may_not_fit (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return exceeds (self->output->estimated_high_bytes, rule->max_size_bytes)
         && self->output->estimated_low_bytes <= rule->max_size_bytes;
}

static gboolean
will_not_fit (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  return exceeds (self->output->estimated_low_bytes, rule->max_size_bytes);
}

static const PlatformCheck checks[] = {
  { "container", "container-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_containers, violates_containers },
  { "codec", "codec-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_video_codecs, violates_video_codecs },
  { "audio_codec", "audio-codec-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_audio_codecs, violates_audio_codecs },
  { "profile", "profile-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_profiles, violates_profiles },
  { "codec", "pixel-format-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_pixel_formats, violates_pixel_formats },
  { "end", "too-long", SENDOFF_SEVERITY_ERROR, describe_max_duration, violates_max_duration },
  { "end", "too-short", SENDOFF_SEVERITY_ERROR, describe_min_duration, violates_min_duration },
  { "resolution", "aspect-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_aspect, violates_aspect },
  { "resolution", "size-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_size, violates_size },
  { "fps", "frame-rate-not-on-platform", SENDOFF_SEVERITY_ERROR, describe_frame_rate, violates_frame_rate },
  { "fps", "too-many-frames", SENDOFF_SEVERITY_ERROR, describe_frames, violates_frames },
  { "quality", "will-not-fit", SENDOFF_SEVERITY_WARNING, describe_file_size, will_not_fit },
  { "quality", "may-not-fit", SENDOFF_SEVERITY_WARNING, describe_file_size, may_not_fit },
};

/* The figure of the rule that refuses, to show beside an advisory one. */
static const SendoffPlatformRule *
find_firm_rule (const SendoffPlatform *platform, const PlatformCheck *check)
{
  for (guint i = 0; i < platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, i);
      g_autofree char *text = check->describe (rule);

      if (!rule->advisory && text != NULL)
        return rule;
    }
  return NULL;
}

static char *
describe_advice (const SendoffPlatform *platform, const PlatformCheck *check, const SendoffPlatformRule *rule)
{
  const SendoffPlatformRule *firm = find_firm_rule (platform, check);
  g_autofree char *advised = check->describe (rule);
  g_autofree char *used = firm != NULL ? check->describe (firm) : NULL;

  if (used == NULL)
    return g_strdup_printf (_ ("%s may take %s (%s, %s)."), _ (platform->name), advised, rule->source, rule->as_of);
  return g_strdup_printf (_ ("%s may take %s (%s, %s); Sendoff goes by %s (%s, %s)."), _ (platform->name), advised,
                          rule->source, rule->as_of, used, firm->source, firm->as_of);
}

static char *
describe_refusal (const SendoffPlatform *platform, const PlatformCheck *check, const SendoffPlatformRule *rule)
{
  g_autofree char *taken = check->describe (rule);

  return g_strdup_printf (_ ("%s takes %s (%s, %s)."), _ (platform->name), taken, rule->source, rule->as_of);
}

/* A newer page that takes what this rule refuses leaves the choice to whoever asks for it. */
static const SendoffPlatformRule *
find_permission (const SendoffPlanning *self, const PlatformCheck *check, const SendoffPlatformRule *refusing)
{
  for (guint i = 0; i < self->platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (self->platform->rules, i);
      g_autofree char *text = rule->advisory && !refusing->advisory ? check->describe (rule) : NULL;

      if (text != NULL && !check->violates (self, rule))
        return rule;
    }
  return NULL;
}

static char *
describe_choice (const SendoffPlatform *platform,
                 const PlatformCheck *check,
                 const SendoffPlatformRule *refusing,
                 const SendoffPlatformRule *permitting)
{
  g_autofree char *refused = check->describe (refusing);
  g_autofree char *permitted = check->describe (permitting);

  return g_strdup_printf (_ ("%s takes %s (%s, %s) or %s (%s, %s); check which holds for you."), _ (platform->name), refused,
                          refusing->source, refusing->as_of, permitted, permitting->source, permitting->as_of);
}

static void
check_rule (const SendoffPlanning *self, const SendoffPlatformRule *rule)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      const PlatformCheck *check = &checks[i];
      const SendoffPlatformRule *permission;
      g_autofree char *message = NULL;

      if (!check->violates (self, rule))
        continue;
      permission = find_permission (self, check, rule);
      if (permission != NULL)
        message = describe_choice (self->platform, check, rule, permission);
      else
        message = rule->advisory ? describe_advice (self->platform, check, rule)
                                 : describe_refusal (self->platform, check, rule);
      sendoff_issues_add (self->issues,
                          rule->advisory || permission != NULL ? SENDOFF_SEVERITY_WARNING : check->severity,
                          self->index, check->field, check->code, "%s", message);
    }
}

/** sendoff_rules_check_platform: every check against every rule of the output's platform, if it has one. */
void
sendoff_rules_check_platform (const SendoffPlanning *planning)
{
  for (guint i = 0; planning->platform != NULL && i < planning->platform->rules->len; i++)
    check_rule (planning, g_ptr_array_index (planning->platform->rules, i));
}
