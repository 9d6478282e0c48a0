/* The trainers that `loopc observe` watches: started, joined or read from logs; how each ended; and
 * those at a socket's path joined again when they are back.
 *
 * One thread calls these functions; roster_send and roster_again may be called by the threads of
 * the server.
 */
#ifndef LOOPC_OBSERVE_ROSTER_H
#define LOOPC_OBSERVE_ROSTER_H

#include "hub.h"

#include <stdbool.h>
#include <stddef.h>

/* All trainers are reported to `hub`. */
void roster_open(struct hub *hub);

/* Each adds a trainer. They return 0, or the exit code after a message on standard error. A list of
 * arguments ends with NULL; with `keep_output` the output of the program is kept, to be shown by
 * roster_print_output. */
int roster_start(char **argv, bool keep_output);
int roster_join(const char *where);
int roster_replay(const char *path);

/* Sends a message to a trainer; one that is gone gets none. */
void roster_send(int trainer, const char *text, size_t length);

/* Has a program that was started ended and started again with other flags, by the next roster_read:
 * a JSON object such as {"seed": "8", "eta": "0.5"}. Returns false for one that was not started
 * here, or for flags that again.h refuses. */
bool roster_again(int trainer, const char *flags, size_t length);

/* Reads messages, waits at most `ms` for them; notices trainers that have ended, and tries once a
 * second to join again those that left their paths. */
void roster_read(int ms);

/* How many are connected; how many are gone and may come back to their path. */
int roster_running(void);
int roster_missing(void);

/* Ends the programs that were started and waits for them; leaves those that were joined. Returns
 * the first exit code that is not 0. */
int roster_end(void);

void roster_print_output(void);

#endif
