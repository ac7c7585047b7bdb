/* Plain structs that travel as JSON.
 *
 * Media facts, plans and worker specs are plain C structs whose members are listed once, in a table of
 * SendoffField. From that table come the JSON in both directions, deep copies and freeing, so that a new
 * member is one line. A document is built by one owner and immutable once shared; any thread may read it.
 *
 * Absent members keep their zero value, or what the type's init function set; members that are unset
 * (NULL, empty) are left out of the JSON. Numbers and booleans are always written.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "base/sendoff-rational.h"

G_BEGIN_DECLS

typedef struct _SendoffDocType SendoffDocType;

typedef enum {
  SENDOFF_FIELD_BOOL,         /* gboolean */
  SENDOFF_FIELD_INT,          /* int */
  SENDOFF_FIELD_INT64,        /* gint64 */
  SENDOFF_FIELD_DOUBLE,       /* double */
  SENDOFF_FIELD_STRING,       /* char *, owned */
  SENDOFF_FIELD_STRV,         /* char **, owned */
  SENDOFF_FIELD_FILENAME,     /* char *, owned: any bytes, escaped in JSON by sendoff_bytes_escape() */
  SENDOFF_FIELD_FILENAMES,    /* char **, owned, of the same */
  SENDOFF_FIELD_RATIONAL,     /* SendoffRational, "num/den" in JSON */
  SENDOFF_FIELD_ENUM,         /* int, one of names[] in JSON */
  SENDOFF_FIELD_DOC,          /* pointer to a struct of type, owned, nullable */
  SENDOFF_FIELD_DOC_ARRAY,    /* GPtrArray * of structs of type, owned; NULL reads as empty */
  SENDOFF_FIELD_INT64_ARRAY,  /* GArray * of gint64, owned, nullable */
  SENDOFF_FIELD_JSON,         /* JsonNode *, owned, nullable */
} SendoffFieldKind;

typedef struct {
  const char *name; /* in JSON */
  SendoffFieldKind kind;
  gsize offset;
  const char *const *names;     /* ENUM: NULL-terminated */
  const SendoffDocType *type;   /* DOC and DOC_ARRAY */
} SendoffField;

struct _SendoffDocType {
  const char *name; /* for messages: "media info" */
  gsize size;
  const SendoffField *fields; /* ended by a NULL name */
  void (*init) (gpointer doc); /* (nullable): defaults that are not zero */
};

#define SENDOFF_FIELD(Struct, member, KIND) { #member, SENDOFF_FIELD_##KIND, G_STRUCT_OFFSET (Struct, member), NULL, NULL }
#define SENDOFF_FIELD_NAMES(Struct, member, nicks) { #member, SENDOFF_FIELD_ENUM, G_STRUCT_OFFSET (Struct, member), nicks, NULL }
#define SENDOFF_FIELD_OF(Struct, member, KIND, doc_type) { #member, SENDOFF_FIELD_##KIND, G_STRUCT_OFFSET (Struct, member), NULL, &(doc_type) }
#define SENDOFF_FIELDS_END { NULL, 0, 0, NULL, NULL }

gpointer sendoff_doc_new (const SendoffDocType *type);
void sendoff_doc_free (const SendoffDocType *type, gpointer doc);
gpointer sendoff_doc_copy (const SendoffDocType *type, gconstpointer doc);

JsonNode *sendoff_doc_to_json (const SendoffDocType *type, gconstpointer doc);
gpointer sendoff_doc_from_json (const SendoffDocType *type, JsonNode *node, GError **error);
char *sendoff_doc_to_text (const SendoffDocType *type, gconstpointer doc);
gpointer sendoff_doc_from_text (const SendoffDocType *type, const char *text, GError **error);
const char *sendoff_doc_find_stranger (const SendoffDocType *type, JsonObject *object, const char *const *also);

char *sendoff_json_to_text (JsonNode *node, gboolean pretty);
JsonNode *sendoff_json_parse (const char *text, gssize length, GError **error);

/* The functions every document type has, as typed wrappers: sendoff_plan_new(), _free(), _copy(),
 * _to_json(), _from_json(), and g_autoptr. */
#define SENDOFF_DECLARE_DOC(TypeName, function_prefix)                                                    \
  extern const SendoffDocType function_prefix##_doc_type;                                                 \
  TypeName *function_prefix##_new (void);                                                                 \
  void function_prefix##_free (TypeName *self);                                                           \
  TypeName *function_prefix##_copy (const TypeName *self);                                                \
  JsonNode *function_prefix##_to_json (const TypeName *self);                                             \
  TypeName *function_prefix##_from_json (JsonNode *node, GError **error);                                 \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (TypeName, function_prefix##_free)

#define SENDOFF_DEFINE_DOC(TypeName, function_prefix, label, field_table, init_function)                  \
  const SendoffDocType function_prefix##_doc_type = { label, sizeof (TypeName), field_table, init_function }; \
  TypeName *function_prefix##_new (void) { return sendoff_doc_new (&function_prefix##_doc_type); }        \
  void function_prefix##_free (TypeName *self) { sendoff_doc_free (&function_prefix##_doc_type, self); }  \
  TypeName *function_prefix##_copy (const TypeName *self)                                                 \
  {                                                                                                       \
    return sendoff_doc_copy (&function_prefix##_doc_type, self);                                          \
  }                                                                                                       \
  JsonNode *function_prefix##_to_json (const TypeName *self)                                              \
  {                                                                                                       \
    return sendoff_doc_to_json (&function_prefix##_doc_type, self);                                       \
  }                                                                                                       \
  TypeName *function_prefix##_from_json (JsonNode *node, GError **error)                                  \
  {                                                                                                       \
    return sendoff_doc_from_json (&function_prefix##_doc_type, node, error);                              \
  }

G_END_DECLS
