/* elements: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Each (spec.lua:3): call, print, repeat, stop, loop, choose, buffer, weave, popen, spawn, 2
 *       times
 *   Nested (spec.lua:20): nested; on Each.on_weave */
#include "loopc.h"

/* ---- State --------------------------------------------------------------------------- */

/* What each place of Nested has for itself. */
struct Nested_site {
    int32_t rounds; /* spec.lua:22 */
};

struct elements_at_Each_on_call { /* where Each_on_call is */
    int at;
};

struct elements_at_Each_on_print { /* where Each_on_print is */
    int at;
};

struct elements_at_Each_on_repeat { /* where Each_on_repeat is */
    int at;
    int64_t i;
    int64_t i_end;
};

struct elements_at_Each_on_stop { /* where Each_on_stop is */
    int at;
    int64_t i_end;
    int64_t i;
};

struct elements_at_Each_on_loop { /* where Each_on_loop is */
    int at;
};

struct elements_at_Each_on_choose { /* where Each_on_choose is */
    int at;
    int64_t i_end;
    int64_t i;
};

struct elements_at_Each_on_buffer { /* where Each_on_buffer is */
    int at;
    int64_t i;
    int64_t i_end;
};

struct elements_at_Each_on_weave_strand_1 { /* where Each_on_weave_strand_1 is */
    int at;
    int64_t i;
};

struct elements_at_Each_on_weave_strand_2 { /* where Each_on_weave_strand_2 is */
    int at;
    int64_t i;
};

struct elements_at_Each_on_weave_strand_3 { /* where Each_on_weave_strand_3 is */
    int at;
};

struct elements_at_Each_on_weave { /* where Each_on_weave is */
    int at;
    struct loopc_weave weave;
    bool weave_done[3];
};

struct elements_at_Nested_on_nested_strand_2 { /* where Nested_on_nested_strand_2 is */
    int at;
    int64_t i;
};

struct elements_at_Nested_on_nested_strand_3 { /* where Nested_on_nested_strand_3 is */
    int at;
};

struct elements_at_Nested_on_nested_strand_1 { /* where Nested_on_nested_strand_1 is */
    int at;
    struct loopc_weave weave;
    bool weave_done[2];
};

struct elements_at_Nested_on_nested_strand_4 { /* where Nested_on_nested_strand_4 is */
    int at;
    struct loopc_child process;
};

struct elements_at_Nested_on_nested { /* where Nested_on_nested is */
    int at;
    int64_t i;
    int64_t j_end;
    int64_t j;
    int64_t k;
    struct loopc_weave weave;
    bool weave_done[2];
};

struct elements_at_Nested_failed_nested { /* where Nested_failed_nested is */
    int at;
    int64_t i;
};

struct elements_at_Nested_finally_nested_strand_1 { /* where Nested_finally_nested_strand_1 is */
    int at;
};

struct elements_at_Nested_finally_nested_strand_2 { /* where Nested_finally_nested_strand_2 is */
    int at;
    struct loopc_child process;
};

struct elements_at_Nested_finally_nested { /* where Nested_finally_nested is */
    int at;
    struct loopc_weave weave;
    bool weave_done[2];
};

struct elements_at_Each_on_popen { /* where Each_on_popen is */
    int at;
    struct loopc_child process;
};

struct elements_at_Each_on_spawn { /* where Each_on_spawn is */
    int at;
    struct loopc_child process;
};

struct elements_at_run { /* where run is */
    int at;
    int st;
    int handled;
};

