/* Lines of the runtime on standard error, and the end of standard output. */
#include "telemetry/log.h"

#include "run/program.h"
#include "run/signals.h"
#include "telemetry/progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void loopc_log(const struct loopc_program *program, const char *kind, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    loopc_progress_clear();
    fprintf(stderr, "%s: %s: %s\n", program->name, kind, text);
}

/* Whether the reader of a pipe or the terminal has gone: lost output is then no error. */
static bool is_gone(void)
{
    const int number = loopc_signal_caught();
    return number == SIGPIPE || number == SIGHUP;
}

/* Some file systems report failed writes only when a descriptor is closed. */
int loopc_flush_stdout(const struct loopc_program *program)
{
    errno = 0;
    bool lost = ferror(stdout);
    lost |= fflush(stdout) != 0;
    const int copy = lost ? -1 : dup(STDOUT_FILENO);
    lost |= copy >= 0 && close(copy) != 0;
    if (!lost || is_gone()) return 0;
    loopc_log(program, "error", "cannot write standard output%s%s", errno ? ": " : "",
              errno ? strerror(errno) : "");
    return 1;
}
