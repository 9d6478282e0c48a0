/* A run on a device: what program.h is elsewhere, without command line, files, threads and a
 * table of fields.
 *
 * `loopc gen --lib --device SPEC -o FOLDER` writes four files: NAME.h and NAME.c of the trainer,
 * loopc_device.h and loopc_device.c, the runtime. They need a C11 compiler (gcc or clang) and of
 * the C library memcpy, memset, strlen, strncmp, strcspn, sqrt and fabsf; they allocate
 * nothing, open nothing and print nothing. A firmware has a state in its memory and calls
 *
 *     static struct fit fit;
 *     fit_init(&fit, 1);             seed 1, defaults
 *     fit.eta = 0.01f;               fields may be assigned before the first step
 *     while (fit_step(&fit) == LOOPC_MORE)
 *         other_work();              a step is one body of the spec, with all that it calls
 *     if (fit.position.ended == LOOPC_FAILED) show(fit_failure(&fit));
 *
 * An interrupt handler ends the run in good order with loopc_raise_event(LOOPC_EVENT_SIGNAL).
 * `fit.loopc.host` may name a struct loopc_host: its `report` is called at the end of each
 * iteration of a loop that reports fields, its polls when an event was raised.
 *
 * Sizes are bytes, rows are samples, and results have the bits that they have on the host: sums
 * have the same order, and fused multiply-adds are the processor's or those of device/fma.c.
 */
#ifndef LOOPC_DEVICE_RUN_H
#define LOOPC_DEVICE_RUN_H

#include "base/hash.h"
#include "run/events.h"
#include "run/failures.h"
#include "run/host.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A part of the state that a checkpoint holds. */
struct loopc_part {
    uint32_t offset, size;
};

#define LOOPC_PART(trainer, member)                                                                \
    {                                                                                              \
        (uint32_t) offsetof(struct trainer, member),                                               \
            (uint32_t)sizeof(((struct trainer *)0)->member)                                        \
    }

struct loopc_program {
    const char *name;
    uint64_t hash;                  /* of the program's text: checkpoints of another are refused */
    const struct loopc_part *parts; /* in the order of the state */
    int part_count;
    int (*before_save)(void *state); /* the hooks of checkpoints, or NULL; they return a status */
    int (*after_load)(void *state);
};

/* The first member of every state. */
struct loopc_run {
    const struct loopc_program *program;
    const struct loopc_host *host; /* NULL: loopc_plain_host */
    uint64_t seed;
    int32_t rank, ranks; /* 0: there is one processor */
    int interrupted;     /* 1 once LOOPC_EVENT_SIGNAL has ended the run, or 0 */
    uint64_t item;       /* of a loop that can be restarted: which one is in hand (loopc_item) */
    struct loopc_failures failures;
};

enum loopc_stage { LOOPC_STAGE_NEW, LOOPC_STAGE_RUNS, LOOPC_STAGE_ENDED };

#define LOOPC_ALWAYS_INLINE inline
#define LOOPC_NOINLINE      __attribute__((noinline))

/* Fills an array of `bytes` bytes with copies of a value of `size` bytes. */
static inline void loopc_fill(void *array, size_t bytes, const void *value, size_t size)
{
    for (size_t at = 0; at + size <= bytes; at += size)
        memcpy((char *)array + at, value, size);
}

static inline uint64_t loopc_item(uint64_t outside, const char *loop, int64_t run, int64_t item)
{
    uint64_t hash = loopc_fnv1a_number(LOOPC_FNV1A_START, outside, sizeof outside);
    hash = loopc_fnv1a(hash, loop, strlen(loop));
    hash = loopc_fnv1a_number(hash, (uint64_t)run, sizeof run);
    return loopc_fnv1a_number(hash, (uint64_t)item, sizeof item);
}

/* At the end of an iteration of a loop that reports fields. */
static inline void loopc_report(struct loopc_run *run, const char *loop)
{
    if (run->host) run->host->report(run, loop);
}

/* Where a loop has ended whose end sets fields that it reports, or which reports some of them in
 * every n-th iteration only. */
static inline void loopc_report_end(struct loopc_run *run, const char *loop)
{
    if (run->host) run->host->report_end(run, loop);
}

/* The loop of the batches has reached its target: whether it continues. */
static inline bool loopc_wait(struct loopc_run *run)
{
    return run->host && run->host->wait_for_target(run);
}

/* What run/signals.h says elsewhere: an interrupt has no number. */
static inline int loopc_signal_caught(void)
{
    return 1;
}

/* The text of the failure with which the run ended, as in the spec, and where; "" without one. */
static inline const char *loopc_device_failure(const struct loopc_run *run)
{
    return run->failures.count > 0 ? run->failures.kept[0].message : "";
}

#endif
