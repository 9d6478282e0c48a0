/* The thread team: one block of words that all threads poll.
 *
 * Members sleep or spin until `opened` changes, do their share of the work, and arrive at a last
 * barrier, for which only thread 0 waits. So a job costs one signal to the members and one back,
 * and a member that is late to leave the previous barrier delays only itself.
 */
#include "parallel/team.h"

#include "base/pages.h"
#include "base/status.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE = 64,       /* bytes of a cache line */
    SPIN_NS = 50000, /* about the time to wake a thread on another processor */
    BOLD_EVERY =
        64, /* every 64th wait spins for the full time, even if spinning has not paid off lately */
    STAY = 64 /* jobs before a member moves to another processor again */
};

int32_t loopc_team_members = 1;

struct member {
    _Alignas(LINE) struct loopc_thread me;
    int patience;   /* how long it spins, in polls of a word */
    unsigned waits; /* so far */
    unsigned seen;  /* the latest job that it has seen */
    unsigned moved; /* that for which it moved to another processor, */
    unsigned stay;  /* and for how many it stays there at least */
    atomic_int processor;
    void *own; /* its workspace */
    pthread_t thread;
};

static struct {
    /* Changes with every job. */
    _Alignas(LINE) atomic_uint opened; /* jobs so far */
    int most_patience;
    size_t own;                                      /* bytes of each member's workspace */
    void (*work)(void *job, struct loopc_thread me); /* NULL: the thread ends */
    void *job;
    pthread_mutex_t lock; /* held to sleep and to wake sleepers */
    /* Changes with every barrier. */
    _Alignas(LINE) atomic_uint met;    /* barriers that all have passed */
    pthread_cond_t changed;            /* opened or met has */
    _Alignas(LINE) atomic_int arrived; /* at the next barrier */
    atomic_int asleep;
    struct member members[LOOPC_TEAM_MOST];
} team = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Tells the processor that this is a spin loop. */
static inline void relax(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Polls a word until it is no longer `old`, at most `looks` times; returns whether it has
 * changed. */
static bool spin(const atomic_uint *word, unsigned old, int looks)
{
    for (int i = 0; i < looks; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != old) return true;
        relax();
    }
    return atomic_load_explicit(word, memory_order_acquire) != old;
}

/* Sequentially consistent against `announce`: either it sees the sleeper, or this sees the word. */
static void sleep_until_changed(const atomic_uint *word, unsigned old)
{
    pthread_mutex_lock(&team.lock);
    atomic_fetch_add(&team.asleep, 1);
    while (atomic_load(word) == old)
        pthread_cond_wait(&team.changed, &team.lock);
    atomic_fetch_sub(&team.asleep, 1);
    pthread_mutex_unlock(&team.lock);
}

static void await(const atomic_uint *word, unsigned old, struct member *member)
{
    const bool bold = ++member->waits % BOLD_EVERY == 0;
    const int most = team.most_patience, looks = bold ? most : member->patience;
    if (spin(word, old, looks)) {
        member->patience = looks < most / 2 ? looks * 2 + 1 : most;
    } else {
        member->patience = looks / 2;
        sleep_until_changed(word, old);
    }
}

static void announce(atomic_uint *word)
{
    atomic_fetch_add(word, 1);
    if (atomic_load(&team.asleep) == 0) return;
    pthread_mutex_lock(&team.lock); /* a thread that read the old word is asleep by now */
    pthread_mutex_unlock(&team.lock);
    pthread_cond_broadcast(&team.changed);
}

/* The last thread to arrive opens the barrier. Until then no thread can be at the next one. */
static void arrive(struct loopc_thread me, bool stay)
{
    const unsigned met = atomic_load_explicit(&team.met, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team.arrived, 1, memory_order_acq_rel) == me.nthreads - 1) {
        atomic_store_explicit(&team.arrived, 0, memory_order_relaxed);
        announce(&team.met);
    } else if (stay) {
        await(&team.met, met, &team.members[me.tid]);
    }
}

void loopc_barrier_wait(struct loopc_thread me)
{
    arrive(me, true);
}

/* Whether the member runs on the same processor as one before it. */
static bool is_crowded(const struct member *member)
{
    const int here = atomic_load_explicit(&member->processor, memory_order_relaxed);
    for (int i = 0; i < member->me.tid; i++) {
        const atomic_int *const there = &team.members[i].processor;
        if (atomic_load_explicit(there, memory_order_relaxed) == here) return true;
    }
    return false;
}

/* Excludes the processors of the members before it from the calling thread's affinity for a
 * moment. */
static void move_away(const struct member *member)
{
    cpu_set_t allowed, others;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return;
    others = allowed;
    for (int i = 0; i < member->me.tid; i++)
        CPU_CLR((size_t)team.members[i].processor, &others);
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others)) return;
    sched_setaffinity(0, sizeof allowed, &allowed);
}

