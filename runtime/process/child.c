/* Child processes of POPEN and SPAWN. */
#include "process/child.h"

#include "base/clock.h"
#include "run/events.h"
#include "run/host.h"
#include "run/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The results that the child of a SPAWN leaves for its parent. */
struct loopc_shared {
    size_t size; /* of the whole mapping */
    int ended;   /* the element came to its end with `st`, and all is written */
    int st;
    struct loopc_failures failures; /* those recorded in the child; names are those of the parent */
    char memory[];                  /* the pieces, one after the other */
};

static bool running(const struct loopc_child *child)
{
    return child->pid > 0 && child->self == child;
}

static void forget(struct loopc_child *child)
{
    if (child->self == child && child->shared) munmap(child->shared, child->shared->size);
    child->self = NULL;
    child->pid = 0;
    child->shared = NULL;
}

/* In the new process: a group of its own, the end of it when its parent ends, signals as at the
 * start of a program. */
static void settle(pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127); /* it ended before that */
    loopc_signals_default();
    signal(SIGINT, SIG_DFL); /* ignored in the background jobs of a shell */
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Forks. Returns 0 in the child, 1 in the parent, -1 if the fork failed. */
static int start(struct loopc_child *child)
{
    const pid_t parent = getpid();
    fflush(NULL);
    const pid_t pid = fork();
    if (pid < 0) return -1;
    if (pid == 0) {
        settle(parent);
        return 0;
    }
    setpgid(pid, pid); /* in both processes, because either may run first */
    child->self = child;
    child->pid = pid;
    return 1;
}

/* Whether the child has ended; then child->status is set and *known says whether its status is
 * known: it is not when the program ignores SIGCHLD, or waits for all children somewhere else. */
static bool ended(struct loopc_child *child, bool *known)
{
    int status;
    pid_t pid;
    do {
        pid = waitpid(child->pid, &status, WNOHANG);
    } while (pid < 0 && errno == EINTR);
    if (pid == 0) return false;
    *known = pid > 0;
    if (pid > 0) child->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
}

/* Waits on a descriptor of the process where the system has them, else for a moment. */
static void wait_for(const struct loopc_child *child)
{
    const int fd = running(child) ? (int)syscall(SYS_pidfd_open, child->pid, 0) : -1;
    if (fd < 0) {
        loopc_nap();
        return;
    }
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    poll(&wait, 1, 100);
    close(fd);
}

int loopc_child_wait(struct loopc_run *run, const struct loopc_child *child)
{
    wait_for(child);
    return loopc_poll_nosave(run);
}

int loopc_child_wait_saved(struct loopc_run *run, const struct loopc_child *child, int at)
{
    wait_for(child);
    return loopc_poll_steps(run, at);
}

void loopc_child_wait_handler(struct loopc_run *run, const struct loopc_child *child)
{
    wait_for(child);
    loopc_poll_masked(run);
}

void loopc_child_end(struct loopc_child *child)
{
    if (running(child)) {
        kill(-child->pid, SIGKILL);
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    forget(child);
}

/* POPEN */

/* In the new process: becomes the program. An error is written to the pipe. */
static _Noreturn void become(const char *const *arguments, int report)
{
    const int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, STDIN_FILENO);
    syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    execvp(arguments[0], (char *const *)arguments);
    const int why = errno;
    const ssize_t wrote = write(report, &why, sizeof why);
    _exit(wrote < 0 ? 126 : 127);
}

/* Starts the program. Returns 0, or why it could not be. */
static int start_program(struct loopc_child *child, const char *const *arguments)
{
    int report[2], why = 0;
    if (pipe2(report, O_CLOEXEC)) return errno;
    const int started = start(child);
    if (started < 0) why = errno;
    if (started == 0) become(arguments, report[1]);
    close(report[1]);
    if (started > 0) {
        ssize_t count;
        do {
            count = read(report[0], &why, sizeof why);
        } while (count < 0 && errno == EINTR);
        if (count != sizeof why) why = 0;
        if (why) loopc_child_end(child);
    }
    close(report[0]);
    return why;
}

int loopc_popen(struct loopc_run *run, struct loopc_child *child, const char *node,
                const char *const *arguments)
{
    bool known;
    if (!running(child)) {
        *child = (struct loopc_child){0};
        if (!arguments[0]) return loopc_fail(run, node, "there is no program to start");
        const int why = start_program(child, arguments);
        if (!why) return LOOPC_MORE;
        child->status = 127;
        return loopc_fail(run, node, "cannot start '%s': %s", arguments[0], strerror(why));
    }
    if (!ended(child, &known)) {
        run->waits++;
        return LOOPC_MORE;
    }
    const int status = child->status;
    forget(child);
    if (!known) {
        return loopc_fail(
            run, node, "the exit status of '%s' is lost: another part of the program waited for it",
            arguments[0]);
    }
    if (status == 0) return LOOPC_OK;
    return loopc_fail(run, node, "'%s' ended with status %d", arguments[0], status);
}

/* SPAWN */

bool loopc_spawn_begin(struct loopc_run *run, struct loopc_child *child, int count,
                       const struct loopc_memory *writes)
{
    if (running(child)) return false;
    *child = (struct loopc_child){0};
    size_t size = sizeof(struct loopc_shared);
    for (int i = 0; i < count; i++)
        size += writes[i].size;
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return false;
    child->self = child;
    child->shared = shared;
    child->shared->size = size;
    const int started = start(child);
    if (started < 0) {
        forget(child);
        child->status = errno;
    }
    if (started != 0) return false;
    run->host = &loopc_plain_host;
    run->metrics = NULL;
    run->progress = NULL;
    run->profile = NULL;
    run->checkpointer = NULL;
    run->control = NULL;
    run->failures = (struct loopc_failures){0};
    return true;
}

void loopc_spawn_return(struct loopc_run *run, struct loopc_child *child, int st, int count,
                        const struct loopc_memory *writes)
{
    struct loopc_shared *shared = child->shared;
    char *to = shared->memory;
    for (int i = 0; i < count; i++) {
        memcpy(to, writes[i].at, writes[i].size);
        to += writes[i].size;
    }
    shared->failures = run->failures;
    shared->st = st;
    const int lost = fflush(NULL);
    shared->ended = 1;
    _exit(lost ? 1 : 0);
}

/* Copies the results of the child. Returns its status. */
static int take_over(struct loopc_run *run, const struct loopc_shared *shared, int count,
                     const struct loopc_memory *writes)
{
    const char *from = shared->memory;
    if (shared->st == LOOPC_FAILED) loopc_fail_with(run, &shared->failures);
    for (int i = 0; shared->st == LOOPC_OK && i < count; i++) {
        memcpy(writes[i].at, from, writes[i].size);
        from += writes[i].size;
    }
    return shared->st;
}

int loopc_spawn_poll(struct loopc_run *run, struct loopc_child *child, const char *node, int count,
                     const struct loopc_memory *writes)
{
    bool known;
    if (!running(child)) {
        return loopc_fail(run, node, "cannot start a process: %s",
                          strerror(child->status ? child->status : ENOMEM));
    }
    if (!ended(child, &known)) {
        run->waits++;
        return LOOPC_MORE;
    }
    int st;
    if (child->shared->ended)
        st = take_over(run, child->shared, count, writes);
    else if (known)
        st = loopc_fail(run, node, "the process ended with status %d", child->status);
    else
        st = loopc_fail(run, node, "the process ended before its element did");
    forget(child);
    return st;
}