/* The whole state of a run. */
struct elements {
    struct loopc_run loopc;                     /* the runtime's own */
    int32_t x;                                  /* spec.lua:34 */
    float y;                                    /* spec.lua:34 */
    int64_t k;                                  /* spec.lua:34 */
    const char *word;                           /* spec.lua:34 */
    int32_t list[4];                            /* spec.lua:34 */
    float pair[2];                              /* spec.lua:34 */
    float pairs[4][2];                          /* spec.lua:34 */
    struct Nested_site Nested_on_Each_on_weave; /* on Each.on_weave */
    struct {
        /* iterations completed since entry, since the first start, to do since entry */
        int64_t iteration, total, times;
    } Each;
    struct {
        enum loopc_stage stage; /* before its first step, on its way, or at its end */
        int ended;              /* the status with which it ended */
        struct elements_at_Each_on_call Each_on_call;
        struct elements_at_Each_on_print Each_on_print;
        struct elements_at_Each_on_repeat Each_on_repeat;
        struct elements_at_Each_on_stop Each_on_stop;
        struct elements_at_Each_on_loop Each_on_loop;
        struct elements_at_Each_on_choose Each_on_choose;
        struct elements_at_Each_on_buffer Each_on_buffer;
        struct elements_at_Each_on_weave_strand_1 Each_on_weave_strand_1;
        struct elements_at_Each_on_weave_strand_2 Each_on_weave_strand_2;
        struct elements_at_Each_on_weave_strand_3 Each_on_weave_strand_3;
        struct elements_at_Each_on_weave Each_on_weave;
        struct elements_at_Nested_on_nested_strand_2 Nested_on_nested_strand_2;
        struct elements_at_Nested_on_nested_strand_3 Nested_on_nested_strand_3;
        struct elements_at_Nested_on_nested_strand_1 Nested_on_nested_strand_1;
        struct elements_at_Nested_on_nested_strand_4 Nested_on_nested_strand_4;
        struct elements_at_Nested_on_nested Nested_on_nested;
        struct elements_at_Nested_failed_nested Nested_failed_nested;
        struct elements_at_Nested_finally_nested_strand_1 Nested_finally_nested_strand_1;
        struct elements_at_Nested_finally_nested_strand_2 Nested_finally_nested_strand_2;
        struct elements_at_Nested_finally_nested Nested_finally_nested;
        struct elements_at_Each_on_popen Each_on_popen;
        struct elements_at_Each_on_spawn Each_on_spawn;
        struct elements_at_run run;
    } position; /* where it is: between two steps */
};

/* ---- Bodies -------------------------------------------------------------------------- */

static double half(double x)
{
    return x / 2;
}

/* A leaf of Each.on_call (spec.lua:5) */
static LOOPC_ALWAYS_INLINE int Each_on_call_1(struct elements *s)
{
    if (s->x > 90) return loopc_fail(&s->loopc, "Each.on_call", "x is %d", s->x);
    return LOOPC_OK;
}

/* Each.on_call (spec.lua:5) */
static int Each_on_call(struct elements *s)
{
    struct elements_at_Each_on_call *const here = &s->position.Each_on_call;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    case 3:
        goto at_3;
    default:
        break;
    }

    here->at = 1;
    return LOOPC_MORE;
at_1:
    s->x++;
    here->at = 2;
    return LOOPC_MORE;
at_2:
    s->y = (float)half(s->x);
    here->at = 3;
    return LOOPC_MORE;
at_3:
    return Each_on_call_1(s);
}

/* Each.on_print (spec.lua:6) */
static int Each_on_print(struct elements *s)
{
    struct elements_at_Each_on_print *const here = &s->position.Each_on_print;

    if (here->at == 1) goto at_1;

    here->at = 1;
    return LOOPC_MORE;
at_1:
    printf("%d %g %s\n", (int)s->x, (double)s->y, s->word);
    return LOOPC_OK;
}

/* Each.on_repeat (spec.lua:7) */
static int Each_on_repeat(struct elements *s)
{
    struct elements_at_Each_on_repeat *const here = &s->position.Each_on_repeat;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    default:
        break;
    }

    /* REPEAT (spec.lua:7) */
    for (here->i = 0; here->i < 2; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        s->x += 2;
    }

    /* REPEAT (spec.lua:7) */
    here->i_end = (int64_t)(s->x % 4);
    s->k = 0;
    for (here->i = 0; here->i < here->i_end; here->i++, s->k = here->i) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 2;
        return LOOPC_MORE;
    at_2:
        printf("%lld\n", (long long)s->k);
    }
    return LOOPC_OK;
}

/* A leaf of Each.on_stop (spec.lua:8) */
static LOOPC_ALWAYS_INLINE int Each_on_stop_1(struct elements *s)
{
    if (s->x > 5) return LOOPC_STOP;
    return LOOPC_OK;
}

/* Each.on_stop (spec.lua:8) */
static int Each_on_stop(struct elements *s)
{
    struct elements_at_Each_on_stop *const here = &s->position.Each_on_stop;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    default:
        break;
    }

    /* REPEAT (spec.lua:8) */
    here->i_end = (int64_t)s->x;
    for (here->i = 0; here->i < here->i_end; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        if (Each_on_stop_1(s)) break;
        here->at = 2;
        return LOOPC_MORE;
    at_2:
        s->x++;
    }
    return LOOPC_OK;
}

/* A leaf of Each.on_loop (spec.lua:9) */
static LOOPC_ALWAYS_INLINE int Each_on_loop_1(void)
{
    return LOOPC_STOP;
}

