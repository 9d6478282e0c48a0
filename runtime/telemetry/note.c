/* Notes: what bodies say on standard error. */
#include "run/program.h"
#include "telemetry/progress.h"

#include <stdarg.h>
#include <stdio.h>

void loopc_note(struct loopc_run *run, const char *format, ...)
{
    va_list arguments;
    loopc_progress_clear(run->progress);
    fflush(stdout); /* what was printed before stands before it */
    flockfile(stderr);
    fprintf(stderr, "%s: ", run->program->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}
