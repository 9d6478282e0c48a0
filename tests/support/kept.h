/* For tests: a program whose state has a field of every kind, for checkpoints to save and load. */
#ifndef KEPT_H
#define KEPT_H

#include "checkpoint/checkpoint.h"
#include "loopc.h"

enum { KEPT_INPUTS = 8, KEPT_OUTPUTS = 3, KEPT_WIDEST = 40 };

struct kept {
    struct loopc_run loopc;
    float eta;
    double exact;
    int32_t small;
    uint32_t natural;
    uint64_t huge;
    bool on, flags[3];
    const char *word, *names[2];
    float cube[2 * 3 * 2];
    struct loopc_rng rng, rngs[2];
    struct loopc_dataset data;
    unsigned char blob[5];
    float scratch; /* transient */
    struct {
        int32_t inputs; /* of KEPT_INPUTS, in use */
        float weight[KEPT_OUTPUTS * KEPT_INPUTS], bias[KEPT_OUTPUTS];
        int32_t columns; /* of KEPT_WIDEST, in use */
        LOOPC_ALIGNED float panels[LOOPC_PANELS(KEPT_OUTPUTS, KEPT_WIDEST)];
    } net;
    struct {
        int64_t iteration, total, times;
    } Fit;
    struct {
        int64_t iteration, total, times;
        float loss;
    } Train;
};

#define KEPT(the_name, member, of_type, n, ...)                                                    \
    {                                                                                              \
        .name = (the_name), .type = (of_type), .offset = offsetof(struct kept, member),            \
        .count = (n), __VA_ARGS__                                                                  \
    }
#define KEPT_COUNTER(the_name, member) KEPT(the_name, member, LOOPC_I64, 1, .flags = LOOPC_COUNTER)

static const struct loopc_field kept_fields[] = {
    KEPT("eta", eta, LOOPC_F32, 1, .flags = LOOPC_OPTION),
    KEPT("exact", exact, LOOPC_F64, 1, .doc = NULL),
    KEPT("small", small, LOOPC_I32, 1, .doc = NULL),
    KEPT("natural", natural, LOOPC_U32, 1, .doc = NULL),
    KEPT("huge", huge, LOOPC_U64, 1, .doc = NULL),
    KEPT("on", on, LOOPC_BOOL, 1, .doc = NULL),
    KEPT("flags", flags, LOOPC_BOOL, 3, .doc = NULL),
    KEPT("word", word, LOOPC_STR, 1, .doc = NULL),
    KEPT("names", names, LOOPC_STR, 2, .doc = NULL),
    KEPT("cube", cube, LOOPC_F32, 12, .rank = 3, .dims = {2, 3, 2}),
    KEPT("rng", rng, LOOPC_RNG, 1, .doc = NULL),
    KEPT("rngs", rngs, LOOPC_RNG, 2, .doc = NULL),
    KEPT("data", data, LOOPC_DATASET, 1, .doc = NULL),
    KEPT("blob", blob, LOOPC_BYTES, 5, .doc = NULL),
    KEPT("scratch", scratch, LOOPC_F32, 1, .flags = LOOPC_TRANSIENT),
    KEPT("net.layers.0.weight", net.weight, LOOPC_F32, KEPT_OUTPUTS *KEPT_INPUTS, .rank = 2,
         .dims = {KEPT_OUTPUTS, KEPT_INPUTS}, .width_at = offsetof(struct kept, net.inputs)),
    KEPT("net.layers.1.weight", net.panels, LOOPC_F32, KEPT_OUTPUTS *KEPT_WIDEST, .rank = 2,
         .dims = {KEPT_OUTPUTS, KEPT_WIDEST}, .panels = true,
         .width_at = offsetof(struct kept, net.columns)),
    KEPT("net.layers.0.bias", net.bias, LOOPC_F32, KEPT_OUTPUTS, .doc = NULL),
    KEPT_COUNTER("Fit.iteration", Fit.iteration),
    KEPT_COUNTER("Fit.total", Fit.total),
    KEPT_COUNTER("Fit.times", Fit.times),
    KEPT_COUNTER("Train.iteration", Train.iteration),
    KEPT_COUNTER("Train.total", Train.total),
    KEPT_COUNTER("Train.times", Train.times),
    KEPT("Train.loss", Train.loss, LOOPC_F32, 1, .flags = LOOPC_REPORT, .report_in = "Train"),
};
enum { KEPT_FIELDS = sizeof kept_fields / sizeof *kept_fields };