/* Each.on_loop (spec.lua:9) */
static int Each_on_loop(struct elements *s)
{
    struct elements_at_Each_on_loop *const here = &s->position.Each_on_loop;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    case 3:
        goto at_3;
    default:
        break;
    }

    /* LOOP (spec.lua:9) */
    for (;;) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;

        /* CHOOSE (spec.lua:9) */
        switch ((int64_t)(s->x % 3)) {
        case 0:
            here->at = 1;
            return LOOPC_MORE;
        at_1:
            if (Each_on_loop_1()) goto loop_end;
            break;
        case 1:
            here->at = 2;
            return LOOPC_MORE;
        at_2:
            s->x += 2;
            break;
        default:
            here->at = 3;
            return LOOPC_MORE;
        at_3:
            s->x++;
            break;
        }
    }
loop_end:
    return LOOPC_OK;
}

/* Each.on_choose (spec.lua:10) */
static int Each_on_choose(struct elements *s)
{
    struct elements_at_Each_on_choose *const here = &s->position.Each_on_choose;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    default:
        break;
    }

    /* CHOOSE (spec.lua:10) */
    const int64_t choice = (int64_t)(s->x % 2);
    switch (choice) {
    case 0:
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("even\n");
        break;
    case 1:
        /* REPEAT (spec.lua:10) */
        here->i_end = (int64_t)(s->k + 1);
        for (here->i = 0; here->i < here->i_end; here->i++) {
            if ((st = loopc_poll_nosave(&s->loopc))) return st;
            here->at = 2;
            return LOOPC_MORE;
        at_2:
            printf("odd\n");
        }
        break;
    default:
        return loopc_fail(&s->loopc, "Each.on_choose",
                          "choice %lld is none of the 2 there are, from 0", (long long)choice);
    }
    return LOOPC_OK;
}

/* Each.on_buffer (spec.lua:11) */
static int Each_on_buffer(struct elements *s)
{
    struct elements_at_Each_on_buffer *const here = &s->position.Each_on_buffer;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    default:
        break;
    }

    /* BUFFER_REPEAT (spec.lua:12): x into list */
    for (here->i = 0; here->i < 4; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        s->x--;
        s->list[here->i] = s->x;
    }

    /* BUFFER_REPEAT (spec.lua:13): pair into pairs */
    here->i_end = (int64_t)(s->k % 4);
    if (here->i_end > 4)
        return loopc_fail(&s->loopc, "Each.on_buffer",
                          "%lld values do not fit into pairs: it has room for 4",
                          (long long)here->i_end);
    for (here->i = 0; here->i < here->i_end; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 2;
        return LOOPC_MORE;
    at_2:
        s->pair[0]++;
        memcpy(s->pairs[here->i], s->pair, sizeof s->pair);
    }
    return LOOPC_OK;
}

/* Strand 1 of 3 of the WEAVE at spec.lua:15. */
static int Each_on_weave_strand_1(struct elements *s)
{
    struct elements_at_Each_on_weave_strand_1 *const here = &s->position.Each_on_weave_strand_1;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* REPEAT (spec.lua:15) */
    for (here->i = 0; here->i < 3; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("A ");
    }
    return LOOPC_OK;
}

/* Strand 2 of 3 of the WEAVE at spec.lua:15. */
static int Each_on_weave_strand_2(struct elements *s)
{
    struct elements_at_Each_on_weave_strand_2 *const here = &s->position.Each_on_weave_strand_2;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* REPEAT (spec.lua:15) */
    for (here->i = 0; here->i < 2; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("B ");
    }
    return LOOPC_OK;
}

/* Strand 3 of 3 of the WEAVE at spec.lua:15. */
static int Each_on_weave_strand_3(struct elements *s)
{
    struct elements_at_Each_on_weave_strand_3 *const here = &s->position.Each_on_weave_strand_3;

    if (here->at == 1) goto at_1;

    here->at = 1;
    return LOOPC_MORE;
at_1:
    printf("C ");
    return LOOPC_OK;
}

/* The next step of one strand of the WEAVE at spec.lua:15. */
static int Each_on_weave_weave(struct elements *s, int32_t strand)
{
    switch (strand) {
    case 0:
        return Each_on_weave_strand_1(s);
    case 1:
        return Each_on_weave_strand_2(s);
    default:
        return Each_on_weave_strand_3(s);
    }
}

/* Each.on_weave (spec.lua:15) */
static int Each_on_weave(struct elements *s)
{
    struct elements_at_Each_on_weave *const here = &s->position.Each_on_weave;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* WEAVE (spec.lua:15): a step of each of 3 in turn, until 2 have finished */
    s->position.Each_on_weave_strand_1.at = 0;
    s->position.Each_on_weave_strand_2.at = 0;
    s->position.Each_on_weave_strand_3.at = 0;
    for (loopc_weave_enter(&s->loopc, &here->weave, 3); here->weave.turn < 3 && !st;
         here->weave.turn++) {
        here->weave_done[here->weave.turn] = false;
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Each_on_weave_weave(s, here->weave.turn));
    }
    while (!st && here->weave.finished < 2) {
        loopc_weave_turn(&s->loopc, &here->weave, here->weave_done, false);
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Each_on_weave_weave(s, here->weave.turn));
    }
    return st;
}

