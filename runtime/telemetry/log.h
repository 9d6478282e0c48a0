/* Log lines: the messages of a trainer's main and of the parts below it, on standard error. */
#ifndef LOOPC_LOG_H
#define LOOPC_LOG_H

struct loopc_program;

/* Writes "NAME: kind: text" and a newline to standard error, NAME that of the program; takes the
 * progress line off the terminal first. */
void loopc_log(const struct loopc_program *program, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Flushes standard output. Returns 0, or 1 after an error message when some of it was lost. */
int loopc_flush_stdout(const struct loopc_program *program);

#endif
