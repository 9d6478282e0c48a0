/* The constructs of emitted C, as clang-format 14 lays them out (gen/emit/format.lua). */
#include "loopc.h"

#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Fit, -1, 'l', "Fit", NULL)                                                             \
    POINT(P_Fit_epoch, P_Fit, 'p', "Fit.epoch", NULL)

enum { AT_START, AT_Fit, AT_Fit_END };

struct probe {
    struct loopc_run loopc; /* common to all trainers */
    struct digits_net net;
    float *x, eta;
    LOOPC_ALIGNED float w0[LOOPC_PANELS(64, 1024)], b0[LOOPC_VECTOR(64)];
    struct {
        int64_t iteration, total; /* iterations of this run, of all runs */
        float loss[3];            /* of the last batch */
    } Fit;
};

static LOOPC_ALWAYS_INLINE int Fit_on_epoch(struct probe *s, const float *const *some_values,
                                            int32_t a_count_of_some_things)
{
    const float loss = some_values[a_count_of_some_things] ? *some_values[0] * s->eta
                                                           : (float)(s->eta + s->Fit.loss[0]);
    static const float many[] = {1.0f, 0.5f, -0x1p-3f};

    for (int i = 0; i < 3; i++)
        s->Fit.loss[i] += loss / many[i];
    if (!isfinite(loss)) return loopc_fail(&s->loopc, "Fit.on_epoch", "loss is %g", (double)loss);
    if (loss > 1e3f && s->Fit.iteration % 2 == 0 &&
            !a_count_of_some_things_is_wrong(s, some_values) ||
        loss < -1.0f) {
        do {
            s->x[s->Fit.iteration++] = 0.0f;
        } while (s->Fit.iteration < s->Fit.total);
    } else if (s->eta < 0.0f) {
        return LOOPC_FAILED;
    } else {
        s->eta = -s->eta;
    }
    return LOOPC_OK;
}

static int probe_steps(void *state, const bool instrumented)
{
    struct probe *const s = state;
    int st = LOOPC_OK;

    const int at = s->loopc.resume_at;
    switch (at) {
    case AT_START:
        break;
    case AT_Fit: {
        int64_t more = 1;
        s->Fit.total += more;
        goto Fit_resumed;
    }
    default:
        return 0;
    }
    for (;; s->Fit.iteration++) {
        if ((st = loopc_poll(&s->loopc, AT_Fit)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;
    Fit_resumed:
        /* Fit.epoch (probe.lua:12) */
        if (instrumented) loopc_at(&s->loopc, P_Fit_epoch);
        if (st) goto Fit_epoch_end;
    Fit_epoch_end: /* failed, then finally (probe.lua:18) */
        if (st) return st;
    }
    if (!net_resize(&s->net, s->train.rows ? s->train.columns : 64))
        return loopc_fail(&s->loopc, "net",
                          "the rows of train have %d columns, there is room for 1 to 1024",
                          (int)s->train.columns);
    return st;
}

static const struct loopc_dataset_options train_options = {.scale = LOOPC_SCALE_STANDARD,
                                                           .required = true};

static const struct loopc_field fields[] = {
    {LOOPC_FIELD(digits, test, DATASET), .flag = "test", .flags = LOOPC_OPTION,
     .doc = "samples to be judged by; without a file a part of --train", .dataset = &test_options},
    {LOOPC_FIELD(probe, Fit.epochs, I32), .flag = "epochs", .flags = LOOPC_OPTION,
     .range = &(const struct loopc_range){0.0, INFINITY}, .doc = "how many epochs"},
};

static const char *const resume_points[] = {
    [AT_START] = "start",
    [AT_Fit_END] = "the end of Fit",
};

static void *_Alignas(64) memory(int (*hook)(void *state), ...);