/* A leaf of Nested.on_nested (spec.lua:24) */
static LOOPC_ALWAYS_INLINE int Nested_on_nested_1(struct Nested_site *Nested_site)
{
    Nested_site->rounds++;
    if (Nested_site->rounds % 4 == 0) return LOOPC_STOP;
    return LOOPC_OK;
}

/* A leaf of Nested.on_nested (spec.lua:26) */
static LOOPC_ALWAYS_INLINE int Nested_on_nested_2(struct elements *s,
                                                  struct Nested_site *Nested_site)
{
    if (Nested_site->rounds > 7)
        return loopc_fail(&s->loopc, "Nested.on_nested", "%d rounds", Nested_site->rounds);
    return LOOPC_OK;
}

/* Strand 1 of 2 of the WEAVE at spec.lua:25. */
static int Nested_on_nested_strand_2(struct elements *s, struct Nested_site *Nested_site)
{
    struct elements_at_Nested_on_nested_strand_2 *const here =
        &s->position.Nested_on_nested_strand_2;
    int st = LOOPC_OK;
    (void)Nested_site;

    if (here->at == 1) goto at_1;

    /* REPEAT (spec.lua:25) */
    for (here->i = 0; here->i < 2; here->i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("a ");
    }
    return LOOPC_OK;
}

/* Strand 2 of 2 of the WEAVE at spec.lua:25. */
static int Nested_on_nested_strand_3(struct elements *s, struct Nested_site *Nested_site)
{
    struct elements_at_Nested_on_nested_strand_3 *const here =
        &s->position.Nested_on_nested_strand_3;
    int st = LOOPC_OK;
    (void)Nested_site;

    if (here->at == 1) goto at_1;

    /* LOOP (spec.lua:25) */
    for (;;) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("b ");
    }
}

/* The next step of one strand of the WEAVE at spec.lua:25. */
static int Nested_on_nested_weave(struct elements *s, struct Nested_site *Nested_site,
                                  int32_t strand)
{
    switch (strand) {
    case 0:
        return Nested_on_nested_strand_2(s, Nested_site);
    default:
        return Nested_on_nested_strand_3(s, Nested_site);
    }
}

/* Strand 1 of 2 of the WEAVE at spec.lua:25. */
static int Nested_on_nested_strand_1(struct elements *s, struct Nested_site *Nested_site)
{
    struct elements_at_Nested_on_nested_strand_1 *const here =
        &s->position.Nested_on_nested_strand_1;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* WEAVE (spec.lua:25): a step of each of 2 in turn, until 1 has finished */
    s->position.Nested_on_nested_strand_2.at = 0;
    s->position.Nested_on_nested_strand_3.at = 0;
    for (loopc_weave_enter(&s->loopc, &here->weave, 2); here->weave.turn < 2 && !st;
         here->weave.turn++) {
        here->weave_done[here->weave.turn] = false;
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Nested_on_nested_weave(s, Nested_site, here->weave.turn));
    }
    while (!st && here->weave.finished < 1) {
        loopc_weave_turn(&s->loopc, &here->weave, here->weave_done, false);
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Nested_on_nested_weave(s, Nested_site, here->weave.turn));
    }
    return st;
}

/* What the SPAWN at spec.lua:25 runs, in a process of its own. */
static int Nested_on_nested_spawned(struct elements *s, struct Nested_site *Nested_site)
{
    (void)Nested_site;

    s->x++;
    return LOOPC_OK;
}

/* Strand 2 of 2 of the WEAVE at spec.lua:25. */
static int Nested_on_nested_strand_4(struct elements *s, struct Nested_site *Nested_site)
{
    struct elements_at_Nested_on_nested_strand_4 *const here =
        &s->position.Nested_on_nested_strand_4;
    int st = LOOPC_OK;
    const struct loopc_memory writes[] = {{&s->x, sizeof s->x}};

    if (here->at == 1) goto at_1;

    /* SPAWN (spec.lua:25): what it writes comes back */
    here->at = 1;
    return LOOPC_MORE;
at_1:
    if (loopc_spawn_begin(&s->loopc, &here->process, 1, writes))
        loopc_spawn_return(&s->loopc, &here->process, Nested_on_nested_spawned(s, Nested_site), 1,
                           writes);
    if ((st = loopc_spawn_poll(&s->loopc, &here->process, "Nested.on_nested", 1, writes)) ==
        LOOPC_MORE)
        return LOOPC_MORE; /* and polls again */
    return st;
}

