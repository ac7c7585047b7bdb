/* The catalog's commands: each is a list of the catalog as documents, with what this machine can do of it,
 * shown as JSON, as a table of some members, or all members of one entry. */

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-text.h"
#include "model/sendoff-rules.h"

#define MAX_COLUMNS 8

typedef enum
{
  CELL_TEXT,
  CELL_SIZE,     /* bytes, nothing when 0 */
  CELL_DURATION, /* seconds, nothing when 0 */
} CellKind;

typedef struct
{
  const char *header;
  const char *path; /* members and array indexes from the document: "rules.0.as_of" */
  CellKind kind;
} Column;

typedef gboolean (*IsAvailableFunc) (SendoffCli *cli, gconstpointer doc);
typedef void (*AddMembersFunc) (SendoffCli *cli, JsonObject *object, gconstpointer doc);

typedef struct
{
  const SendoffDocType *type;
  GPtrArray *(*get_list) (SendoffCatalog *catalog);
  const char *id_member;
  const char *kind; /* (nullable): member "type" of each entry */
  IsAvailableFunc is_available;
  AddMembersFunc add_members; /* (nullable): what follows from the document */
} List;

typedef struct
{
  const char *member; /* of the whole document */
  const char *summary;
  const List *lists; /* ended by a NULL type */
  Column columns[MAX_COLUMNS];
  gboolean (*is_action) (char **words); /* (nullable): something to do, instead of an id to show */
  SendoffExit (*run_action) (SendoffCli *cli, char **words);
} View;

