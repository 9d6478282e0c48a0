/* elements: a trainer, flattened from spec.lua
 * Made by loopc from spec.lua; change that, not this.
 *
 *   Each (spec.lua:3): call, print, repeat, stop, loop, choose, buffer, weave, popen, spawn, 2
 *       times
 *   Nested (spec.lua:20): nested; on Each.on_weave */
#include "loopc.h"

/* Where a run can be saved and resumed: between two iterations of a loop. */
enum { AT_START, AT_Each, AT_Each_END };

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

/* All that a run of this trainer knows. */
struct elements {
    struct loopc_run loopc;                     /* what the runtime keeps of a run */
    int32_t x;                                  /* spec.lua:34 */
    float y;                                    /* spec.lua:34 */
    int64_t k;                                  /* spec.lua:34 */
    const char *word;                           /* spec.lua:34 */
    int32_t list[4];                            /* spec.lua:34 */
    float pair[2];                              /* spec.lua:34 */
    float pairs[4][2];                          /* spec.lua:34 */
    struct Nested_site Nested_on_Each_on_weave; /* on Each.on_weave */
    struct {
        int64_t iteration; /* iterations completed since entry */
        int64_t total;     /* iterations completed since the program first started */
        int64_t times;     /* iterations to do, since entry */
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

static double half(double x)
{
    return x / 2;
}

/* A leaf of Each.on_call (spec.lua:5) */
LOOPC_LEAF int Each_on_call_1(struct elements *s)
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
LOOPC_LEAF int Each_on_stop_1(struct elements *s)
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
LOOPC_LEAF int Each_on_loop_1(void)
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
LOOPC_LEAF int Nested_on_nested_1(struct Nested_site *Nested_site)
{
    Nested_site->rounds++;
    if (Nested_site->rounds % 4 == 0) return LOOPC_STOP;
    return LOOPC_OK;
}

/* A leaf of Nested.on_nested (spec.lua:26) */
LOOPC_LEAF int Nested_on_nested_2(struct elements *s, struct Nested_site *Nested_site)
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

/* What SPAWN (spec.lua:25) runs, in a process of its own. */
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
LOOPC_LEAF int Nested_failed_nested_1(void)
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

/* What SPAWN (spec.lua:17) runs, in a process of its own. */
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

/* The run, step by step: every step in the order in which it happens, each behind a place at
 * which the run can be left and gone on with. `st` is what is pending: a failure, or a signal on
 * its way to its target. */

static int elements_go_on(void *state)
{
    struct elements *const s = state;
    struct elements_at_run *const here = &s->position.run;
    int late;
    int handled = LOOPC_OK;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Each:
        s->loopc.resume_at = AT_START;
        goto Each_resumed;
    case AT_Each_END:
        s->loopc.resume_at = AT_START;
        if (s->Each.iteration < 2) goto Each_resumed;
        goto Each_ended;
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
    for (s->Each.iteration = 0; s->Each.iteration < 2; s->Each.iteration++, s->Each.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Each))) break;
    Each_resumed:
        /* Each.call (spec.lua:5) */
        s->position.Each_on_call.at = 0;
        here->at = 1;
    at_1:
        if ((st = Each_on_call(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.print (spec.lua:6) */
        s->position.Each_on_print.at = 0;
        here->at = 2;
    at_2:
        if (Each_on_print(s) == LOOPC_MORE) return LOOPC_MORE;

        /* Each.repeat (spec.lua:7) */
        s->position.Each_on_repeat.at = 0;
        here->at = 3;
    at_3:
        if ((st = Each_on_repeat(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.stop (spec.lua:8) */
        s->position.Each_on_stop.at = 0;
        here->at = 4;
    at_4:
        if ((st = Each_on_stop(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.loop (spec.lua:9) */
        s->position.Each_on_loop.at = 0;
        here->at = 5;
    at_5:
        if ((st = Each_on_loop(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.choose (spec.lua:10) */
        s->position.Each_on_choose.at = 0;
        here->at = 6;
    at_6:
        if ((st = Each_on_choose(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.buffer (spec.lua:11) */
        s->position.Each_on_buffer.at = 0;
        here->at = 7;
    at_7:
        if ((st = Each_on_buffer(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.weave (spec.lua:15) */
        s->position.Each_on_weave.at = 0;
        here->at = 8;
    at_8:
        if ((st = Each_on_weave(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) goto Each_weave_end;

        /* Nested.nested (spec.lua:23), on Each.on_weave */
        s->position.Nested_on_nested.at = 0;
        here->at = 9;
    at_9:
        if ((st = Nested_on_nested(s, &s->Nested_on_Each_on_weave)) == LOOPC_MORE)
            return LOOPC_MORE;
        /* Nested.nested failed, then finally (spec.lua:28) */
        if (st == LOOPC_FAILED) {
            handled = LOOPC_OK;
            s->position.Nested_failed_nested.at = 0;
            here->at = 10;
            here->st = st;
            here->handled = handled;
        at_10:
            if ((late = Nested_failed_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
            handled |= late;
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Nested");
        }
        s->position.Nested_finally_nested.at = 0;
        here->at = 11;
        here->st = st;
    at_11:
        if ((late = Nested_finally_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
        st = loopc_merge_status(st, late);
        st = loopc_propagate(&s->loopc, st, "Nested", "Each.on_weave");
    Each_weave_end:
        if (st) break;

        /* Each.popen (spec.lua:16) */
        s->position.Each_on_popen.at = 0;
        here->at = 12;
    at_12:
        if ((st = Each_on_popen(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;

        /* Each.spawn (spec.lua:17) */
        s->position.Each_on_spawn.at = 0;
        here->at = 13;
    at_13:
        if ((st = Each_on_spawn(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) break;
    }
Each_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Each_END);
    return st;
}

/* The same, watched: --timings and --trace run this one. */

static int elements_instrumented(void *state)
{
    struct elements *const s = state;
    struct elements_at_run *const here = &s->position.run;
    int late;
    int handled = LOOPC_OK;
    int st = LOOPC_OK;

    switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */
    case AT_Each:
        s->loopc.resume_at = AT_START;
        goto Each_resumed;
    case AT_Each_END:
        s->loopc.resume_at = AT_START;
        if (s->Each.iteration < 2) goto Each_resumed;
        goto Each_ended;
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
    loopc_enter(&s->loopc, 0);
    for (s->Each.iteration = 0; s->Each.iteration < 2; s->Each.iteration++, s->Each.total++) {
        if ((st = loopc_poll(&s->loopc, AT_Each))) break;
    Each_resumed:
        /* Each.call (spec.lua:5) */
        loopc_enter(&s->loopc, 1);
        loopc_at(&s->loopc, 2);
        s->position.Each_on_call.at = 0;
        here->at = 1;
    at_1:
        if ((st = Each_on_call(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 1);
        if (st) break;

        /* Each.print (spec.lua:6) */
        loopc_enter(&s->loopc, 3);
        loopc_at(&s->loopc, 4);
        s->position.Each_on_print.at = 0;
        here->at = 2;
    at_2:
        if (Each_on_print(s) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 3);

        /* Each.repeat (spec.lua:7) */
        loopc_enter(&s->loopc, 5);
        loopc_at(&s->loopc, 6);
        s->position.Each_on_repeat.at = 0;
        here->at = 3;
    at_3:
        if ((st = Each_on_repeat(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 5);
        if (st) break;

        /* Each.stop (spec.lua:8) */
        loopc_enter(&s->loopc, 7);
        loopc_at(&s->loopc, 8);
        s->position.Each_on_stop.at = 0;
        here->at = 4;
    at_4:
        if ((st = Each_on_stop(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 7);
        if (st) break;

        /* Each.loop (spec.lua:9) */
        loopc_enter(&s->loopc, 9);
        loopc_at(&s->loopc, 10);
        s->position.Each_on_loop.at = 0;
        here->at = 5;
    at_5:
        if ((st = Each_on_loop(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 9);
        if (st) break;

        /* Each.choose (spec.lua:10) */
        loopc_enter(&s->loopc, 11);
        loopc_at(&s->loopc, 12);
        s->position.Each_on_choose.at = 0;
        here->at = 6;
    at_6:
        if ((st = Each_on_choose(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 11);
        if (st) break;

        /* Each.buffer (spec.lua:11) */
        loopc_enter(&s->loopc, 13);
        loopc_at(&s->loopc, 14);
        s->position.Each_on_buffer.at = 0;
        here->at = 7;
    at_7:
        if ((st = Each_on_buffer(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 13);
        if (st) break;

        /* Each.weave (spec.lua:15) */
        loopc_enter(&s->loopc, 15);
        loopc_at(&s->loopc, 16);
        s->position.Each_on_weave.at = 0;
        here->at = 8;
    at_8:
        if ((st = Each_on_weave(s)) == LOOPC_MORE) return LOOPC_MORE;
        if (st) goto Each_weave_end;
        loopc_enter(&s->loopc, 17);

        /* Nested.nested (spec.lua:23), on Each.on_weave */
        loopc_enter(&s->loopc, 18);
        loopc_at(&s->loopc, 19);
        s->position.Nested_on_nested.at = 0;
        here->at = 9;
    at_9:
        if ((st = Nested_on_nested(s, &s->Nested_on_Each_on_weave)) == LOOPC_MORE)
            return LOOPC_MORE;
        /* Nested.nested failed, then finally (spec.lua:28) */
        if (st == LOOPC_FAILED) {
            handled = LOOPC_OK;
            loopc_at(&s->loopc, 20);
            s->position.Nested_failed_nested.at = 0;
            here->at = 10;
            here->st = st;
            here->handled = handled;
        at_10:
            if ((late = Nested_failed_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
            handled |= late;
            if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "Nested");
        }
        loopc_at(&s->loopc, 21);
        s->position.Nested_finally_nested.at = 0;
        here->at = 11;
        here->st = st;
    at_11:
        if ((late = Nested_finally_nested(s)) == LOOPC_MORE) return LOOPC_MORE;
        st = loopc_merge_status(st, late);
        loopc_leave(&s->loopc, 18);
        st = loopc_propagate(&s->loopc, st, "Nested", "Each.on_weave");
        loopc_leave(&s->loopc, 17);
    Each_weave_end:
        loopc_leave(&s->loopc, 15);
        if (st) break;

        /* Each.popen (spec.lua:16) */
        loopc_enter(&s->loopc, 22);
        loopc_at(&s->loopc, 23);
        s->position.Each_on_popen.at = 0;
        here->at = 12;
    at_12:
        if ((st = Each_on_popen(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 22);
        if (st) break;

        /* Each.spawn (spec.lua:17) */
        loopc_enter(&s->loopc, 24);
        loopc_at(&s->loopc, 25);
        s->position.Each_on_spawn.at = 0;
        here->at = 13;
    at_13:
        if ((st = Each_on_spawn(s)) == LOOPC_MORE) return LOOPC_MORE;
        loopc_leave(&s->loopc, 24);
        if (st) break;
    }
Each_ended:
    if (!st) st = loopc_ended(&s->loopc, AT_Each_END);
    if (st) return st;
    loopc_leave(&s->loopc, 0);
    return st;
}

/* What a run that is resumed evaluates again: bounds that nothing but options decides; and
 * whether a loop that had come to its end has more to do. */
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

/* Every field, for the command line, metrics, progress, trace and checkpoints. */
static const struct loopc_field fields[] = {
    {.name = "x", .type = LOOPC_I32, .offset = offsetof(struct elements, x), .count = 1},
    {.name = "y", .type = LOOPC_F32, .offset = offsetof(struct elements, y), .count = 1},
    {.name = "k", .type = LOOPC_I64, .offset = offsetof(struct elements, k), .count = 1},
    {.name = "word", .type = LOOPC_STR, .offset = offsetof(struct elements, word), .count = 1},
    {.name = "list", .type = LOOPC_I32, .offset = offsetof(struct elements, list), .count = 4},
    {.name = "pair", .type = LOOPC_F32, .offset = offsetof(struct elements, pair), .count = 2},
    {.name = "pairs",
     .type = LOOPC_F32,
     .offset = offsetof(struct elements, pairs),
     .count = 8,
     .rank = 2,
     .dims = {4, 2}},
    {.name = "Each.iteration",
     .type = LOOPC_I64,
     .offset = offsetof(struct elements, Each.iteration),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since entry"},
    {.name = "Each.total",
     .type = LOOPC_I64,
     .offset = offsetof(struct elements, Each.total),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations completed since the program first started"},
    {.name = "Each.times",
     .type = LOOPC_I64,
     .offset = offsetof(struct elements, Each.times),
     .count = 1,
     .flags = LOOPC_COUNTER,
     .doc = "iterations to do, since entry"},
    {.name = "Nested_on_Each_on_weave.rounds",
     .type = LOOPC_I32,
     .offset = offsetof(struct elements, Nested_on_Each_on_weave.rounds),
     .count = 1},
};

/* The places of the run, for --timings and --trace. */
static const struct loopc_trace_point places[] = {
    {"Each", NULL, -1, 'l'},
    {"Each.call", NULL, 0, 'p'},
    {"Each.on_call", NULL, 1, 's'},
    {"Each.print", NULL, 0, 'p'},
    {"Each.on_print", NULL, 3, 's'},
    {"Each.repeat", NULL, 0, 'p'},
    {"Each.on_repeat", NULL, 5, 's'},
    {"Each.stop", NULL, 0, 'p'},
    {"Each.on_stop", NULL, 7, 's'},
    {"Each.loop", NULL, 0, 'p'},
    {"Each.on_loop", NULL, 9, 's'},
    {"Each.choose", NULL, 0, 'p'},
    {"Each.on_choose", NULL, 11, 's'},
    {"Each.buffer", NULL, 0, 'p'},
    {"Each.on_buffer", NULL, 13, 's'},
    {"Each.weave", NULL, 0, 'p'},
    {"Each.on_weave", NULL, 15, 's'},
    {"Nested", "Each.on_weave", 15, 'l'},
    {"Nested.nested", "Each.on_weave", 17, 'p'},
    {"Nested.on_nested", "Each.on_weave", 18, 's'},
    {"Nested.failed_nested", "Each.on_weave", 18, 's'},
    {"Nested.finally_nested", "Each.on_weave", 18, 's'},
    {"Each.popen", NULL, 0, 'p'},
    {"Each.on_popen", NULL, 22, 's'},
    {"Each.spawn", NULL, 0, 'p'},
    {"Each.on_spawn", NULL, 24, 's'},
};

/* The positions of the run by name, as checkpoints have them. */
static const char *const positions[] = {
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

/* One step: one leaf, then on to just before the next one. LOOPC_MORE, or the status with which
 * the run ended. */
static int elements_step(void *state)
{
    struct elements *const s = state;
    int st;

    if (s->position.stage == LOOPC_STAGE_ENDED) return s->position.ended;
    while ((st = elements_go_on(s)) == LOOPC_MORE) {
        if (s->position.stage == LOOPC_STAGE_RUNS) return st;
        s->position.stage = LOOPC_STAGE_RUNS; /* it is before its first leaf */
    }
    s->position.stage = LOOPC_STAGE_ENDED;
    return s->position.ended = st;
}

/* One step: one leaf, then on to just before the next one. LOOPC_MORE, or the status with which
 * the run ended. */
static int elements_step_instrumented(void *state)
{
    struct elements *const s = state;
    int st;

    if (s->position.stage == LOOPC_STAGE_ENDED) return s->position.ended;
    while ((st = elements_instrumented(s)) == LOOPC_MORE) {
        if (s->position.stage == LOOPC_STAGE_RUNS) return st;
        s->position.stage = LOOPC_STAGE_RUNS; /* it is before its first leaf */
    }
    s->position.stage = LOOPC_STAGE_ENDED;
    return s->position.ended = st;
}

static const struct loopc_program program = {
    .name = "elements",
    .size = sizeof(struct elements),
    .fields = fields,
    .field_count = sizeof fields / sizeof fields[0],
    .trace_points = places,
    .trace_point_count = sizeof places / sizeof places[0],
    .resume_points = positions,
    .resume_point_count = sizeof positions / sizeof positions[0],
    .reevaluate = elements_reevaluate,
    .defaults = elements_defaults,
    .step = elements_step,
    .step_instrumented = elements_step_instrumented,
    .children = children,
    .child_count = sizeof children / sizeof children[0],
    .end_child = loopc_child_end,
};

int main(int argc, char **argv)
{
    return loopc_main(&program, argc, argv);
}
