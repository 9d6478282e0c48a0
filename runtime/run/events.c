/* The word of pending events. */
#include "run/events.h"

atomic_int loopc_pending_events;

void loopc_raise_event(int events)
{
    atomic_fetch_or_explicit(&loopc_pending_events, events, memory_order_relaxed);
}

int loopc_events_take(int events)
{
    return atomic_fetch_and_explicit(&loopc_pending_events, ~events, memory_order_relaxed) & events;
}
