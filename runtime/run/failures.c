/* Failures: recorded where they happen, moved outwards with the status, forgotten on recovery. */
#include "run/failures.h"

#include "run/events.h"
#include "run/program.h"

#ifndef LOOPC_DEVICE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#endif
#include <string.h>

#ifndef LOOPC_DEVICE
/* A report is one line: control characters become blanks. */
static void one_line(char *text)
{
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = ' ';
    }
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = 0;
}
#endif

/* Whether a node, "Loop.on_x", is one of `loop`. */
static int belongs(const char *node, const char *loop)
{
    const size_t length = strlen(loop);
    return strncmp(node, loop, length) == 0 && node[length] == '.';
}

/* Whether two nodes are of one loop. */
static int related(const char *a, const char *b)
{
    const size_t length = strcspn(a, ".");
    return strncmp(a, b, length) == 0 && strcspn(b, ".") == length;
}

/* Counts failures at `frame` for which the table has no room. */
static void count_only(struct loopc_failures *failures, const char *frame, unsigned count)
{
    const int last = failures->counts - 1;
    if (last >= 0 &&
        (related(failures->counted[last].frame, frame) || last + 1 == LOOPC_COUNTS_KEPT)) {
        failures->counted[last].count += count;
        return;
    }
    failures->counted[failures->counts++] = (struct loopc_counted){frame, count};
}

unsigned loopc_failures_more(const struct loopc_failures *failures)
{
    unsigned more = 0;
    for (int i = 0; i < failures->counts; i++)
        more += failures->counted[i].count;
    return more;
}

int loopc_fail_limit(struct loopc_run *run, const char *node, const char *function, float *limit)
{
    const double refused = (double)*limit;
    *limit = 0;
    return loopc_fail(run, node, "%s: the limit is %g: it takes a number from 0", function,
                      refused);
}

int loopc_fail_rows(struct loopc_run *run, const char *node, const char *net, int32_t room,
                    int32_t *excess)
{
    const int32_t rows = *excess;
    *excess = 0;
    if (rows < 0) return loopc_fail(run, node, "net '%s' is given less than no row", net);
    return loopc_fail(run, node,
                      "net '%s' is given %d rows, and has room for %d: batch = %d of the net is "
                      "the most rows of a call",
                      net, (int)rows, (int)room, (int)rows);
}

#ifndef LOOPC_DEVICE
/* The model of libraries: those of loopc build --python link this code of programs, too. */
static _Thread_local float *zeros __attribute__((tls_model("initial-exec")));

const float *loopc_no_outputs(int32_t rows, int32_t width)
{
    free(zeros);
    zeros = calloc(rows > 0 ? (size_t)rows : 1, (size_t)width * sizeof *zeros);
    return zeros;
}
#endif

void loopc_fail_with(struct loopc_run *run, const struct loopc_failures *failures)
{
    struct loopc_failures *ours = &run->failures;
    for (int i = 0; i < failures->count; i++) {
        const struct loopc_failure *failure = &failures->kept[i];
        if (ours->count < LOOPC_FAILURES_KEPT)
            ours->kept[ours->count++] = *failure;
        else
            count_only(ours, failure->frame, 1);
    }
    for (int i = 0; i < failures->counts; i++)
        count_only(ours, failures->counted[i].frame, failures->counted[i].count);
}

int loopc_fail(struct loopc_run *run, const char *node, const char *format, ...)
{
    struct loopc_failures *failures = &run->failures;
    if (failures->count == LOOPC_FAILURES_KEPT) {
        count_only(failures, node, 1);
        return LOOPC_FAILED;
    }
    struct loopc_failure *failure = &failures->kept[failures->count++];
#ifdef LOOPC_DEVICE
    *failure = (struct loopc_failure){.node = node, .frame = node, .message = format};
#else
    *failure = (struct loopc_failure){.node = node, .frame = node};
    va_list args;
    va_start(args, format);
    if (vsnprintf(failure->message, sizeof failure->message, format, args) < 0) {
        snprintf(failure->message, sizeof failure->message, "%s", format);
    }
    va_end(args);
    one_line(failure->message);
#endif
    return LOOPC_FAILED;
}

/* Adds up the counts of frames that are now in one loop. */
static void count_together(struct loopc_failures *failures)
{
    const int counts = failures->counts;
    failures->counts = 0;
    for (int i = 0; i < counts; i++)
        count_only(failures, failures->counted[i].frame, failures->counted[i].count);
}

void loopc_propagate_failures(struct loopc_run *run, const char *loop, const char *node)
{
    for (int i = 0; i < run->failures.count; i++) {
        struct loopc_failure *failure = &run->failures.kept[i];
        if (!belongs(failure->frame, loop)) continue;
        if (failure->depth < LOOPC_PATH_KEPT) failure->path[failure->depth] = node;
        failure->depth++;
        failure->frame = node;
    }
    for (int i = 0; i < run->failures.counts; i++) {
        if (belongs(run->failures.counted[i].frame, loop)) run->failures.counted[i].frame = node;
    }
    count_together(&run->failures);
}

int loopc_recover(struct loopc_run *run, const char *loop)
{
    struct loopc_failures *failures = &run->failures;
    int kept = 0;
    for (int i = 0; i < failures->count; i++) {
        if (belongs(failures->kept[i].frame, loop)) continue;
        if (kept != i) failures->kept[kept] = failures->kept[i];
        kept++;
    }
    failures->count = kept;
    for (int i = 0; i < failures->counts; i++) {
        if (belongs(failures->counted[i].frame, loop)) failures->counted[i].count = 0;
    }
    while (failures->counts > 0 && failures->counted[failures->counts - 1].count == 0)
        failures->counts--;
    if (run->interrupted) loopc_raise_event(LOOPC_EVENT_SIGNAL);
    return LOOPC_OK;
}

#ifndef LOOPC_DEVICE

/* Appends two texts as far as they fit. Returns the new length. */
static size_t append(char *text, size_t size, size_t length, const char *before, const char *what)
{
    const int wrote = snprintf(text + length, size - length, "%s%s", before, what);
    if (wrote < 0) return length;
    return (size_t)wrote < size - length ? length + (size_t)wrote : size - 1;
}

void loopc_failure_text(const struct loopc_failure *failure, char *text, size_t size)
{
    if (size == 0) return;
    text[0] = 0;
    size_t length = append(text, size, 0, failure->node, "");
    const int kept = failure->depth < LOOPC_PATH_KEPT ? failure->depth : LOOPC_PATH_KEPT;
    for (int i = 0; i < kept; i++)
        length = append(text, size, length, " on ", failure->path[i]);
    if (failure->depth > kept) {
        char further[48];
        snprintf(further, sizeof further, "%d places further out", failure->depth - kept);
        length = append(text, size, length, " and ", further);
    }
    append(text, size, length, ": ", failure->message);
}

#endif