static gboolean
is_video_codec_available (SendoffCli *cli, gconstpointer doc)
{
  const SendoffVideoCodec *codec = doc;
  const SendoffMachine *machine = sendoff_engine_get_machine (cli->engine);

  if (!sendoff_rules_is_implemented (codec->codec_id))
    return FALSE;
  if (sendoff_machine_has_encoder (machine, codec->encoder))
    return TRUE;
  for (guint i = 0; codec->fallback_encoders != NULL && codec->fallback_encoders[i] != NULL; i++)
    if (sendoff_machine_has_encoder (machine, codec->fallback_encoders[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_audio_codec_available (SendoffCli *cli, gconstpointer doc)
{
  const SendoffAudioCodec *codec = doc;

  return sendoff_rules_is_implemented (codec->codec_id)
         && sendoff_machine_has_encoder (sendoff_engine_get_machine (cli->engine), codec->encoder);
}

static gboolean
is_container_available (SendoffCli *cli, gconstpointer doc)
{
  const SendoffContainer *container = doc;
  const SendoffMachine *machine = sendoff_engine_get_machine (cli->engine);

  return sendoff_rules_is_implemented (container->format_id) && machine->muxers != NULL
         && container->muxer != NULL
         && g_strv_contains ((const char *const *)machine->muxers, container->muxer);
}

static gboolean
are_codecs_available (SendoffCli *cli, const char *video, const char *audio)
{
  SendoffCatalog *catalog = sendoff_engine_get_catalog (cli->engine);
  const SendoffVideoCodec *video_codec
      = video != NULL ? sendoff_catalog_get_video_codec (catalog, video) : NULL;
  const SendoffAudioCodec *audio_codec
      = audio != NULL ? sendoff_catalog_get_audio_codec (catalog, audio) : NULL;

  return (video_codec == NULL || is_video_codec_available (cli, video_codec))
         && (audio_codec == NULL || is_audio_codec_available (cli, audio_codec));
}

static gboolean
is_preset_available (SendoffCli *cli, gconstpointer doc)
{
  const SendoffPreset *preset = doc;

  return are_codecs_available (cli, preset->video_codec, preset->audio_codec);
}

static gboolean
is_platform_available (SendoffCli *cli, gconstpointer doc)
{
  const SendoffPlatform *platform = doc;
  const SendoffPlatformSettings *recommended = platform->recommended;

  return recommended == NULL
         || are_codecs_available (cli, recommended->video_codec, recommended->audio_codec);
}

/* A platform has several dated rules; what they come to, and how new they are, is what one wants to know. */
static void
add_platform_limits (SendoffCli *cli, JsonObject *object, gconstpointer doc)
{
  g_autofree char *date = sendoff_platform_dup_date (doc);
  SendoffPlatformRule limits;

  sendoff_rules_combine_limits (doc, &limits);
  json_object_set_member (object, "limits", sendoff_platform_rule_to_json (&limits));
  json_object_set_string_member (object, "as_of", date);
}

/* Of the hardware encoders, those that work here. */
static void
add_working_hardware (SendoffCli *cli, JsonObject *object, gconstpointer doc)
{
  const SendoffVideoCodec *codec = doc;
  JsonArray *names = json_array_new ();

  for (guint i = 0; i < codec->hardware_encoders->len; i++)
    {
      const SendoffHardwareEncoder *encoder = g_ptr_array_index (codec->hardware_encoders, i);

      if (sendoff_machine_has_hardware_encoder (sendoff_engine_get_machine (cli->engine), encoder->encoder))
        json_array_add_string_element (names, encoder->encoder);
    }
  json_object_set_array_member (object, "hardware_here", names);
}

static const List codec_lists[] = {
  { &sendoff_video_codec_doc_type, sendoff_catalog_get_video_codecs, "codec_id", "video",
    is_video_codec_available, add_working_hardware },
  { &sendoff_audio_codec_doc_type, sendoff_catalog_get_audio_codecs, "codec_id", "audio",
    is_audio_codec_available },
  { NULL },
};

static const List container_lists[] = {
  { &sendoff_container_doc_type, sendoff_catalog_get_containers, "format_id", NULL, is_container_available },
  { NULL },
};

static const List preset_lists[] = {
  { &sendoff_preset_doc_type, sendoff_catalog_get_presets, "preset_id", "preset", is_preset_available },
  { &sendoff_quality_level_doc_type, sendoff_catalog_get_levels, "level_id", "level", NULL },
  { NULL },
};

static const List platform_lists[] = {
  { &sendoff_platform_doc_type, sendoff_catalog_get_platforms, "platform_id", NULL, is_platform_available,
    add_platform_limits },
  { NULL },
};

static const List resolution_lists[] = {
  { &sendoff_resolution_doc_type, sendoff_catalog_get_resolutions, "preset_id", NULL, NULL },
  { NULL },
};

static const View codecs_view = {
  "codecs",
  N_ ("[ID] - video and audio codecs"),
  codec_lists,
  { { N_ ("CODEC"), "id" },
    { N_ ("TYPE"), "type" },
    { N_ ("NAME"), "name" },
    { N_ ("ENCODER"), "encoder" },
    { N_ ("HERE"), "available" },
    { N_ ("HARDWARE"), "hardware_here" },
    { N_ ("CONTAINERS"), "containers" },
    { N_ ("USE"), "use" } },
};

static const View containers_view = {
  "containers",
  N_ ("[ID] - file formats"),
  container_lists,
  { { N_ ("FORMAT"), "id" },
    { N_ ("NAME"), "name" },
    { N_ ("EXTENSION"), "extension" },
    { N_ ("HERE"), "available" },
    { N_ ("VIDEO"), "video_codecs" },
    { N_ ("AUDIO"), "audio_codecs" } },
};

static const View presets_view = {
  "presets",
  N_ ("[ID | add FILE | new NAME [KEY=VALUE…] | set ID KEY=VALUE… | duplicate ID [NAME] | remove ID | export "
      "ID]"
      " - presets and quality levels"),
  preset_lists,
  { { N_ ("PRESET"), "id" },
    { N_ ("TYPE"), "type" },
    { N_ ("NAME"), "name" },
    { N_ ("QUALITY"), "target_quality" },
    { N_ ("VIDEO"), "video_codec" },
    { N_ ("AUDIO"), "audio_codec" },
    { N_ ("DESCRIPTION"), "description" } },
  sendoff_cli_is_preset_action,
  sendoff_cli_run_preset_action,
};

static const View platforms_view = {
  "platforms",
  N_ ("[ID | update FILE | reset ID | export ID] - platforms and what they accept"),
  platform_lists,
  { { N_ ("PLATFORM"), "id" },
    { N_ ("NAME"), "name" },
    { N_ ("MAKES"), "recommended.video_codec" },
    { N_ ("ACCEPTS"), "limits.video_codecs" },
    { N_ ("LARGEST"), "limits.max_size_bytes", CELL_SIZE },
    { N_ ("LONGEST"), "limits.max_duration_seconds", CELL_DURATION },
    { N_ ("AS OF"), "as_of" } },
  sendoff_cli_is_platform_action,
  sendoff_cli_run_platform_action,
};

static const View resolutions_view = {
  "resolutions",
  N_ ("[ID] - sizes of pictures"),
  resolution_lists,
  { { N_ ("RESOLUTION"), "id" },
    { N_ ("NAME"), "name" },
    { N_ ("WIDTH"), "width" },
    { N_ ("HEIGHT"), "height" },
    { N_ ("SHAPE"), "aspect_ratio" },
    { N_ ("CALLED"), "common_name" } },
};

static JsonNode *
entry_to_json (SendoffCli *cli, const List *list, gconstpointer doc)
{
  JsonNode *node = sendoff_doc_to_json (list->type, doc);
  JsonObject *object = json_node_get_object (node);
  const char *id = json_object_get_string_member_with_default (object, list->id_member, "");
  g_autofree char *copy = g_strdup (id);

  json_object_set_string_member (object, "id", copy);
  if (list->kind != NULL)
    json_object_set_string_member (object, "type", list->kind);
  if (list->is_available != NULL)
    json_object_set_boolean_member (object, "available", list->is_available (cli, doc));
  if (list->add_members != NULL)
    list->add_members (cli, object, doc);
  return node;
}

static JsonArray *
entries_to_json (SendoffCli *cli, const View *view)
{
  JsonArray *entries = json_array_new ();

  for (const List *list = view->lists; list->type != NULL; list++)
    {
      GPtrArray *docs = list->get_list (sendoff_engine_get_catalog (cli->engine));

      for (guint i = 0; i < docs->len; i++)
        json_array_add_element (entries, entry_to_json (cli, list, g_ptr_array_index (docs, i)));
    }
  return entries;
}

static JsonNode *
find_member (JsonNode *node, const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);

  for (guint i = 0; node != NULL && steps[i] != NULL; i++)
    if (JSON_NODE_HOLDS_OBJECT (node))
      node = json_object_get_member (json_node_get_object (node), steps[i]);
    else if (JSON_NODE_HOLDS_ARRAY (node)
             && g_ascii_strtoull (steps[i], NULL, 10) < json_array_get_length (json_node_get_array (node)))
      node
          = json_array_get_element (json_node_get_array (node), (guint)g_ascii_strtoull (steps[i], NULL, 10));
    else
      node = NULL;
  return node;
}

/* Scalars as they are, lists with commas, whatever is deeper as JSON. */
static char *
node_to_words (JsonNode *node)
{
  GString *words;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? _ ("yes") : _ ("no"));
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return g_strdup_printf ("%g", json_node_get_double (node));
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return sendoff_json_to_text (node, FALSE);
  words = g_string_new (NULL);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    {
      g_autofree char *element = node_to_words (json_array_get_element (json_node_get_array (node), i));

      g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", element);
    }
  return g_string_free (words, FALSE);
}

static char *
dup_cell (JsonNode *entry, const Column *column)
{
  JsonNode *node = find_member (entry, column->path);
  double amount;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("");
  if (column->kind == CELL_TEXT)
    return node_to_words (node);
  amount = json_node_get_double (node);
  if (amount <= 0)
    return g_strdup ("");
  if (column->kind == CELL_SIZE)
    return sendoff_format_size ((gint64)amount);
  return sendoff_format_duration ((gint64)(amount * G_USEC_PER_SEC));
}

static void
print_entries (const View *view, JsonArray *entries)
{
  const char *header[MAX_COLUMNS + 1] = { NULL };
  g_autoptr (SendoffCliTable) table = NULL;
  guint n_columns = 0;

  for (; n_columns < MAX_COLUMNS && view->columns[n_columns].header != NULL; n_columns++)
    header[n_columns] = _ (view->columns[n_columns].header);
  table = sendoff_cli_table_new (header);
  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      g_autoptr (GStrvBuilder) row = g_strv_builder_new ();
      g_auto (GStrv) cells = NULL;

      for (guint c = 0; c < n_columns; c++)
        {
          g_autofree char *cell = dup_cell (json_array_get_element (entries, i), &view->columns[c]);

          g_strv_builder_add (row, cell);
        }
      cells = g_strv_builder_end (row);
      sendoff_cli_table_add (table, (const char *const *)cells);
    }
  sendoff_cli_table_print (table);
}

static void
print_entry (JsonNode *entry)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, json_node_get_object (entry));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *words = node_to_words (value);
      g_autofree char *printable = sendoff_cli_text_dup_printable (words);

      if (!g_str_equal (name, "id"))
        g_print ("%s: %s\n", name, printable);
    }
}

