#include "app/sendoff-issue-item.h"

struct _SendoffIssueItem
{
  GObject parent_instance;
  SendoffSeverity severity;
  char *message;
};

enum
{
  PROP_SEVERITY = 1,
  PROP_MESSAGE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffIssueItem, sendoff_issue_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_issue_item_finalize (GObject *object)
{
  g_free (SENDOFF_ISSUE_ITEM (object)->message);
  G_OBJECT_CLASS (sendoff_issue_item_parent_class)->finalize (object);
}

static void
sendoff_issue_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffIssueItem *self = SENDOFF_ISSUE_ITEM (object);

  switch (prop_id)
    {
    case PROP_SEVERITY:
      g_value_set_int (value, self->severity);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_issue_item_class_init (SendoffIssueItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_issue_item_finalize;
  object_class->get_property = sendoff_issue_item_get_property;
  properties[PROP_SEVERITY]
      = g_param_spec_int ("severity", NULL, NULL, SENDOFF_SEVERITY_INFO, SENDOFF_SEVERITY_ERROR, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_issue_item_init (SendoffIssueItem *self)
{
}

/** sendoff_issue_item_new: (transfer full): an item with a copy of @message. */
SendoffIssueItem *
sendoff_issue_item_new (SendoffSeverity severity, const char *message)
{
  SendoffIssueItem *self = g_object_new (SENDOFF_TYPE_ISSUE_ITEM, NULL);

  self->severity = severity;
  self->message = g_strdup (message);
  return self;
}

/** sendoff_issue_item_get_severity: how bad it is. */
SendoffSeverity
sendoff_issue_item_get_severity (SendoffIssueItem *self)
{
  return self->severity;
}

/** sendoff_issue_item_get_message: (transfer none): the sentence. */
const char *
sendoff_issue_item_get_message (SendoffIssueItem *self)
{
  return self->message;
}
