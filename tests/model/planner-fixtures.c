#include "planner-fixtures.h"

/* (transfer full) (nullable): the file @name.json of @folder. */
char *
planner_fixtures_read_text (const char *folder, const char *name)
{
  g_autofree char *leaf = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "model", folder, leaf, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* (transfer full): facts about a source of tests/model/sources. */
SendoffMediaInfo *
planner_fixtures_read_source (const char *name)
{
  g_autofree char *text = planner_fixtures_read_text ("sources", name);
  g_autoptr (GError) error = NULL;
  SendoffMediaInfo *source;

  g_assert_nonnull (text);
  source = sendoff_doc_from_text (&sendoff_media_info_doc_type, text, &error);
  g_assert_no_error (error);
  return source;
}

/* (transfer full): one with four cores and everything that Debian has. */
SendoffMachine *
planner_fixtures_make_machine (void)
{
  SendoffMachine *machine = sendoff_machine_new ();

  machine->cores = 4;
  machine->encoders
      = g_strsplit ("libx264 libx265 libvpx-vp9 libaom-av1 libsvtav1 prores_ks dnxhd aac libmp3lame libopus "
                    "flac pcm_s16le",
                    " ", -1);
  machine->hardware_encoders = g_strsplit ("h264_nvenc hevc_vaapi", " ", -1);
  machine->filters = g_strsplit ("zscale tonemap bwdif", " ", -1);
  return machine;
}

/* (transfer full): for outputs as on the command line, separated by spaces; %NULL: none. */
SendoffRequest *
planner_fixtures_make_request (const char *outputs)
{
  SendoffRequest *request = sendoff_request_new ("file:///films/A%20walk.mov");
  g_auto (GStrv) specs = outputs != NULL ? g_strsplit (outputs, " ", -1) : g_new0 (char *, 1);

  for (guint i = 0; specs[i] != NULL || (i == 0 && outputs != NULL); i++)
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_output_settings_new ();
      g_autoptr (GError) error = NULL;

      if (specs[i] != NULL)
        sendoff_output_settings_parse (settings, specs[i], &error);
      g_assert_no_error (error);
      sendoff_request_add_output (request, settings);
      if (specs[i] == NULL)
        break;
    }
  return request;
}

/* (transfer full) */
SendoffPlan *
planner_fixtures_make_plan (const char *source_name, const char *outputs)
{
  g_autoptr (SendoffMediaInfo) source = planner_fixtures_read_source (source_name);
  g_autoptr (SendoffRequest) request = planner_fixtures_make_request (outputs);
  g_autoptr (SendoffMachine) machine = planner_fixtures_make_machine ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffCatalog) catalog = sendoff_catalog_new (&error);

  g_assert_no_error (error);
  return sendoff_planner_plan (source, request, catalog, machine);
}