/* An id, or one of a platform's other names. */
static JsonNode *
find_entry (JsonArray *entries, const char *id)
{
  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      JsonObject *object = json_array_get_object_element (entries, i);
      JsonNode *aliases = json_object_get_member (object, "aliases");

      if (g_str_equal (json_object_get_string_member (object, "id"), id))
        return json_array_get_element (entries, i);
      for (guint a = 0; aliases != NULL && a < json_array_get_length (json_node_get_array (aliases)); a++)
        if (g_str_equal (json_array_get_string_element (json_node_get_array (aliases), a), id))
          return json_array_get_element (entries, i);
    }
  return NULL;
}

static SendoffExit
show_entry (SendoffCli *cli, const View *view, JsonArray *entries, const char *id)
{
  JsonNode *entry = find_entry (entries, id);

  if (entry == NULL)
    {
      sendoff_cli_message (cli,
                           _ ("There is no “%s” among the %s; “sendoff-cli help %s” shows what can be said."),
                           id, view->member, view->member);
      return SENDOFF_EXIT_USAGE;
    }
  if (cli->json)
    sendoff_cli_print_json (cli, entry, TRUE);
  else
    print_entry (entry);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
show_all (SendoffCli *cli, const View *view, JsonArray *entries)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) document = NULL;

  if (!cli->json)
    {
      print_entries (view, entries);
      return SENDOFF_EXIT_COMPLETED;
    }
  json_object_set_array_member (object, view->member, json_array_ref (entries));
  document = json_node_init_object (json_node_alloc (), object);
  sendoff_cli_print_json (cli, document, TRUE);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