/* A thread is often woken where its waker runs. Two members on one processor would take turns, a
 * sleep and a waking each, and that so well that the scheduler leaves them there for long. Where
 * moving does not help for long, because others want the processors, it becomes rare. */
static void spread_out(struct member *member)
{
    const int here = sched_getcpu();
    if (atomic_load_explicit(&member->processor, memory_order_relaxed) != here)
        atomic_store_explicit(&member->processor, here, memory_order_relaxed);
    const unsigned stayed = member->seen - member->moved;
    if (team.most_patience == 0 || stayed < member->stay || !is_crowded(member)) return;
    member->stay = stayed / STAY < member->stay ? member->stay * 2 : STAY;
    member->moved = member->seen;
    move_away(member);
    atomic_store_explicit(&member->processor, sched_getcpu(), memory_order_relaxed);
}

void *loopc_team_workspace(struct loopc_thread me, void *first)
{
    return me.tid == 0 ? first : team.members[me.tid].own;
}

static void free_own(void)
{
    for (int i = 1; i < LOOPC_TEAM_MOST && team.members[i].own; i++) {
        free(team.members[i].own);
        team.members[i].own = NULL;
    }
    team.own = 0;
}

/* Gives each member a zeroed workspace of that size; false without memory. */
static bool give_own(size_t bytes)
{
    if (bytes <= team.own) return true;
    free_own();
    const size_t whole = (bytes + LINE - 1) / LINE * LINE;
    for (int i = 1; i < loopc_team_members; i++) {
        void *const own = team.members[i].own = aligned_alloc(LINE, whole);
        if (!own) return false;
        loopc_huge_pages(own, whole);
        memset(own, 0, whole);
    }
    team.own = whole;
    return true;
}

void loopc_team_fork(void (*work)(void *job, struct loopc_thread me), void *job, size_t own)
{
    const struct loopc_thread me = {0, loopc_team_members};
    if (!give_own(own)) {
        work(job, LOOPC_ONE_THREAD);
        return;
    }
    team.work = work;
    team.job = job;
    spread_out(&team.members[0]);
    announce(&team.opened);
    work(job, me);
    arrive(me, true);
}

static void *serve(void *argument)
{
    struct member *member = argument;
    for (;;) {
        await(&team.opened, member->seen++, member);
        if (!team.work) return NULL;
        spread_out(member);
        team.work(team.job, member->me);
        arrive(member->me, false);
    }
}

/* The size of the team. */

static int processors(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set)) return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* How many looks SPIN_NS are. Of three tries the fastest: the others were interrupted. */
static int looks_to_spin(void)
{
    enum { LOOKS = 200 };
    int64_t least = SPIN_NS;
    for (int i = 0; i < 3; i++) {
        const int64_t start = now();
        spin(&team.opened, atomic_load(&team.opened), LOOKS);
        const int64_t taken = now() - start;
        if (taken < least) least = taken;
    }
    return (int)(LOOKS * (int64_t)SPIN_NS / (least > 0 ? least : 1));
}

/* In the child of a fork there are no other threads, whatever they held. */
static void be_alone(void)
{
    team.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    team.changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    atomic_store(&team.asleep, 0);
    atomic_store(&team.arrived, 0);
    loopc_team_members = 1;
}

void loopc_team_end(void)
{
    if (loopc_team_members == 1) return;
    team.work = NULL;
    announce(&team.opened);
    for (int i = 1; i < loopc_team_members; i++)
        pthread_join(team.members[i].thread, NULL);
    free_own();
    loopc_team_members = 1;
}

/* Takes on one member more. Returns 0 or the error's number. */
static int take_on(int part, int threads)
{
    struct member *member = &team.members[part];
    member->me = (struct loopc_thread){part, threads};
    member->patience = team.most_patience;
    member->seen = atomic_load(&team.opened);
    member->moved = member->seen;
    member->stay = 0;
    return part == 0 ? 0 : pthread_create(&member->thread, NULL, serve, member);
}

static int take_on_all(int threads)
{
    int failed = 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are delivered to the run */
    for (int i = 0; i < threads && !failed; i++) {
        failed = take_on(i, threads);
        if (!failed) loopc_team_members = i + 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

int loopc_team_size(int threads, char *message, size_t size)
{
    static bool prepared;
    loopc_team_end();
    if (threads < 1 || threads > LOOPC_TEAM_MOST) {
        snprintf(message, size, "a team has 1 to %d threads, not %d", LOOPC_TEAM_MOST, threads);
        return LOOPC_FAILED;
    }
    if (threads == 1) return LOOPC_OK;
    int failed = prepared ? 0 : pthread_atfork(NULL, NULL, be_alone);
    prepared = !failed;
    team.most_patience = processors() < threads ? 0 : looks_to_spin();
    if (!failed) failed = take_on_all(threads);
    if (!failed) return LOOPC_OK;
    snprintf(message, size, "cannot start %d threads: %s", threads, strerror(failed));
    loopc_team_end();
    return LOOPC_FAILED;
}
