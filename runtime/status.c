/* Failures: recorded where they happen, moved outwards with the status, forgotten on recovery. */
#include "status.h"

#include "interrupt.h"
#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A report is one line, whatever a message brings along. */
static void one_line(char *text)
{
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = ' ';
    }
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = 0;
}

int loopc_fail(struct loopc_run *run, const char *node, const char *format, ...)
{
    struct loopc_failures *failures = &run->failures;
    if (failures->count == LOOPC_FAILURES_KEPT) {
        failures->kept[LOOPC_FAILURES_KEPT - 1].more++;
        return LOOPC_FAILED;
    }
    struct loopc_failure *failure = &failures->kept[failures->count++];
    *failure = (struct loopc_failure){.node = node, .head = node};
    va_list args;
    va_start(args, format);
    if (vsnprintf(failure->message, sizeof failure->message, format, args) < 0) {
        snprintf(failure->message, sizeof failure->message, "%s", format);
    }
    va_end(args);
    one_line(failure->message);
    return LOOPC_FAILED;
}

/* Whether a node, "Loop.on_x", is one of `loop`. */
static int belongs(const char *node, const char *loop)
{
    const size_t length = strlen(loop);
    return strncmp(node, loop, length) == 0 && node[length] == '.';
}

void loopc_pass_on(struct loopc_run *run, const char *loop, const char *node)
{
    for (int i = 0; i < run->failures.count; i++) {
        struct loopc_failure *failure = &run->failures.kept[i];
        if (!belongs(failure->head, loop)) continue;
        if (failure->depth < LOOPC_PATH_KEPT) failure->path[failure->depth] = node;
        failure->depth++;
        failure->head = node;
    }
}

int loopc_recover(struct loopc_run *run, const char *loop)
{
    struct loopc_failures *failures = &run->failures;
    int kept = 0;
    for (int i = 0; i < failures->count; i++) {
        if (belongs(failures->kept[i].head, loop)) continue;
        if (kept != i) failures->kept[kept] = failures->kept[i];
        kept++;
    }
    failures->count = kept;
    if (run->interrupted) loopc_call_attention(LOOPC_CAUSE_SIGNAL);
    return LOOPC_OK;
}

/* Where to go on writing: the end of what fits. */
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
