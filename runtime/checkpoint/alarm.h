/* The alarm: a thread that raises LOOPC_EVENT_SAVE every so often, so that a run whose checkpoints
 * go by time reads no clock in between. Part of the checkpointer.
 */
#ifndef LOOPC_ALARM_H
#define LOOPC_ALARM_H

struct loopc_alarm;

/* Raises it every `seconds`, more than 0. Returns NULL when there is no memory or no thread. */
struct loopc_alarm *loopc_alarm_start(double seconds);

/* Ends it. NULL is allowed. A child of fork has no thread to end. */
void loopc_alarm_stop(struct loopc_alarm *alarm);

#endif
