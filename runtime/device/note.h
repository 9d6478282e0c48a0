/* Lines of bodies on standard error, where a trainer prints: it links the C library's printf. */
#ifndef LOOPC_DEVICE_NOTE_H
#define LOOPC_DEVICE_NOTE_H

#include "device/run.h"

#include <stdarg.h>
#include <stdio.h>

/* As loopc_note of program.h. */
__attribute__((format(printf, 2, 3), unused)) static inline void loopc_note(struct loopc_run *run,
                                                                            const char *format, ...)
{
    va_list arguments;
    if (run->host) run->host->before_message(run);
    fflush(stdout);
    fprintf(stderr, "%s: ", run->program->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

#endif
