/* Notes: lines of bodies on standard error. */
#include "run/host.h"
#include "run/program.h"

#include <stdarg.h>
#include <stdio.h>

void loopc_note(struct loopc_run *run, const char *format, ...)
{
    va_list arguments;
    loopc_host_of(run)->before_message(run);
    fflush(stdout); /* text that was printed before the note appears before it */
    flockfile(stderr);
    fprintf(stderr, "%s: ", run->program->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    funlockfile(stderr);
}
