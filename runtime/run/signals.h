/* The signals that a run may catch, as a set: for those who sleep until one comes. Apart from
 * interrupt.h, which plain C11 includes. */
#ifndef LOOPC_SIGNALS_H
#define LOOPC_SIGNALS_H

#include <signal.h>

void loopc_signals_set(sigset_t *set);

#endif
