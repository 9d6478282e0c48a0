/* Progress: the ticker thread, and the line that the run makes when it finds a tick. */
#include "telemetry/progress.h"

#include "run/events.h"
#include "base/clock.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* In ns. */
enum {
    MS = 1000000,
    FIRST = 1000 * MS,     /* shorter runs say nothing */
    TICK = 200 * MS,       /* a terminal: five lines a second */
    PLAIN_TICK = 1000 * MS /* elsewhere: one */
};

enum {
    STACK_BYTES = 256 * 1024,
    STDOUT_BYTES = 64 * 1024,
    LINE_BYTES = 512 /* longer lines are cut */
};

/* The counters of one loop; `times` and `total` may be missing. */
struct loop {
    const struct loopc_field *iteration, *times, *total;
    int name_length; /* of iteration->name, without ".iteration" */
    int64_t last;    /* total when a line was last made */
};

struct loopc_progress {
    const struct loopc_program *program;
    FILE *out;
    pid_t owner; /* a child made by a body has no ticker and shows nothing */
    bool always, terminal, color;
    bool takes_stdout; /* standard output is the same terminal: see note there */
    int64_t first;     /* ns after the start */
    int64_t tick;      /* ns */
    pthread_t thread;
    pthread_mutex_t lock; /* of the members below */
    pthread_cond_t stop_asked;
    bool stop;
    bool shown;            /* a line is on the terminal, or was written elsewhere */
    char line[LINE_BYTES]; /* the last one */
    int width;             /* columns of it */
    int loop_count;
    struct loop loops[];
};

/* There is one progress line in a process: it has one standard error. */
static struct loopc_progress *active;

/* The line. It is made by the run. */

static size_t append(char *line, size_t length, const char *text)
{
    const int wrote =
        snprintf(line + length, LINE_BYTES - length, "%s%s", length ? "  " : "", text);
    return wrote > 0 && length + (size_t)wrote < LINE_BYTES ? length + (size_t)wrote : length;
}

static bool is_active(struct loop *loop, const void *state)
{
    if (loop->times) {
        return loopc_field_integer(loop->iteration, state, 0) <
               loopc_field_integer(loop->times, state, 0);
    }
    if (!loop->total) return true;
    const int64_t last = loop->last;
    loop->last = loopc_field_integer(loop->total, state, 0);
    return loop->last != last;
}

static size_t add_loop(char *line, size_t length, const struct loop *loop, const void *state)
{
    char text[160], of[32] = "";
    if (loop->times) {
        snprintf(of, sizeof of, "/%" PRId64, loopc_field_integer(loop->times, state, 0));
    }
    snprintf(text, sizeof text, "%.*s %" PRId64 "%s", loop->name_length, loop->iteration->name,
             loopc_field_integer(loop->iteration, state, 0), of);
    return append(line, length, text);
}

/* "loss" for Train.loss, unless another reported field ends in it too. */
static const char *label_of(const struct loopc_program *program, const struct loopc_field *field)
{
    const char *dot = strrchr(field->name, '.');
    if (!dot) return field->name;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *other = &program->fields[i];
        const char *end = strrchr(other->name, '.');
        if (other == field || !(other->flags & LOOPC_REPORT)) continue;
        if (!strcmp(end ? end + 1 : other->name, dot + 1)) return field->name;
    }
    return dot + 1;
}

static size_t add_field(char *line, size_t length, const struct loopc_program *program,
                        const struct loopc_field *field, const void *state)
{
    char value[64], text[160];
    if (field->type == LOOPC_F32 || field->type == LOOPC_F64) {
        loopc_number_format(loopc_field_real(field, state, 0), 4, value, sizeof value);
    } else {
        loopc_field_format(field, state, 0, value, sizeof value);
    }
    snprintf(text, sizeof text, "%s %s", label_of(program, field), value);
    return append(line, length, text);
}

