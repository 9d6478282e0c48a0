/* Status: how a step, a phase or a call ended. Everything that can end early returns one. */
#ifndef LOOPC_STATUS_H
#define LOOPC_STATUS_H

/* Statuses are passed as int: emitted code numbers its named targets of $cancel and $stop from
 * LOOPC_FIRST_TARGET upwards. The first four are bits, so that the statuses of the steps of a
 * failed or finally part can be combined with |. */
enum loopc_status {
    LOOPC_OK = 0,
    LOOPC_FAILED = 1,
    LOOPC_RECOVERED = 2,   /* a failed_ step called $recover() */
    LOOPC_INTERRUPTED = 4, /* by a signal: the run is being ended in good order */
    LOOPC_CANCEL = 8,      /* leave the innermost phase */
    LOOPC_STOP = 9,        /* end the innermost repetition */
    LOOPC_MORE = 10,       /* not at its end: to be called again */
    LOOPC_FIRST_TARGET = 16
};

#endif