static const struct loopc_trace_point kept_places[] = {
    {"Fit", NULL, -1, 'l'},
    {"Fit.epoch", NULL, 0, 'p'},
    {"Train", "Fit.on_epoch", 1, 'l'},
    {"Train.batch", "Fit.on_epoch", 2, 'p'},
};

static const struct loopc_program kept_program = {
    .name = "kept",
    .size = sizeof(struct kept),
    .fields = kept_fields,
    .field_count = KEPT_FIELDS,
    .trace_points = kept_places,
    .trace_point_count = sizeof kept_places / sizeof *kept_places,
};

/* A state in which everything has a value of its own, which `number` decides. */
static inline void kept_fill(struct kept *s, int number)
{
    memset(s, 0, sizeof *s);
    s->loopc.program = &kept_program;
    s->loopc.seed = UINT64_MAX - (uint64_t)number;
    s->eta = 0.1f * (float)number;
    s->exact = 1.0 / (number + 1);
    s->small = -number;
    s->natural = UINT32_MAX - (uint32_t)number;
    s->huge = UINT64_MAX / 3 + (uint64_t)number;
    s->on = number % 2;
    s->flags[number % 3] = true;
    s->word = number % 2 ? "a \"word\"\n\xc3\xa4" : "b";
    s->names[0] = number % 2 ? NULL : "\xff\x01no utf-8";
    s->names[1] = "";
    loopc_rng_seed(&s->rng, (uint64_t)number, "rng");
    for (int i = 0; i < 2; i++)
        loopc_rng_seed(&s->rngs[i], (uint64_t)number, "rngs");
    for (int i = 0; i < 12; i++)
        s->cube[i] = (float)(number * 100 + i);
    memset(s->blob, number, sizeof s->blob);
    s->scratch = (float)number;
    s->net.inputs = 5;
    for (int i = 0; i < KEPT_OUTPUTS * KEPT_INPUTS; i++)
        s->net.weight[i] = (float)number + (float)i / 100;
    for (int i = 0; i < KEPT_OUTPUTS; i++)
        s->net.bias[i] = (float)number - (float)i / 10;
    s->net.columns = 18;
    for (int i = 0; i < (int)(sizeof s->net.panels / sizeof *s->net.panels); i++)
        s->net.panels[i] = (float)number + (float)i / 1000;
    s->Fit.iteration = s->Fit.total = number / 10;
    s->Train.iteration = number % 10;
    s->Train.total = number;
    s->Fit.times = s->Train.times = 10;
    s->Train.loss = 1 / (float)(number + 1);
}

static inline bool kept_same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static inline bool kept_same_panels(const struct kept *a, const struct kept *b)
{
    bool same = a->net.columns == b->net.columns;
    for (int i = 0; i < KEPT_OUTPUTS; i++)
        for (int j = 0; j < a->net.columns; j++) {
            const ptrdiff_t at = loopc_panel_at(KEPT_OUTPUTS, i, j);
            same &= a->net.panels[at] == b->net.panels[at];
        }
    return same;
}

/* Whether all that a checkpoint holds is the same. */
static inline bool kept_equal(const struct kept *a, const struct kept *b)
{
    bool equal = a->loopc.seed == b->loopc.seed && kept_same_text(a->word, b->word) &&
                 kept_same_text(a->names[0], b->names[0]) &&
                 kept_same_text(a->names[1], b->names[1]) && kept_same_panels(a, b);
    for (int i = 0; i < KEPT_FIELDS; i++) {
        const struct loopc_field *field = &kept_fields[i];
        size_t size = loopc_field_size(field);
        if (field->type == LOOPC_STR || field->flags & LOOPC_TRANSIENT || field->panels) continue;
        if (field->width_at) size = sizeof(float) * KEPT_OUTPUTS * (size_t)a->net.inputs;
        equal &= !memcmp((const char *)a + field->offset, (const char *)b + field->offset, size);
    }
    return equal;
}

#endif
