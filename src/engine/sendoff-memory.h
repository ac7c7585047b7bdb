/* How much memory there is, and how much encoding takes.
 *
 * The book belongs to the queue; any thread may use it. What a worker will take is guessed from its plan
 * until a worker with the same work was measured.
 */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct _SendoffMemoryBook SendoffMemoryBook;

gint64 sendoff_memory_get_available (void);
gint64 sendoff_memory_get_reserve (gint64 physical_bytes);
gint64 sendoff_memory_estimate_worker (void);
gint64 sendoff_memory_estimate_decoder (int width, int height, int threads);
gint64 sendoff_memory_estimate_encoder (const SendoffVideoPlan *plan);
gint64 sendoff_memory_estimate_comparison (const SendoffVideoPlan *plan);

SendoffMemoryBook *sendoff_memory_book_new (void);
void sendoff_memory_book_free (SendoffMemoryBook *self);
void sendoff_memory_book_note (SendoffMemoryBook *self, const char *work, gint64 bytes);
gint64 sendoff_memory_book_look_up (SendoffMemoryBook *self, const char *work);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffMemoryBook, sendoff_memory_book_free)

G_END_DECLS
