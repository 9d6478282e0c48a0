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

struct elements_at_Nested_finally_nested_strand_1 { /* where Nested_finally_nested_strand_1 is */
    int at;
};

struct elements_at_Nested_finally_nested_strand_2 { /* where Nested_finally_nested_strand_2 is */
    int at;
    struct loopc_child process;
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
        struct elements_at_Each_on_weave_strand_1 Each_on_weave_strand_1;
        struct elements_at_Each_on_weave_strand_2 Each_on_weave_strand_2;
        struct elements_at_Each_on_weave_strand_3 Each_on_weave_strand_3;
        struct elements_at_Nested_on_nested_strand_2 Nested_on_nested_strand_2;
        struct elements_at_Nested_on_nested_strand_3 Nested_on_nested_strand_3;
        struct elements_at_Nested_on_nested_strand_1 Nested_on_nested_strand_1;
        struct elements_at_Nested_on_nested_strand_4 Nested_on_nested_strand_4;
        struct elements_at_Nested_finally_nested_strand_1 Nested_finally_nested_strand_1;
        struct elements_at_Nested_finally_nested_strand_2 Nested_finally_nested_strand_2;
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
static LOOPC_NOINLINE int Each_on_call(struct elements *s)
{
    s->x++;
    s->y = (float)half(s->x);
    return Each_on_call_1(s);
}

/* Each.on_print (spec.lua:6) */
static LOOPC_NOINLINE void Each_on_print(struct elements *s)
{
    printf("%d %g %s\n", (int)s->x, (double)s->y, s->word);
}

/* Each.on_repeat (spec.lua:7) */
static LOOPC_NOINLINE int Each_on_repeat(struct elements *s)
{
    int st = LOOPC_OK;

    /* REPEAT (spec.lua:7) */
    for (int64_t i = 0; i < 2; i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        s->x += 2;
    }

    /* REPEAT (spec.lua:7) */
    const int64_t times = (int64_t)(s->x % 4);
    s->k = 0;
    for (int64_t i = 0; i < times; i++, s->k = i) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
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
static LOOPC_NOINLINE int Each_on_stop(struct elements *s)
{
    int st = LOOPC_OK;

    /* REPEAT (spec.lua:8) */
    for (int64_t i = 0, i_end = (int64_t)s->x; i < i_end; i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        if (Each_on_stop_1(s)) break;
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
static LOOPC_NOINLINE int Each_on_loop(struct elements *s)
{
    int st = LOOPC_OK;

    /* LOOP (spec.lua:9) */
    for (;;) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;

        /* CHOOSE (spec.lua:9) */
        switch ((int64_t)(s->x % 3)) {
        case 0:
            if (Each_on_loop_1()) goto loop_end;
            break;
        case 1:
            s->x += 2;
            break;
        default:
            s->x++;
            break;
        }
    }
loop_end:
    return LOOPC_OK;
}

/* Each.on_choose (spec.lua:10) */
static LOOPC_NOINLINE int Each_on_choose(struct elements *s)
{
    int st = LOOPC_OK;

    /* CHOOSE (spec.lua:10) */
    const int64_t choice = (int64_t)(s->x % 2);
    switch (choice) {
    case 0:
        printf("even\n");
        break;
    case 1:
        /* REPEAT (spec.lua:10) */
        for (int64_t i = 0, i_end = (int64_t)(s->k + 1); i < i_end; i++) {
            if ((st = loopc_poll_nosave(&s->loopc))) return st;
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
static LOOPC_NOINLINE int Each_on_buffer(struct elements *s)
{
    int st = LOOPC_OK;

    /* BUFFER_REPEAT (spec.lua:12): x into list */
    for (int64_t i = 0; i < 4; i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        s->x--;
        s->list[i] = s->x;
    }

    /* BUFFER_REPEAT (spec.lua:13): pair into pairs */
    const int64_t times = (int64_t)(s->k % 4);
    if (times > 4)
        return loopc_fail(&s->loopc, "Each.on_buffer",
                          "%lld values do not fit into pairs: it has room for 4", (long long)times);
    for (int64_t i = 0; i < times; i++) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;
        s->pair[0]++;
        memcpy(s->pairs[i], s->pair, sizeof s->pair);
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
static LOOPC_NOINLINE int Each_on_weave(struct elements *s)
{
    int st = LOOPC_OK;

    /* WEAVE (spec.lua:15): a step of each of 3 in turn, until 2 have finished */
    struct loopc_weave weave = {0};
    bool weave_done[3] = {0};
    s->position.Each_on_weave_strand_1.at = 0;
    s->position.Each_on_weave_strand_2.at = 0;
    s->position.Each_on_weave_strand_3.at = 0;
    for (loopc_weave_enter(&s->loopc, &weave, 3); weave.turn < 3 && !st; weave.turn++) {
        weave_done[weave.turn] = false;
        st = loopc_weave_took(&s->loopc, &weave, weave_done, Each_on_weave_weave(s, weave.turn));
    }
    while (!st && weave.finished < 2) {
        loopc_weave_turn(&s->loopc, &weave, weave_done, true);
        st = loopc_weave_took(&s->loopc, &weave, weave_done, Each_on_weave_weave(s, weave.turn));
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
static LOOPC_NOINLINE int Nested_on_nested(struct elements *s, struct Nested_site *Nested_site)
{
    int st = LOOPC_OK;

    /* REPEAT (spec.lua:23) */
    s->k = 0;
    for (int64_t i = 0; i < 3; i++, s->k = i) {
        if ((st = loopc_poll_nosave(&s->loopc))) return st;

        /* REPEAT (spec.lua:24) */
        for (int64_t j = 0, j_end = (int64_t)(s->x % 3); j < j_end; j++) {
            if ((st = loopc_poll_nosave(&s->loopc))) return st;

            /* REPEAT (spec.lua:24) */
            for (int64_t k_ = 0; k_ < 2; k_++) {
                if ((st = loopc_poll_nosave(&s->loopc))) return st;
                if (Nested_on_nested_1(Nested_site)) break;
            }
        }

        /* WEAVE (spec.lua:25): a step of each of 2 in turn, until 2 have finished */
        struct loopc_weave weave = {0};
        bool weave_done[2] = {0};
        s->position.Nested_on_nested_strand_1.at = 0;
        s->position.Nested_on_nested_strand_4.at = 0;
        for (loopc_weave_enter(&s->loopc, &weave, 2); weave.turn < 2 && !st; weave.turn++) {
            weave_done[weave.turn] = false;
            st = loopc_weave_took(&s->loopc, &weave, weave_done,
                                  Nested_on_nested_weave_2(s, Nested_site, weave.turn));
        }
        while (!st && weave.finished < 2) {
            loopc_weave_turn(&s->loopc, &weave, weave_done, true);
            if ((st = loopc_poll_nosave(&s->loopc))) break;
            st = loopc_weave_took(&s->loopc, &weave, weave_done,
                                  Nested_on_nested_weave_2(s, Nested_site, weave.turn));
        }
        loopc_child_end(&s->position.Nested_on_nested_strand_4.process);
        if (st) return st;
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
static LOOPC_NOINLINE int Nested_failed_nested(struct elements *s)
{
    /* REPEAT (spec.lua:28) */
    for (int64_t i = 0; i < 2; i++) {
        loopc_poll_masked(&s->loopc);
        printf("failed\n");
    }
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
static LOOPC_NOINLINE int Nested_finally_nested(struct elements *s)
{
    int st = LOOPC_OK;

    /* WEAVE (spec.lua:29): a step of each of 2 in turn, until 2 have finished */
    struct loopc_weave weave = {0};
    bool weave_done[2] = {0};
    s->position.Nested_finally_nested_strand_1.at = 0;
    s->position.Nested_finally_nested_strand_2.at = 0;
    for (loopc_weave_enter(&s->loopc, &weave, 2); weave.turn < 2 && !st; weave.turn++) {
        weave_done[weave.turn] = false;
        st = loopc_weave_took(&s->loopc, &weave, weave_done,
                              Nested_finally_nested_weave(s, weave.turn));
    }
    while (!st && weave.finished < 2) {
        loopc_weave_turn(&s->loopc, &weave, weave_done, true);
        loopc_poll_masked(&s->loopc);
        st = loopc_weave_took(&s->loopc, &weave, weave_done,
                              Nested_finally_nested_weave(s, weave.turn));
    }
    loopc_child_end(&s->position.Nested_finally_nested_strand_2.process);
    return st;
}

/* Each.on_popen (spec.lua:16) */
static LOOPC_NOINLINE int Each_on_popen(struct elements *s)
{
    int st = LOOPC_OK;

    /* POPEN (spec.lua:16) */
    struct loopc_child process = {0};
    while ((st = loopc_popen(&s->loopc, &process, "Each.on_popen",
                             (const char *const[]){"echo", "a process", s->word, NULL})) ==
           LOOPC_MORE) {
        if ((st = loopc_child_wait(&s->loopc, &process))) break;
    }
    loopc_child_end(&process);
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
static LOOPC_NOINLINE int Each_on_spawn(struct elements *s)
{
    int st = LOOPC_OK;

    /* SPAWN (spec.lua:17): what it writes comes back */
    struct loopc_child process = {0};
    const struct loopc_memory writes[] = {{&s->x, sizeof s->x}, {&s->list, sizeof s->list}};
    if (loopc_spawn_begin(&s->loopc, &process, 2, writes))
        loopc_spawn_return(&s->loopc, &process, Each_on_spawn_spawned(s), 2, writes);
    while ((st = loopc_spawn_poll(&s->loopc, &process, "Each.on_spawn", 2, writes)) == LOOPC_MORE) {
        if ((st = loopc_child_wait(&s->loopc, &process))) break;
    }
    loopc_child_end(&process);
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
 * that has not reached its target yet. */

static LOOPC_ALWAYS_INLINE int elements_steps(struct elements *s, const bool instrumented)
{
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

    /* Each (spec.lua:3) */
    if (instrumented) loopc_enter(&s->loopc, P_Each);
    for (s->Each.iteration = 0; s->Each.iteration < 2; s->Each.iteration++, s->Each.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Each)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;
    Each_resumed:
        /* Each.call (spec.lua:5) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_call);
        if ((st = Each_on_call(s))) break;

        /* Each.print (spec.lua:6) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_print);
        Each_on_print(s);

        /* Each.repeat (spec.lua:7) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_repeat);
        if ((st = Each_on_repeat(s))) break;

        /* Each.stop (spec.lua:8) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_stop);
        if ((st = Each_on_stop(s))) break;

        /* Each.loop (spec.lua:9) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_loop);
        if ((st = Each_on_loop(s))) break;

        /* Each.choose (spec.lua:10) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_choose);
        if ((st = Each_on_choose(s))) break;

        /* Each.buffer (spec.lua:11) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_buffer);
        if ((st = Each_on_buffer(s))) break;

        /* Each.weave (spec.lua:15) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_weave);
        if ((st = Each_on_weave(s))) break;

        /* Nested.nested (spec.lua:23), on Each.on_weave */
        if (instrumented) loopc_at(&s->loopc, P_Nested_on_nested);
        st = Nested_on_nested(s, &s->Nested_on_Each_on_weave);
        /* Nested.nested failed, then finally (spec.lua:28) */
        if (st == LOOPC_FAILED) {
            if (instrumented) loopc_at(&s->loopc, P_Nested_failed_nested);
            int handled = Nested_failed_nested(s);
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Nested");
        }
        if (instrumented) loopc_at(&s->loopc, P_Nested_finally_nested);
        st = loopc_merge_status(st, Nested_finally_nested(s));
        if (instrumented) loopc_leave(&s->loopc, P_Nested_nested);
        if ((st = loopc_propagate(&s->loopc, st, "Nested", "Each.on_weave"))) break;

        /* Each.popen (spec.lua:16) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_popen);
        if ((st = Each_on_popen(s))) break;

        /* Each.spawn (spec.lua:17) */
        if (instrumented) loopc_at(&s->loopc, P_Each_on_spawn);
        if ((st = Each_on_spawn(s))) break;
        if (instrumented) loopc_leave(&s->loopc, P_Each_spawn);
    }
Each_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Each_END);
    return st;
}

static int elements_run(void *state)
{
    return elements_steps(state, false);
}

static int elements_run_instrumented(void *state)
{
    return elements_steps(state, true);
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
};

static const struct loopc_program program = {
    .name = "elements",
    .size = sizeof(struct elements),
    LOOPC_TABLE(fields, field_count, fields),
    LOOPC_TABLE(trace_points, trace_point_count, trace_points),
    LOOPC_TABLE(resume_points, resume_point_count, resume_points),
    .reevaluate = elements_reevaluate,
    .defaults = elements_defaults,
    .run = elements_run,
    .run_instrumented = elements_run_instrumented,
    LOOPC_TABLE(children, child_count, children),
    .end_child = loopc_child_end,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
