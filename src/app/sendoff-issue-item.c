#include "app/sendoff-issue-item.h"

struct _SendoffIssueItem
{
  GObject parent_instance;
  SendoffSeverity severity;
  char *message;
  char *fix_label; /* (nullable) */
  SendoffFix *fix; /* (nullable) */
  char *leave_label;         /* (nullable) */
  SendoffSourceItem *source; /* (nullable): that the second button leaves out, or puts back */
};

enum
{
  PROP_SEVERITY = 1,
  PROP_MESSAGE,
  PROP_FIX_LABEL,
  PROP_LEAVE_LABEL,
  N_PROPS
};

enum
{
  SIGNAL_FIX,
  SIGNAL_LEAVE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffIssueItem, sendoff_issue_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_issue_item_finalize (GObject *object)
{
  g_free (SENDOFF_ISSUE_ITEM (object)->message);
  g_free (SENDOFF_ISSUE_ITEM (object)->fix_label);
  g_clear_pointer (&SENDOFF_ISSUE_ITEM (object)->fix, sendoff_fix_free);
  g_clear_object (&SENDOFF_ISSUE_ITEM (object)->source);
  g_free (SENDOFF_ISSUE_ITEM (object)->leave_label);
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
    case PROP_FIX_LABEL:
      g_value_set_string (value, self->fix_label);
      break;
    case PROP_LEAVE_LABEL:
      g_value_set_string (value, self->leave_label);
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
  properties[PROP_FIX_LABEL] = g_param_spec_string ("fix-label", NULL, NULL, NULL, flags);
  properties[PROP_LEAVE_LABEL] = g_param_spec_string ("leave-label", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_FIX]
      = g_signal_new ("fix", SENDOFF_TYPE_ISSUE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_LEAVE] = g_signal_new ("leave", SENDOFF_TYPE_ISSUE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
}

static void
sendoff_issue_item_init (SendoffIssueItem *self)
{
}

/** sendoff_issue_item_new: (transfer full): an item with copies of @message and @fix_label, what the button
 * that fixes it says (nullable: nothing fixes it). */
SendoffIssueItem *
sendoff_issue_item_new (SendoffSeverity severity, const char *message, const char *fix_label)
{
  SendoffIssueItem *self = g_object_new (SENDOFF_TYPE_ISSUE_ITEM, NULL);

  self->severity = severity;
  self->message = g_strdup (message);
  self->fix_label = g_strdup (fix_label);
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

/** sendoff_issue_item_get_fix_label: (transfer none) (nullable): what the button that fixes it says. */
const char *
sendoff_issue_item_get_fix_label (SendoffIssueItem *self)
{
  return self->fix_label;
}

/** sendoff_issue_item_take_fix: keeps @fix (transfer full) for whoever answers "fix". */
void
sendoff_issue_item_take_fix (SendoffIssueItem *self, SendoffFix *fix)
{
  g_clear_pointer (&self->fix, sendoff_fix_free);
  self->fix = fix;
}

/** sendoff_issue_item_get_fix: (transfer none) (nullable): what the button does. */
const SendoffFix *
sendoff_issue_item_get_fix (SendoffIssueItem *self)
{
  return self->fix;
}

/** sendoff_issue_item_move_fix: takes the fix of @from, which looks like @self and was found later. */
void
sendoff_issue_item_move_fix (SendoffIssueItem *self, SendoffIssueItem *from)
{
  sendoff_issue_item_take_fix (self, g_steal_pointer (&from->fix));
}

/** sendoff_issue_item_fix: the button was pressed: whoever made the item does something about it. */
void
sendoff_issue_item_fix (SendoffIssueItem *self)
{
  g_signal_emit (self, signals[SIGNAL_FIX], 0);
}

/** sendoff_issue_item_offer_leaving: a second button, @label, is about @source, of which the item speaks. */
void
sendoff_issue_item_offer_leaving (SendoffIssueItem *self, SendoffSourceItem *source, const char *label)
{
  g_set_object (&self->source, source);
  g_free (self->leave_label);
  self->leave_label = g_strdup (label);
}

/** sendoff_issue_item_get_source: (transfer none) (nullable): the video that the second button is about. */
SendoffSourceItem *
sendoff_issue_item_get_source (SendoffIssueItem *self)
{
  return self->source;
}

/** sendoff_issue_item_leave: the second button was pressed. */
void
sendoff_issue_item_leave (SendoffIssueItem *self)
{
  g_signal_emit (self, signals[SIGNAL_LEAVE], 0);
}

/** sendoff_issue_item_looks_like: whether both are shown the same way. */
gboolean
sendoff_issue_item_looks_like (SendoffIssueItem *self, SendoffIssueItem *other)
{
  return self->severity == other->severity && g_strcmp0 (self->message, other->message) == 0
         && g_strcmp0 (self->fix_label, other->fix_label) == 0
         && g_strcmp0 (self->leave_label, other->leave_label) == 0 && self->source == other->source;
}