/* The next step of one strand of the WEAVE at spec.lua:25. */
static int Nested_on_nested_weave_2(struct elements *s, struct Nested_site *Nested_site,
                                    int32_t strand)
{
    switch (strand) {
    case 0:
        return Nested_on_nested_strand_1(s, Nested_site);
    default:
        return Nested_on_nested_strand_4(s, Nested_site);
    }
}

/* Nested.on_nested (spec.lua:23) */
static int Nested_on_nested(struct elements *s, struct Nested_site *Nested_site)
{
    struct elements_at_Nested_on_nested *const here = &s->position.Nested_on_nested;
    int st = LOOPC_OK;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    case 3:
        goto at_3;
    default:
        break;
    }

    /* REPEAT (spec.lua:23) */
    s->k = 0;
    for (here->i = 0; here->i < 3; here->i++, s->k = here->i) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;

        /* REPEAT (spec.lua:24) */
        here->j_end = (int64_t)(s->x % 3);
        for (here->j = 0; here->j < here->j_end; here->j++) {
            if ((st = loopc_poll_nosave(&s->loopc))) return st;

            /* REPEAT (spec.lua:24) */
            for (here->k = 0; here->k < 2; here->k++) {
                if ((st = loopc_poll_nosave(&s->loopc))) return st;
                here->at = 1;
                return LOOPC_MORE;
            at_1:
                if (Nested_on_nested_1(Nested_site)) break;
            }
        }

        /* WEAVE (spec.lua:25): a step of each of 2 in turn, until 2 have finished */
        s->position.Nested_on_nested_strand_1.at = 0;
        s->position.Nested_on_nested_strand_4.at = 0;
        for (loopc_weave_enter(&s->loopc, &here->weave, 2); here->weave.turn < 2 && !st;
             here->weave.turn++) {
            here->weave_done[here->weave.turn] = false;
            st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                                  Nested_on_nested_weave_2(s, Nested_site, here->weave.turn));
        }
        while (!st && here->weave.finished < 2) {
            loopc_weave_turn(&s->loopc, &here->weave, here->weave_done, false);
            here->at = 2;
            return LOOPC_MORE;
        at_2:
            st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                                  Nested_on_nested_weave_2(s, Nested_site, here->weave.turn));
        }
        loopc_child_end(&s->position.Nested_on_nested_strand_4.process);
        if (st) return st;
        here->at = 3;
        return LOOPC_MORE;
    at_3:
        if ((st = Nested_on_nested_2(s, Nested_site))) return st;
    }
    return LOOPC_OK;
}

/* A leaf of Nested.failed_nested (spec.lua:28) */
static LOOPC_ALWAYS_INLINE int Nested_failed_nested_1(void)
{
    return LOOPC_RECOVERED;
}

/* Nested.failed_nested (spec.lua:28) */
static int Nested_failed_nested(struct elements *s)
{
    struct elements_at_Nested_failed_nested *const here = &s->position.Nested_failed_nested;

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    default:
        break;
    }

    /* REPEAT (spec.lua:28) */
    for (here->i = 0; here->i < 2; here->i++) {
        loopc_poll_masked(&s->loopc);
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        printf("failed\n");
    }
    here->at = 2;
    return LOOPC_MORE;
at_2:
    return Nested_failed_nested_1();
}

/* Strand 1 of 2 of the WEAVE at spec.lua:29. */
static int Nested_finally_nested_strand_1(struct elements *s)
{
    struct elements_at_Nested_finally_nested_strand_1 *const here =
        &s->position.Nested_finally_nested_strand_1;

    if (here->at == 1) goto at_1;

    here->at = 1;
    return LOOPC_MORE;
at_1:
    printf("finally\n");
    return LOOPC_OK;
}

/* Strand 2 of 2 of the WEAVE at spec.lua:29. */
static int Nested_finally_nested_strand_2(struct elements *s)
{
    struct elements_at_Nested_finally_nested_strand_2 *const here =
        &s->position.Nested_finally_nested_strand_2;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* POPEN (spec.lua:29) */
    here->at = 1;
    return LOOPC_MORE;
at_1:
    if ((st = loopc_popen(&s->loopc, &here->process, "Nested.finally_nested",
                          (const char *const[]){"true", NULL})) == LOOPC_MORE)
        return LOOPC_MORE; /* and polls again */
    return st;
}

/* The next step of one strand of the WEAVE at spec.lua:29. */
static int Nested_finally_nested_weave(struct elements *s, int32_t strand)
{
    switch (strand) {
    case 0:
        return Nested_finally_nested_strand_1(s);
    default:
        return Nested_finally_nested_strand_2(s);
    }
}