run_view (SendoffCli *cli, char **args, const View *view)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ (view->summary));
  g_auto (GStrv) ids = NULL;
  g_autoptr (JsonArray) entries = NULL;
  const GOptionEntry options[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &ids, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  gboolean is_action;

  g_option_context_add_main_entries (context, options, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  is_action = ids != NULL && view->is_action != NULL && view->is_action (ids);
  if (ids != NULL && g_strv_length (ids) > 1 && !is_action)
    {
      sendoff_cli_message (cli, _ ("“%s” takes one id, or none to list all."), args[0]);
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  if (is_action)
    return view->run_action (cli, ids);
  entries = entries_to_json (cli, view);
  if (ids != NULL && g_str_equal (ids[0], "list") && find_entry (entries, "list") == NULL)
    return show_all (cli, view, entries);
  return ids != NULL ? show_entry (cli, view, entries, ids[0]) : show_all (cli, view, entries);
}

/** sendoff_cli_run_codecs: "codecs [ID]". */
SendoffExit
sendoff_cli_run_codecs (SendoffCli *cli, char **args)
{
  return run_view (cli, args, &codecs_view);
}

/** sendoff_cli_run_containers: "containers [ID]". */
SendoffExit
sendoff_cli_run_containers (SendoffCli *cli, char **args)
{
  return run_view (cli, args, &containers_view);
}

/** sendoff_cli_run_presets: "presets [ID]" and its actions. */
SendoffExit
sendoff_cli_run_presets (SendoffCli *cli, char **args)
{
  return run_view (cli, args, &presets_view);
}

/** sendoff_cli_run_platforms: "platforms [ID]". */
SendoffExit
sendoff_cli_run_platforms (SendoffCli *cli, char **args)
{
  return run_view (cli, args, &platforms_view);
}

/** sendoff_cli_run_resolutions: "resolutions [ID]". */
SendoffExit
sendoff_cli_run_resolutions (SendoffCli *cli, char **args)
{
  return run_view (cli, args, &resolutions_view);
}
