/* A place to send a video to, as a card that can be pressed. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-destination.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DESTINATION_CARD (sendoff_destination_card_get_type ())
G_DECLARE_FINAL_TYPE (
    SendoffDestinationCard, sendoff_destination_card, SENDOFF, DESTINATION_CARD, GtkFlowBoxChild)

GtkWidget *sendoff_destination_card_new (SendoffDestination *destination);

G_END_DECLS