/* Nested.finally_nested (spec.lua:29) */
static int Nested_finally_nested(struct elements *s)
{
    struct elements_at_Nested_finally_nested *const here = &s->position.Nested_finally_nested;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* WEAVE (spec.lua:29): a step of each of 2 in turn, until 2 have finished */
    s->position.Nested_finally_nested_strand_1.at = 0;
    s->position.Nested_finally_nested_strand_2.at = 0;
    for (loopc_weave_enter(&s->loopc, &here->weave, 2); here->weave.turn < 2 && !st;
         here->weave.turn++) {
        here->weave_done[here->weave.turn] = false;
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Nested_finally_nested_weave(s, here->weave.turn));
    }
    while (!st && here->weave.finished < 2) {
        loopc_weave_turn(&s->loopc, &here->weave, here->weave_done, false);
        here->at = 1;
        return LOOPC_MORE;
    at_1:
        st = loopc_weave_took(&s->loopc, &here->weave, here->weave_done,
                              Nested_finally_nested_weave(s, here->weave.turn));
    }
    loopc_child_end(&s->position.Nested_finally_nested_strand_2.process);
    return st;
}

/* Each.on_popen (spec.lua:16) */
static int Each_on_popen(struct elements *s)
{
    struct elements_at_Each_on_popen *const here = &s->position.Each_on_popen;
    int st = LOOPC_OK;

    if (here->at == 1) goto at_1;

    /* POPEN (spec.lua:16) */
    here->at = 1;
    return LOOPC_MORE;
at_1:
    if ((st = loopc_popen(&s->loopc, &here->process, "Each.on_popen",
                          (const char *const[]){"echo", "a process", s->word, NULL})) == LOOPC_MORE)
        return LOOPC_MORE; /* and polls again */
    return st;
}

/* What the SPAWN at spec.lua:17 runs, in a process of its own. */
static int Each_on_spawn_spawned(struct elements *s)
{
    s->x = 60;
    s->list[3] = 7;
    return LOOPC_OK;
}

/* Each.on_spawn (spec.lua:17) */
static int Each_on_spawn(struct elements *s)
{
    struct elements_at_Each_on_spawn *const here = &s->position.Each_on_spawn;
    int st = LOOPC_OK;
    const struct loopc_memory writes[] = {{&s->x, sizeof s->x}, {&s->list, sizeof s->list}};

    if (here->at == 1) goto at_1;

    /* SPAWN (spec.lua:17): what it writes comes back */
    here->at = 1;
    return LOOPC_MORE;
at_1:
    if (loopc_spawn_begin(&s->loopc, &here->process, 2, writes))
        loopc_spawn_return(&s->loopc, &here->process, Each_on_spawn_spawned(s), 2, writes);
    if ((st = loopc_spawn_poll(&s->loopc, &here->process, "Each.on_spawn", 2, writes)) ==
        LOOPC_MORE)
        return LOOPC_MORE; /* and polls again */
    return st;
}

/* ---- Run ----------------------------------------------------------------------------- */

/* Resume points: where a run can be saved and resumed, between two iterations of a loop. */
enum { AT_START, AT_Each, AT_Each_END };

/* Trace points: loops, phases and steps, as --timings and --trace know them. */
#define TRACE_POINTS(POINT)                                                                        \
    POINT(P_Each, -1, 'l', "Each", NULL)                                                           \
    POINT(P_Each_call, P_Each, 'p', "Each.call", NULL)                                             \
    POINT(P_Each_on_call, P_Each_call, 's', "Each.on_call", NULL)                                  \
    POINT(P_Each_print, P_Each, 'p', "Each.print", NULL)                                           \
    POINT(P_Each_on_print, P_Each_print, 's', "Each.on_print", NULL)                               \
    POINT(P_Each_repeat, P_Each, 'p', "Each.repeat", NULL)                                         \
    POINT(P_Each_on_repeat, P_Each_repeat, 's', "Each.on_repeat", NULL)                            \
    POINT(P_Each_stop, P_Each, 'p', "Each.stop", NULL)                                             \
    POINT(P_Each_on_stop, P_Each_stop, 's', "Each.on_stop", NULL)                                  \
    POINT(P_Each_loop, P_Each, 'p', "Each.loop", NULL)                                             \
    POINT(P_Each_on_loop, P_Each_loop, 's', "Each.on_loop", NULL)                                  \
    POINT(P_Each_choose, P_Each, 'p', "Each.choose", NULL)                                         \
    POINT(P_Each_on_choose, P_Each_choose, 's', "Each.on_choose", NULL)                            \
    POINT(P_Each_buffer, P_Each, 'p', "Each.buffer", NULL)                                         \
    POINT(P_Each_on_buffer, P_Each_buffer, 's', "Each.on_buffer", NULL)                            \
    POINT(P_Each_weave, P_Each, 'p', "Each.weave", NULL)                                           \
    POINT(P_Each_on_weave, P_Each_weave, 's', "Each.on_weave", NULL)                               \
    POINT(P_Nested, P_Each_weave, 'l', "Nested", "Each.on_weave")                                  \
    POINT(P_Nested_nested, P_Nested, 'p', "Nested.nested", "Each.on_weave")                        \
    POINT(P_Nested_on_nested, P_Nested_nested, 's', "Nested.on_nested", "Each.on_weave")           \
    POINT(P_Nested_failed_nested, P_Nested_nested, 's', "Nested.failed_nested", "Each.on_weave")   \
    POINT(P_Nested_finally_nested, P_Nested_nested, 's', "Nested.finally_nested", "Each.on_weave") \
    POINT(P_Each_popen, P_Each, 'p', "Each.popen", NULL)                                           \
    POINT(P_Each_on_popen, P_Each_popen, 's', "Each.on_popen", NULL)                               \
    POINT(P_Each_spawn, P_Each, 'p', "Each.spawn", NULL)                                           \
    POINT(P_Each_on_spawn, P_Each_spawn, 's', "Each.on_spawn", NULL)
