#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "media/sendoff-ffmpeg.h"
#include "media/sendoff-roles.h"

/* Libraries whose version shows in the bytes of an export, beside FFmpeg's own. */
static const char *const codec_libraries[]
    = { "libx264",    "libx265",   "libvpx",       "libSvtAv1Enc", "libaom",  "libdav1d",   "libopus",
        "libmp3lame", "libvorbis", "libvorbisenc", "libtheora",    "libzimg", "libfdk-aac", NULL };

/* Hardware codecs exist in the list of every build, whether there is such hardware or not, and their bytes
 * depend on the machine. */
static GStrv
list_codecs (gboolean encoders)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const AVCodec *codec;
  void *iterator = NULL;

  while ((codec = av_codec_iterate (&iterator)) != NULL)
    {
      gboolean wanted = encoders ? av_codec_is_encoder (codec) : av_codec_is_decoder (codec);

      if (wanted && (codec->capabilities & AV_CODEC_CAP_HARDWARE) == 0)
        g_strv_builder_add (builder, codec->name);
    }
  return g_strv_builder_end (builder);
}

static GStrv
list_filters (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const AVFilter *filter;
  void *iterator = NULL;

  while ((filter = av_filter_iterate (&iterator)) != NULL)
    g_strv_builder_add (builder, filter->name);
  return g_strv_builder_end (builder);
}

static GStrv
list_muxers (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const AVOutputFormat *muxer;
  void *iterator = NULL;

  while ((muxer = av_muxer_iterate (&iterator)) != NULL)
    g_strv_builder_add (builder, muxer->name);
  return g_strv_builder_end (builder);
}

static char *
version_text (unsigned version)
{
  return g_strdup_printf ("%u.%u.%u", AV_VERSION_MAJOR (version), AV_VERSION_MINOR (version),
                          AV_VERSION_MICRO (version));
}

/* FFmpeg's wrappers don't tell the versions of what they wrap; the names of the loaded files do:
 * libx264.so.164 is build 164, libvpx.so.7 leads to libvpx.so.7.1.0. */
static int
note_codec_library (struct dl_phdr_info *library, size_t size, void *data)
{
  g_autofree char *base = g_path_get_basename (library->dlpi_name);
  g_auto (GStrv) parts = g_strsplit (base, ".so.", 2);
  char *real;

  if (parts[0] == NULL || !g_strv_contains (codec_libraries, parts[0]))
    return 0;
  real = realpath (library->dlpi_name, NULL);
  if (real != NULL)
    {
      const char *version = strstr (real, ".so.");

      g_ptr_array_add (
          data, g_strdup_printf ("%s %s", parts[0], version != NULL ? version + strlen (".so.") : "?"));
    }
  free (real);
  return 0;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GStrv
list_libraries (void)
{
  g_autofree char *options = g_compute_checksum_for_string (G_CHECKSUM_SHA256, avcodec_configuration (), -1);
  const struct
  {
    const char *name;
    unsigned version;
  } libraries[] = {
    { "libavcodec", avcodec_version () },
    { "libavfilter", avfilter_version () },
    { "libavformat", avformat_version () },
    { "libavutil", avutil_version () },
  };
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_add (list, g_strdup_printf ("ffmpeg %s %.12s", av_version_info (), options));
  for (guint i = 0; i < G_N_ELEMENTS (libraries); i++)
    {
      g_autofree char *version = version_text (libraries[i].version);

      g_ptr_array_add (list, g_strdup_printf ("%s %s", libraries[i].name, version));
    }
  dl_iterate_phdr (note_codec_library, list);
  g_ptr_array_sort (list, compare_texts);
  g_ptr_array_add (list, NULL);
  return (GStrv)g_ptr_array_free (list, FALSE);
}

/**
 * sendoff_role_capabilities:
 *
 * Software codecs, filters and muxers by FFmpeg's names, and the versions of everything that shows in an
 * export's bytes.
 *
 * Returns: (transfer full): a profile without cores and memory
 */
SendoffMachine *
sendoff_role_capabilities (void)
{
  SendoffMachine *machine = sendoff_machine_new ();

  g_free (machine->ffmpeg_version);
  machine->ffmpeg_version = version_text (avcodec_version ());
  machine->libraries = list_libraries ();
  machine->encoders = list_codecs (TRUE);
  machine->decoders = list_codecs (FALSE);
  machine->filters = list_filters ();
  machine->muxers = list_muxers ();
  return machine;
}
