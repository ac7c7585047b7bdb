#include "app/sendoff-draft-disks.h"

#include <glib/gi18n.h>

#include "app/sendoff-issue-list.h"

/* Typing and sliding change the plan many times a second; the disks are asked when that is over. */
#define DELAY_MS 200

struct _SendoffDraftDisks
{
  GObject parent_instance;
  SendoffEngine *engine;
  SendoffDraftPlan *plan; /* (nullable): to be checked next */
  guint delay_id;
  GCancellable *cancellable; /* of the check that runs */
  GListStore *issues;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_FOLDER_WANTED,
  SIGNAL_NAMES_WANTED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraftDisks, sendoff_draft_disks, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* What a button can do about an issue of a field. */
static const struct
{
  const char *field, *label;
  guint signal;
} remedies[] = {
  { "output-folder", N_ ("Choose Another Folder…"), SIGNAL_FOLDER_WANTED },
  { "naming-pattern", N_ ("Use the Usual Names"), SIGNAL_NAMES_WANTED },
};

static void
sendoff_draft_disks_dispose (GObject *object)
{
  sendoff_draft_disks_stop (SENDOFF_DRAFT_DISKS (object));
  G_OBJECT_CLASS (sendoff_draft_disks_parent_class)->dispose (object);
}

static void
sendoff_draft_disks_finalize (GObject *object)
{
  SendoffDraftDisks *self = SENDOFF_DRAFT_DISKS (object);

  g_object_unref (self->issues);
  g_object_unref (self->engine);
  G_OBJECT_CLASS (sendoff_draft_disks_parent_class)->finalize (object);
}

static void
sendoff_draft_disks_class_init (SendoffDraftDisksClass *klass)
{
  static const char *const names[N_SIGNALS] = { "changed", "folder-wanted", "names-wanted" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_disks_dispose;
  object_class->finalize = sendoff_draft_disks_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], SENDOFF_TYPE_DRAFT_DISKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
sendoff_draft_disks_init (SendoffDraftDisks *self)
{
  self->issues = g_list_store_new (SENDOFF_TYPE_ISSUE_ITEM);
}

static const char *
get_label (const SendoffIssue *issue)
{
  for (guint i = 0; issue->severity > SENDOFF_SEVERITY_INFO && i < G_N_ELEMENTS (remedies); i++)
    if (g_strcmp0 (remedies[i].field, issue->field) == 0)
      return _ (remedies[i].label);
  return NULL;
}

static void
on_fix (SendoffDraftDisks *self, SendoffIssueItem *item)
{
  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (g_strcmp0 (_ (remedies[i].label), sendoff_issue_item_get_fix_label (item)) == 0)
      g_signal_emit (self, signals[remedies[i].signal], 0);
}

/* Errors of the planner are shown beside their output. */
static void
apply (SendoffDraftDisks *self, GPtrArray *issues)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (int severity = SENDOFF_SEVERITY_ERROR; severity >= SENDOFF_SEVERITY_INFO; severity--)
    for (guint i = 0; i < issues->len; i++)
      {
        const SendoffIssue *issue = g_ptr_array_index (issues, i);

        if (issue->severity == severity)
          g_ptr_array_add (items,
                           sendoff_issue_item_new (issue->severity, issue->message, get_label (issue)));
      }
  if (!sendoff_issue_list_apply (self->issues, items))
    return;
  for (guint i = 0; i < items->len; i++)
    g_signal_connect_object (g_ptr_array_index (items, i), "fix", G_CALLBACK (on_fix), self,
                             G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_checked (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffDraftDisks) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) issues = sendoff_engine_preflight_finish (SENDOFF_ENGINE (object), result, &error);

  /* What cannot be looked at now is looked at when it is exported. */
  if (issues != NULL)
    apply (self, issues);
}

static gboolean
check (gpointer data)
{
  SendoffDraftDisks *self = data;

  self->delay_id = 0;
  self->cancellable = g_cancellable_new ();
  sendoff_engine_preflight_async (self->engine, self->plan->request, self->plan->plan, self->cancellable,
                                  on_checked, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/** sendoff_draft_disks_stop: forgets the check that waits or runs. */
void
sendoff_draft_disks_stop (SendoffDraftDisks *self)
{
  g_clear_handle_id (&self->delay_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->plan, sendoff_draft_plan_unref);
}

/** sendoff_draft_disks_check: looks, a moment later, at where the files of @plan (nullable: there is none)
 * would go. */
void
sendoff_draft_disks_check (SendoffDraftDisks *self, const SendoffDraftPlan *plan)
{
  g_autoptr (GPtrArray) nothing = NULL;

  sendoff_draft_disks_stop (self);
  if (plan != NULL && plan->plan->outputs->len > 0)
    {
      self->plan = g_rc_box_acquire ((SendoffDraftPlan *)plan);
      self->delay_id = g_timeout_add (DELAY_MS, check, self);
      return;
    }
  nothing = g_ptr_array_new ();
  apply (self, nothing);
}

/** sendoff_draft_disks_get_issues: (transfer none): SendoffIssueItem. */
GListModel *
sendoff_draft_disks_get_issues (SendoffDraftDisks *self)
{
  return G_LIST_MODEL (self->issues);
}

/** sendoff_draft_disks_get_error: (transfer none) (nullable): the first thing for which nothing can be saved.
 */
const char *
sendoff_draft_disks_get_error (SendoffDraftDisks *self)
{
  g_autoptr (SendoffIssueItem) first = g_list_model_get_item (G_LIST_MODEL (self->issues), 0);

  return first != NULL && sendoff_issue_item_get_severity (first) == SENDOFF_SEVERITY_ERROR
             ? sendoff_issue_item_get_message (first)
             : NULL;
}

/** sendoff_draft_disks_new: (transfer full): without issues until something is checked. */
SendoffDraftDisks *
sendoff_draft_disks_new (SendoffEngine *engine)
{
  SendoffDraftDisks *self = g_object_new (SENDOFF_TYPE_DRAFT_DISKS, NULL);

  self->engine = g_object_ref (engine);
  return self;
}