enum { TRACE_POINTS(LOOPC_TRACE_POINT_NAME) };

/* Every step in the order in which it happens. `st` is the pending status: a failure, or a signal
 * that has not reached its target yet. Before each step is a point at which the run is left, to
 * be continued later. */

static LOOPC_ALWAYS_INLINE int elements_steps(struct elements *s, const bool instrumented)
{
    struct elements_at_run *const here = &s->position.run;
    int late;
    int handled = LOOPC_OK;
    int st = LOOPC_OK;
    const int at = s->loopc.resume_at; /* AT_START, or where a resumed run was saved */

    s->loopc.resume_at = AT_START;
    switch (at) {
    case AT_Each:
        goto Each_resumed;
    case AT_Each_END:
        if (s->Each.iteration < 2) goto Each_resumed;
        goto Each_ended;
    default:
        break;
    }

    switch (here->at) {
    case 1:
        goto at_1;
    case 2:
        goto at_2;
    case 3:
        goto at_3;
    case 4:
        goto at_4;
    case 5:
        goto at_5;
    case 6:
        goto at_6;
    case 7:
        goto at_7;
    case 8:
        goto at_8;
    case 9:
        goto at_9;
    case 10:
        st = here->st;
        handled = here->handled;
        goto at_10;
    case 11:
        st = here->st;
        goto at_11;
    case 12:
        goto at_12;
    case 13:
        goto at_13;
    default:
        break;
    }

    /* Each (spec.lua:3) */
    if (instrumented) loopc_enter(&s->loopc, P_Each);
    for (s->Each.iteration = 0; s->Each.iteration < 2; s->Each.iteration++, s->Each.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Each))) break;
    Each_resumed:
        /* Each.call (spec.lua:5) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_call);
        s->position.Each_on_call.at = 0;
        here->at = 1;
    at_1:
        if ((st = Each_on_call(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.print (spec.lua:6) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_print);
        s->position.Each_on_print.at = 0;
        here->at = 2;
    at_2:
        if (Each_on_print(s) == LOOPC_MORE) return LOOPC_MORE;

        /* Each.repeat (spec.lua:7) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_repeat);
        s->position.Each_on_repeat.at = 0;
        here->at = 3;
    at_3:
        if ((st = Each_on_repeat(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.stop (spec.lua:8) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_stop);
        s->position.Each_on_stop.at = 0;
        here->at = 4;
    at_4:
        if ((st = Each_on_stop(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.loop (spec.lua:9) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_loop);
        s->position.Each_on_loop.at = 0;
        here->at = 5;
    at_5:
        if ((st = Each_on_loop(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.choose (spec.lua:10) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_choose);
        s->position.Each_on_choose.at = 0;
        here->at = 6;
    at_6:
        if ((st = Each_on_choose(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.buffer (spec.lua:11) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_buffer);
        s->position.Each_on_buffer.at = 0;
        here->at = 7;
    at_7:
        if ((st = Each_on_buffer(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.weave (spec.lua:15) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_weave);
        s->position.Each_on_weave.at = 0;
        here->at = 8;
    at_8:
        if ((st = Each_on_weave(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Nested.nested (spec.lua:23), on Each.on_weave */
        if (instrumented) loopc_at(&s->loopc, P_Nested_on_nested);
        s->position.Nested_on_nested.at = 0;
        here->at = 9;
    at_9:
        if ((st = Nested_on_nested(s, &s->Nested_on_Each_on_weave)) == LOOPC_MORE)
            return LOOPC_MORE;
        /* Nested.nested failed, then finally (spec.lua:28) */
        if (st == LOOPC_FAILED) {
            handled = LOOPC_OK;
            if (instrumented) loopc_at(&s->loopc, P_Nested_failed_nested);
            s->position.Nested_failed_nested.at = 0;
            here->at = 10;
            here->st = st;
            here->handled = handled;
        at_10:
            if ((late = Nested_failed_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
            handled |= late;
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Nested");
        }
        if (instrumented) loopc_at(&s->loopc, P_Nested_finally_nested);
        s->position.Nested_finally_nested.at = 0;
        here->at = 11;
        here->st = st;
    at_11:
        if ((late = Nested_finally_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
        st = loopc_merge_status(st, late);
        if (instrumented) loopc_leave(&s->loopc, P_Nested_nested);
        if ((st = loopc_propagate(&s->loopc, st, "Nested", "Each.on_weave"))) break;

        /* Each.popen (spec.lua:16) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_popen);
        s->position.Each_on_popen.at = 0;
        here->at = 12;
    at_12:
        if ((st = Each_on_popen(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.spawn (spec.lua:17) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_spawn);
        s->position.Each_on_spawn.at = 0;
        here->at = 13;
    at_13:
        if ((st = Each_on_spawn(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;
        if (instrumented) loopc_leave(&s->loopc, P_Each_spawn);
    }
Each_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Each_END);
    return st;
}

/* Called on resume: evaluates anew the bounds of loops that depend on options only; returns
 * whether a finished loop now has iterations left. */
static bool elements_reevaluate(void *state, int at)
{
    struct elements *const s = state;

    s->Each.times = 2;
    switch (at) {
    case AT_Each_END:
        return s->Each.iteration < 2;
    default:
        return false;
    }
}

static void elements_defaults(void *state)
{
    struct elements *const s = state;

    s->word = "word";
    s->Each.times = 2;
}

/* One step: one leaf, then on to just before the next one. LOOPC_MORE, or the status with which
 * the run ended. */
static LOOPC_ALWAYS_INLINE int elements_one_step(struct elements *s, const bool instrumented)
{
    int st;

    if (s->position.stage == LOOPC_STAGE_ENDED) return s->position.ended;
    while ((st = elements_steps(s, instrumented)) == LOOPC_MORE) {
        if (s->position.stage == LOOPC_STAGE_RUNS) return st;
        s->position.stage = LOOPC_STAGE_RUNS; /* it is before its first leaf */
    }
    s->position.stage = LOOPC_STAGE_ENDED;
    return s->position.ended = st;
}

static int elements_step(void *state)
{
    return elements_one_step(state, false);
}

static int elements_step_instrumented(void *state)
{
    return elements_one_step(state, true);
}

/* ---- Tables -------------------------------------------------------------------------- */

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {LOOPC_FIELD(elements, x, I32)},
    {LOOPC_FIELD(elements, y, F32)},
    {LOOPC_FIELD(elements, k, I64)},
    {LOOPC_FIELD(elements, word, STR)},
    {LOOPC_ARRAY(elements, list, I32, 4)},
    {LOOPC_ARRAY(elements, pair, F32, 2)},
    {LOOPC_ARRAY(elements, pairs, F32, 8), .rank = 2, .dims = {4, 2}},
    {LOOPC_FIELD(elements, Each.iteration, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(elements, Each.total, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(elements, Each.times, I64), .flags = LOOPC_COUNTER},
    {LOOPC_FIELD(elements, Nested_on_Each_on_weave.rounds, I32)},
};

static const struct loopc_trace_point trace_points[] = {TRACE_POINTS(LOOPC_TRACE_POINT)};

/* The resume points by name, as checkpoints have them. */
static const char *const resume_points[] = {
    [AT_START] = "start",
    [AT_Each] = "Each",
    [AT_Each_END] = "the end of Each",
};

/* Where processes of POPEN and SPAWN are kept: they end with the run. */
static const size_t children[] = {
    offsetof(struct elements, position.Nested_on_nested_strand_4.process),
    offsetof(struct elements, position.Nested_finally_nested_strand_2.process),
    offsetof(struct elements, position.Each_on_popen.process),
    offsetof(struct elements, position.Each_on_spawn.process),
};

static const struct loopc_program program = {
    .name = "elements",
    .size = sizeof(struct elements),
    LOOPC_TABLE(fields, field_count, fields),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    LOOPC_TABLE(resume_points, resume_point_count, resume_points),
    .reevaluate = elements_reevaluate,
    .defaults = elements_defaults,
    .step = elements_step,
    .step_instrumented = elements_step_instrumented,
    LOOPC_TABLE(children, child_count, children),
    .end_child = loopc_child_end,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
