#include "app/sendoff-draft-request.h"

#include "app/sendoff-output-item.h"

/**
 * sendoff_draft_request_new:
 * @source: (nullable): %NULL for a request that is only kept
 * @captions: (nullable): a file of captions, for outputs that have none of their own
 * @folder_uri: (nullable): where files go, %NULL for beside the video
 * @naming_pattern: (nullable): how they are named, %NULL for the usual way
 * @outputs: SendoffOutputItem; their settings are copied, so that later changes do not reach the request
 *
 * Returns: (transfer full): a request made now for the video @source
 */
SendoffRequest *
sendoff_draft_request_new (
    GFile *source, GFile *captions, const char *folder_uri, const char *naming_pattern, GListModel *outputs)
{
  g_autofree char *uri = source != NULL ? g_file_get_uri (source) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *captions_uri = captions != NULL ? g_file_get_uri (captions) : NULL;
  SendoffRequest *request = sendoff_request_new (uri);

  g_object_set (request, "output-folder-uri", folder_uri, "naming-pattern", naming_pattern, "created-at",
                g_date_time_to_unix (now), "local-date", date, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);
      g_autoptr (SendoffOutputSettings) settings
          = sendoff_output_settings_copy (sendoff_output_item_get_settings (output));

      if (captions_uri != NULL && !sendoff_output_settings_is_set (settings, SENDOFF_SETTING_CAPTIONS))
        sendoff_output_settings_set_string (settings, SENDOFF_SETTING_CAPTIONS, captions_uri);
      /* Whoever looks at the plan decides for themselves; what is kept for later says nothing of it. */
      if (source != NULL && !sendoff_output_settings_is_set (settings, SENDOFF_SETTING_AUTO_OPTIMIZE))
        sendoff_output_settings_set_string (settings, SENDOFF_SETTING_AUTO_OPTIMIZE, "propose");
      sendoff_request_add_output (request, settings);
    }
  return request;
}

/**
 * sendoff_draft_request_dup_wanted:
 * @request: for the video @source, with all of @outputs (SendoffOutputItem)
 *
 * Returns: (transfer full) (nullable): the same without the outputs that leave @source out; %NULL when none
 * is left
 */
SendoffRequest *
sendoff_draft_request_dup_wanted (SendoffRequest *request, GListModel *outputs, SendoffSourceItem *source)
{
  g_autoptr (JsonNode) node = sendoff_request_to_json (request);
  g_autoptr (SendoffRequest) wanted = sendoff_request_from_json (node, NULL);
  GListStore *list;

  g_return_val_if_fail (wanted != NULL, g_object_ref (request));
  list = G_LIST_STORE (sendoff_request_get_outputs (wanted));
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (list)); i > 0; i--)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i - 1);

      if (output != NULL && sendoff_output_item_leaves_out (output, source))
        g_list_store_remove (list, i - 1);
    }
  return g_list_model_get_n_items (G_LIST_MODEL (list)) > 0 ? g_steal_pointer (&wanted) : NULL;
}

/** sendoff_draft_request_dup_remembered: (transfer full): what is remembered of @outputs, a text for each. */
char **
sendoff_draft_request_dup_remembered (GListModel *outputs)
{
  guint n = g_list_model_get_n_items (outputs);
  char **texts = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);

      texts[i] = sendoff_output_item_dup_remembered (output);
    }
  return texts;
}
