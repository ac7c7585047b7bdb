/* What the engine's own files share. */
#pragma once

#include "engine/sendoff-engine.h"
#include "engine/sendoff-frame-loader.h"
#include "engine/sendoff-store.h"

G_BEGIN_DECLS

SendoffFrameLoader *sendoff_engine_get_frame_loader (SendoffEngine *self);
SendoffStore *sendoff_engine_get_store (SendoffEngine *self);
void sendoff_engine_set_catalog (SendoffEngine *self, SendoffCatalog *catalog);

G_END_DECLS