static void make_line(struct loopc_progress *progress, const void *state, char *line)
{
    const struct loopc_program *program = progress->program;
    size_t length = 0;
    line[0] = 0;
    for (int i = 0; i < progress->loop_count; i++) {
        if (is_active(&progress->loops[i], state)) {
            length = add_loop(line, length, &progress->loops[i], state);
        }
    }
    if (length == 0 && progress->loop_count) {
        length = add_loop(line, length, &progress->loops[0], state);
    }
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if ((field->flags & LOOPC_REPORT) && loopc_field_is_value(field) && field->count == 1) {
            length = add_field(line, length, program, field, state);
        }
    }
}

/* The terminal. The cursor waits at the start of the line, so that the output of a body there
 * overwrites it. Blanks erase: they need no escape sequence. */

static void erase(struct loopc_progress *progress)
{
    fprintf(progress->out, "\r%*s\r", progress->width, "");
    progress->width = 0;
}

/* Cut to the columns there are: a line that wraps could not be taken back. */
static int columns_of(const struct loopc_progress *progress)
{
    struct winsize size;
    if (ioctl(fileno(progress->out), TIOCGWINSZ, &size) || size.ws_col < 2) return 79;
    return size.ws_col - 1;
}

/* How many bytes of text fill at most `columns`; `*used` gets how many those are. Characters of
 * more than one byte count as one column. */
static int cut(const char *text, int columns, int *used)
{
    int bytes = 0;
    for (*used = 0; text[bytes]; bytes++) {
        if (((unsigned char)text[bytes] & 0xc0) == 0x80) continue;
        if (*used == columns) break;
        ++*used;
    }
    return bytes;
}

static void draw(struct loopc_progress *progress)
{
    int width;
    const int bytes = cut(progress->line, columns_of(progress), &width);
    const int blanks = progress->width > width ? progress->width - width : 0;
    fprintf(progress->out, "\r%s%.*s%s%*s\r", progress->color ? "\033[36m" : "", bytes,
            progress->line, progress->color ? "\033[0m" : "", blanks, "");
    progress->width = width;
}

/* Note: standard output on the same terminal. The output of bodies would run into the line. So from
 * the first line on standard output is fully buffered, and the ticker flushes it five times a
 * second, between erasing the line and drawing it anew. Before that, and so in any program that
 * fails within its first second, it is buffered by lines as always. */
static char stdout_buffer[STDOUT_BYTES]; /* in use until the program ends */

/* Flushes standard output, unless its buffer ends in an incomplete line, over which the progress
 * line would be drawn. Returns whether it did; the progress line is then erased. */
static bool flush_stdout(struct loopc_progress *progress)
{
    flockfile(stdout);
    const size_t waiting = __fpending(stdout);
    const bool whole = waiting > 0 && waiting <= STDOUT_BYTES && stdout_buffer[waiting - 1] == '\n';
    if (whole) {
        erase(progress);
        fflush_unlocked(stdout);
    }
    funlockfile(stdout);
    return whole;
}

static void take_stdout(struct loopc_progress *progress)
{
    if (!progress->takes_stdout || progress->shown) return;
    fflush(stdout);
    setvbuf(stdout, NULL, _IOFBF, 0);
    fputc('\r', stdout); /* glibc takes up a new mode when it has written something */
    fflush(stdout);
}

static void show_line(struct loopc_progress *progress, const char *line)
{
    if (progress->terminal) {
        take_stdout(progress);
        if (progress->takes_stdout) flush_stdout(progress);
        memcpy(progress->line, line, LINE_BYTES);
        draw(progress);
    } else if (strcmp(progress->line, line) != 0) {
        memcpy(progress->line, line, LINE_BYTES);
        fprintf(progress->out, "%s\n", line);
    }
    progress->shown = true;
}

void loopc_progress_show(struct loopc_progress *progress, const void *state)
{
    char line[LINE_BYTES];
    if (!progress || progress->owner != getpid()) return;
    make_line(progress, state, line);
    pthread_mutex_lock(&progress->lock);
    show_line(progress, line);
    pthread_mutex_unlock(&progress->lock);
}

void loopc_progress_clear(void)
{
    struct loopc_progress *const progress = active;
    if (!progress || progress->owner != getpid()) return;
    pthread_mutex_lock(&progress->lock);
    if (progress->takes_stdout && progress->shown) flush_stdout(progress);
    if (progress->terminal && progress->shown) erase(progress);
    pthread_mutex_unlock(&progress->lock);
}

