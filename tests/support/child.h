/* For tests: runs a function in a child process and keeps its output and exit status. */
#ifndef CHILD_H
#define CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t pid;
    FILE *files[2];  /* its standard output and standard error */
    char out[65536]; /* the same, read when it has ended */
    char err[65536];
    int code;   /* its exit code, or 128 + n when signal n ended it */
    int killed; /* that signal, or 0 */
};

/* Starts main_of(argument) with both outputs in files. */
static inline void child_start(struct child *child, int (*main_of)(void *), void *argument)
{
    memset(child, 0, sizeof *child);
    for (int i = 0; i < 2; i++)
        child->files[i] = tmpfile();
    fflush(NULL);
    child->pid = fork();
    if (child->pid != 0) return;
    for (int i = 0; i < 2; i++)
        dup2(fileno(child->files[i]), 1 + i);
    exit(main_of(argument));
}

static inline void child_read(FILE *file, char *text, size_t size)
{
    rewind(file);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

static inline void child_end(struct child *child)
{
    int status;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    child->killed = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    child->code = child->killed ? 128 + child->killed : WEXITSTATUS(status);
    child_read(child->files[0], child->out, sizeof child->out);
    child_read(child->files[1], child->err, sizeof child->err);
}

static inline void child_run(struct child *child, int (*main_of)(void *), void *argument)
{
    child_start(child, main_of, argument);
    child_end(child);
}

/* Waits until the child has written `text` to standard output (it has to flush). Returns 0 after
 * ten seconds without it. */
static inline int child_wrote(struct child *child, const char *text)
{
    for (int i = 0; i < 1000; i++) {
        char seen[4096];
        const ssize_t n = pread(fileno(child->files[0]), seen, sizeof seen - 1, 0);
        seen[n > 0 ? n : 0] = 0;
        if (strstr(seen, text)) return 1;
        usleep(10000);
    }
    return 0;
}

#endif
