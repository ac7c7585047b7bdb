/* The text of filter chains. That libavfilter takes them is tested where it is linked. */
#include "model/sendoff-fill-color.h"
#include "model/sendoff-filters.h"

#define COLORS "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
#define TO_SD ":in_range=tv:in_color_matrix=bt709:out_range=tv:out_color_matrix=bt709"
#define BICUBIC "flags=bicubic+accurate_rnd+full_chroma_int"
#define TAGGED "tv", "bt709", "bt709", "bt709"

typedef struct {
  const char *name;
  SendoffFrameShape shape;
  int width, height;
  int fit;
  int rotation;
  gboolean mirrored, deinterlace;
  gboolean tone_map;
  const char *pad_color; /* (nullable) */
  const char *chain;
} Case;

static const Case cases[] = {
  { "nothing-to-do", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 1920, 1080, .chain = "null" },
  { "unknown-aspect-is-square", { 640, 360, { 0, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, .chain = "null" },
  { "untagged", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, NULL, "unknown" }, 1920, 1080, .chain = COLORS },
  { "scale", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 1280, 720,
    .chain = "scale=1280:720:" BICUBIC TO_SD ",setsar=1" },
  { "format-only", { 640, 360, { 1, 1 }, "yuv422p", FALSE, TAGGED }, 640, 360,
    .chain = "scale=" BICUBIC TO_SD ",format=yuv420p,setsar=1" },
  { "full-range", { 640, 360, { 1, 1 }, "yuvj420p", FALSE, "pc", "bt470bg", "bt709", "bt709" }, 640, 360,
    .chain = "scale=" BICUBIC ":in_range=pc:in_color_matrix=bt470:out_range=tv:out_color_matrix=bt709,format=yuv420p,"
             "setsar=1,setparams=range=tv:colorspace=bt709" },
  { "rgb", { 640, 360, { 1, 1 }, "gbrp", FALSE, TAGGED }, 640, 360,
    .chain = "scale=" BICUBIC "+full_chroma_inp:out_range=tv:out_color_matrix=bt709,format=yuv420p,setsar=1" },
  { "matrix-only", { 640, 360, { 1, 1 }, "yuv420p", FALSE, "tv", "smpte170m", "bt709", "bt709" }, 640, 360,
    .chain = "scale=" BICUBIC ":in_range=tv:in_color_matrix=smpte170m:out_range=tv:out_color_matrix=bt709,format=yuv420p,"
             "setsar=1,setparams=colorspace=bt709" },
  { "standard-definition", { 720, 480, { 8, 9 }, "yuv420p", FALSE, NULL }, 640, 480,
    .chain = "scale=640:480:" BICUBIC ",setparams=range=tv:color_primaries=smpte170m:color_trc=bt709:colorspace=smpte170m,"
             "zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p,setsar=1," COLORS },
  { "odd-edges-are-cut", { 853, 479, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 852, 478, .chain = "crop=852:478:0:0" },
  { "anamorphic", { 720, 576, { 16, 11 }, "yuv420p", FALSE, TAGGED }, 1046, 576,
    .chain = "scale=1046:576:" BICUBIC TO_SD ",setsar=1" },
  { "deinterlace", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, .deinterlace = TRUE,
    .chain = "bwdif=mode=send_frame:parity=auto:deint=all" },
  { "turn-90", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 1080, 1920, .rotation = 90, .chain = "transpose=clock" },
  { "turn-270-anamorphic", { 720, 480, { 4, 3 }, "yuv420p", FALSE, TAGGED }, 480, 960, .rotation = 270,
    .chain = "transpose=cclock,scale=480:960:" BICUBIC TO_SD ",setsar=1" },
  { "turn-180", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, .rotation = 180, .chain = "hflip,vflip" },
  { "mirror", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, .mirrored = TRUE, .chain = "hflip" },
  { "mirror-180", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, .rotation = 180, .mirrored = TRUE,
    .chain = "vflip" },
  { "mirror-90", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 360, 640, .rotation = 90, .mirrored = TRUE,
    .chain = "hflip,transpose=clock" },
  { "pad", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 1080, 1920,
    .chain = "scale=1080:608:" BICUBIC TO_SD 
             ",split[picture][whole];[whole]scale=1080:1920:flags=neighbor,format=yuv420p,lutyuv=y=42:u=137:v=120,format=yuv420p[fill];"
             "[fill]"
             "split[one][two];[one]crop=1080:656:0:0[first];[two]crop=1080:656:0:1264[last];[first][picture][last]"
             "vstack=inputs=3,setsar=1," COLORS },
  { "pad-black", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 640, .pad_color = "black",
    .chain = "pad=640:640:0:140:color=black" },
  { "pad-at-the-end-only", { 643, 1000, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 646, 1000,
    .chain = "scale=644:1000:" BICUBIC TO_SD ",split[picture][whole];[whole]scale=646:1000:flags=neighbor,"
             "format=yuv420p,lutyuv=y=42:u=137:v=120,format=yuv420p[fill];[fill]crop=2:1000:644:0[last];[picture][last]hstack,setsar=1," COLORS },
  { "rounding-needs-no-bars", { 100, 1900, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 56, 1080,
    .chain = "scale=56:1080:" BICUBIC TO_SD ",setsar=1" },
  { "crop-share", { 1920, 1080, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 608, 1080, SENDOFF_FIT_CROP,
    .chain = "crop=608:1080:328:0" },
  { "crop-and-scale", { 1000, 2000, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 360, SENDOFF_FIT_CROP,
    .chain = "crop=1000:562:0:360,scale=640:360:" BICUBIC TO_SD ",setsar=1" },
  { "stretch", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 360, 360, SENDOFF_FIT_STRETCH,
    .chain = "scale=360:360:" BICUBIC TO_SD ",setsar=1" },
  { "blur", { 640, 360, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 640, SENDOFF_FIT_BLUR,
    .chain = "split[picture][whole];[whole]crop=360:360,scale=80:80:flags=bilinear,gblur=sigma=4,scale=640:640:flags=bilinear"
             "[fill];[fill]split[one][two];[one]crop=640:140:0:0[first];[two]crop=640:140:0:500[last];"
             "[first][picture][last]vstack=inputs=3,setsar=1," COLORS },
  { "blur-at-the-sides", { 360, 640, { 1, 1 }, "yuv420p", FALSE, TAGGED }, 640, 640, SENDOFF_FIT_BLUR,
    .chain = "split[picture][whole];[whole]crop=360:360,scale=80:80:flags=bilinear,gblur=sigma=4,scale=640:640:flags=bilinear"
             "[fill];[fill]split[one][two];[one]crop=140:640:0:0[first];[two]crop=140:640:500:0[last];"
             "[first][picture][last]hstack=inputs=3,setsar=1," COLORS },
  { "alpha-over-colour", { 640, 360, { 1, 1 }, "rgba", TRUE, TAGGED }, 640, 360,
    .chain = "format=rgba,split[over][under];[under]lutrgb=r=16:g=32:b=48:a=255[color];[color][over]overlay=format=rgb,"
             "scale=" BICUBIC "+full_chroma_inp:out_range=tv:out_color_matrix=bt709,format=yuv420p,setsar=1" },
  { "tone-map-after-scaling", { 3840, 2160, { 1, 1 }, "yuv420p10le", FALSE, "tv", "bt2020nc", "bt2020", "smpte2084" },
    1920, 1080, .tone_map = TRUE,
    .chain = "scale=1920:1080:" BICUBIC ",setparams=range=tv:color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc,"
             "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:peak=10.00:desat=0,"
             "zscale=t=bt709:m=bt709:r=tv,format=yuv420p,setsar=1,"
             "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709" },
};

static SendoffVideoPlan *
make_plan (const Case *test)
{
  SendoffVideoPlan *plan = sendoff_video_plan_new ();

  plan->width = test->width;
  plan->height = test->height;
  plan->fit = test->fit;
  plan->rotation = test->rotation;
  plan->mirrored = test->mirrored;
  plan->deinterlace = test->deinterlace;
  plan->scaling = SENDOFF_SCALING_BICUBIC;
  plan->crop_x = test->fit == SENDOFF_FIT_CROP ? 0.25 : 0.5;
  plan->crop_y = test->fit == SENDOFF_FIT_CROP ? 0.25 : 0.5;
  plan->pad_color = g_strdup (test->pad_color != NULL ? test->pad_color : "#102030");
  plan->pixel_format = g_strdup ("yuv420p");
  plan->tone_map = g_strdup (test->tone_map ? "hable:peak=10.00" : NULL);
  plan->color = sendoff_color_new ();
  plan->color->range = g_strdup ("tv");
  plan->color->matrix = g_strdup ("bt709");
  plan->color->primaries = g_strdup ("bt709");
  plan->color->transfer = g_strdup ("bt709");
  return plan;
}

static void
test_chain (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (SendoffVideoPlan) plan = make_plan (test);
  g_autofree char *chain = sendoff_filters_build (plan, &test->shape);

  g_assert_cmpstr (chain, ==, test->chain);
}

/* Against numbers of ITU-R BT.709 and BT.601, and of ITU-R BT.2408, table 1: diffuse white is 58 % of PQ and 75 % of
 * HLG. */
static void
test_fill_colors (void)
{
  static const struct {
    const char *color, *matrix, *transfer;
    int bit_depth, yuv[3];
  } fills[] = {
    { "red", "bt709", "bt709", 8, { 63, 102, 240 } },
    { "red", "smpte170m", "smpte170m", 8, { 81, 90, 240 } },
    { "white", "bt709", "bt709", 10, { 940, 512, 512 } },
    { "black", "bt2020nc", "smpte2084", 10, { 64, 512, 512 } },
    { "white", "bt2020nc", "smpte2084", 10, { 573, 512, 512 } },
    { "white", "bt2020nc", "arib-std-b67", 10, { 721, 512, 512 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    {
      SendoffColor color = { .matrix = (char *)fills[i].matrix, .transfer = (char *)fills[i].transfer };
      guint8 rgb[3];
      int yuv[3];

      g_assert_true (sendoff_fill_color_parse (fills[i].color, rgb));
      sendoff_fill_color_to_yuv (rgb, &color, fills[i].bit_depth, yuv);
      for (int j = 0; j < 3; j++)
        g_assert_cmpint (ABS (yuv[j] - fills[i].yuv[j]), <=, fills[i].bit_depth == 10 ? 2 : 0);
    }
}

static void
test_tone_map (void)
{
  SendoffMastering mastering = { .max_luminance = 40000000, .max_content_light = 1234 };
  g_autofree char *content = sendoff_filters_dup_tone_map (&mastering);
  g_autofree char *unknown = sendoff_filters_dup_tone_map (NULL);
  g_autofree char *display = NULL;

  mastering.max_content_light = 0;
  display = sendoff_filters_dup_tone_map (&mastering);
  g_assert_cmpstr (content, ==, "hable:peak=12.34");
  g_assert_cmpstr (display, ==, "hable:peak=40.00");
  g_assert_cmpstr (unknown, ==, "hable:peak=10.00");
}

static void
test_colors (void)
{
  static const char *const bad[] = { NULL, "", "mauve", "#12345", "#1234567", "#12345g", "0x", "102030", "black,crop=1:1" };
  guint8 rgb[3];

  g_assert_true (sendoff_fill_color_parse ("#102030", rgb));
  g_assert_cmpmem (rgb, 3, "\x10\x20\x30", 3);
  g_assert_true (sendoff_fill_color_parse ("0xFFfe00", rgb));
  g_assert_cmpmem (rgb, 3, "\xff\xfe\x00", 3);
  g_assert_true (sendoff_fill_color_parse ("White", rgb));
  g_assert_cmpmem (rgb, 3, "\xff\xff\xff", 3);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sendoff_fill_color_parse (bad[i], rgb));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/model/filters/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_chain);
    }
  g_test_add_func ("/model/filters/colors", test_colors);
  g_test_add_func ("/model/filters/fill-colors", test_fill_colors);
  g_test_add_func ("/model/filters/tone-map", test_tone_map);
  return g_test_run ();
}