/* The ticker. */

static struct timespec after(int64_t ns)
{
    const int64_t then = loopc_clock() + ns;
    return (struct timespec){.tv_sec = then / 1000000000, .tv_nsec = then % 1000000000};
}

static void *ticker(void *argument)
{
    struct loopc_progress *progress = argument;
    pthread_mutex_lock(&progress->lock);
    struct timespec next = after(progress->first);
    while (!progress->stop) {
        if (!pthread_cond_timedwait(&progress->stop_asked, &progress->lock, &next)) continue;
        loopc_raise_event(LOOPC_EVENT_TICK);
        if (progress->takes_stdout && progress->shown && flush_stdout(progress)) draw(progress);
        next = after(progress->tick);
    }
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

/* The ticker blocks all signals: they are delivered to the run. */
static int start_thread(struct loopc_progress *progress)
{
    sigset_t all, before;
    pthread_attr_t thread;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&progress->stop_asked, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&progress->lock, NULL);
    pthread_attr_init(&thread);
    pthread_attr_setstacksize(&thread, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&progress->thread, &thread, ticker, progress);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&thread);
    return failed;
}

static const struct loopc_field *sibling(const struct loopc_program *program, const char *iteration,
                                         int name_length, const char *name)
{
    char full[256];
    snprintf(full, sizeof full, "%.*s.%s", name_length, iteration, name);
    return loopc_field_find(program->fields, program->field_count, full);
}

static void find_loops(struct loopc_progress *progress)
{
    const struct loopc_program *program = progress->program;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        const char *dot = strrchr(field->name, '.');
        if (!(field->flags & LOOPC_COUNTER) || !dot || strcmp(dot, ".iteration") != 0) continue;
        const int length = (int)(dot - field->name);
        progress->loops[progress->loop_count++] =
            (struct loop){.iteration = field,
                          .times = sibling(program, field->name, length, "times"),
                          .total = sibling(program, field->name, length, "total"),
                          .name_length = length};
    }
}

static void look_around(struct loopc_progress *progress, enum loopc_when when)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    progress->always = when == LOOPC_ALWAYS;
    progress->terminal = isatty(fileno(progress->out)) && !(term && !strcmp(term, "dumb"));
    progress->color = progress->terminal && !(no_color && *no_color);
    progress->takes_stdout = progress->terminal && isatty(STDOUT_FILENO);
    progress->tick = progress->terminal ? TICK : PLAIN_TICK;
    progress->first = progress->always ? 0 : FIRST;
    if (progress->takes_stdout) setvbuf(stdout, stdout_buffer, _IOLBF, STDOUT_BYTES);
}

struct loopc_progress *loopc_progress_start(const struct loopc_program *program,
                                            enum loopc_when when, FILE *out)
{
    if (when == LOOPC_NEVER) return NULL;
    const size_t most = (size_t)program->field_count;
    struct loopc_progress *progress = calloc(1, sizeof *progress + most * sizeof(struct loop));
    if (!progress) return NULL;
    progress->program = program;
    progress->out = out;
    progress->owner = getpid();
    find_loops(progress);
    look_around(progress, when);
    if (progress->loop_count == 0 || start_thread(progress)) {
        free(progress);
        return NULL;
    }
    active = progress;
    return progress;
}

static void stop_thread(struct loopc_progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    progress->stop = true;
    pthread_cond_signal(&progress->stop_asked);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
    pthread_cond_destroy(&progress->stop_asked);
    pthread_mutex_destroy(&progress->lock);
}

void loopc_progress_stop(struct loopc_progress *progress, const void *state)
{
    if (!progress || progress->owner != getpid()) return;
    stop_thread(progress);
    active = NULL;
    if (progress->terminal && progress->shown) erase(progress);
    if (progress->takes_stdout) {
        fflush(stdout);
        setvbuf(stdout, NULL, _IOLBF, 0);
    }
    if (progress->always || (progress->shown && !progress->terminal)) {
        char line[LINE_BYTES];
        if (progress->terminal) progress->line[0] = 0; /* it is erased */
        progress->terminal = false;
        make_line(progress, state, line);
        show_line(progress, line);
    }
    free(progress);
}
