/* The live table of `loopc observe --tui`: a row a trainer, drawn on the terminal's other screen.
 *
 * The terminal is given back whatever happens: a process of its own waits for this one to end,
 * however it does (killed, too), and then shows the first screen and the cursor again. No other
 * setting of the terminal is touched. When standard output is not a terminal, it prints plain
 * lines, one per trainer and second.
 */
#ifndef LOOPC_OBSERVE_TABLE_H
#define LOOPC_OBSERVE_TABLE_H

#include "hub.h"

/* Call it before there are threads. */
void table_start(void);

void table_draw(struct hub *hub);

/* Ctrl-Z: gives the terminal back, stops this process, and takes the terminal again when it goes
 * on. */
void table_suspend(void);

/* Gives the terminal back; returns when it is. */
void table_end(void);

#endif
