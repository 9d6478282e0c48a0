/* Lines of standard input for bodies: a wait that a signal ends in good order.
 *
 * A body that reads with fgets or getline waits for its next line without end: system calls
 * are restarted, so that no other call of a body has to know of signals, and a run that waits
 * there hears no SIGTERM. loopc_read_line returns instead, and the run ends at its next
 * boundary.
 *
 *     on_line = node(1, [[
 *         switch (loopc_read_line($loopc, $line, sizeof $line)) {
 *         case LOOPC_LINE: break;
 *         case LOOPC_LINE_INTERRUPTED: $cancel();
 *         case LOOPC_LINE_END: $stop();
 *         default: $fail("standard input: %s", strerror(errno));
 *         }
 *     ]]),
 *
 * It has a buffer of its own, so a program reads standard input either by it or by stdio. A run
 * that is resumed reads what comes then.
 */
#ifndef LOOPC_READ_LINE_H
#define LOOPC_READ_LINE_H

#include "run/program.h"

#include <stddef.h>

enum loopc_line {
    LOOPC_LINE_FAILED = -2,      /* errno says why; EMSGSIZE: a line that is longer than the text */
    LOOPC_LINE_INTERRUPTED = -1, /* a signal, or the control channel, asks for something */
    LOOPC_LINE_END = 0,
    LOOPC_LINE = 1
};

/* The next line, without the line break at its end, as a text of at most size - 1 bytes; an empty
 * text when there is none. A last line needs no line break. */
enum loopc_line loopc_read_line(struct loopc_run *run, char *text, size_t size);

#endif
