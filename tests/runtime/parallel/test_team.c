/* The thread team: each thread works once, barriers hold, and none is left over, woken in vain or
 * starved. */
#include "child.h"
#include "parallel/team.h"
#include "run/failures.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <cmocka.h>

enum { MOST = 8, ROUNDS = 2000 };

static char message[256];

static void size_is(int threads)
{
    assert_int_equal(loopc_team_size(threads, message, sizeof message), LOOPC_OK);
    assert_int_equal(loopc_team_members, threads);
}

static int end_crew(void **unused)
{
    (void)unused;
    loopc_team_end();
    return 0;
}

/* Processor time of all threads, which other load does not change. */
static int64_t milliseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int tasks(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

/* A joined thread may still be in the list for a moment. */
static bool tasks_become(int wanted)
{
    for (int i = 0; i < 60000 && tasks() != wanted; i++)
        usleep(1000);
    return tasks() == wanted;
}

/* The traces that each part leaves. */
struct traces {
    struct {
        int calls, parts;
        pthread_t thread;
        sigset_t blocked;
    } of[MOST];
};

static void leave_trace(void *job, struct loopc_thread me)
{
    struct traces *traces = job;
    traces->of[me.tid].calls++;
    traces->of[me.tid].parts = me.nthreads;
    traces->of[me.tid].thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &traces->of[me.tid].blocked);
}

static void one_is_a_plain_call(void **unused)
{
    (void)unused;
    struct traces traces = {0};
    loopc_team_run(leave_trace, &traces, 0);
    assert_int_equal(traces.of[0].calls, 1);
    assert_int_equal(traces.of[0].parts, 1);
    assert_true(pthread_equal(traces.of[0].thread, pthread_self()));
    loopc_barrier((struct loopc_thread){0, 1});
}

static void everybody_works_once(void **unused)
{
    (void)unused;
    for (int threads = 1; threads <= MOST; threads++) {
        struct traces traces = {0};
        size_is(threads);
        for (int i = 0; i < 100; i++)
            loopc_team_run(leave_trace, &traces, 0);
        for (int i = 0; i < MOST; i++) {
            assert_int_equal(traces.of[i].calls, i < threads ? 100 : 0);
            assert_int_equal(traces.of[i].parts, i < threads ? threads : 0);
            for (int j = 0; j < i && i < threads; j++)
                assert_false(pthread_equal(traces.of[i].thread, traces.of[j].thread));
        }
        assert_true(pthread_equal(traces.of[0].thread, pthread_self()));
    }
}

static void only_the_caller_has_signals(void **unused)
{
    (void)unused;
    struct traces traces = {0};
    size_is(2);
    loopc_team_run(leave_trace, &traces, 0);
    assert_false(sigismember(&traces.of[0].blocked, SIGINT));
    assert_true(sigismember(&traces.of[1].blocked, SIGINT));
    assert_true(sigismember(&traces.of[1].blocked, SIGCHLD));
}

/* Not atomic, on purpose: the barrier orders the accesses. */
struct rounds {
    int count, nap_every;
    int at[MOST];
    int wrong[MOST];
};

static void go_round(void *job, struct loopc_thread me)
{
    struct rounds *rounds = job;
    for (int round = 1; round <= rounds->count; round++) {
        if (rounds->nap_every && round % rounds->nap_every == me.tid) usleep(2000);
        rounds->at[me.tid] = round;
        loopc_barrier(me);
        for (int i = 0; i < me.nthreads; i++)
            rounds->wrong[me.tid] += rounds->at[i] != round;
        loopc_barrier(me);
    }
}

static void go_rounds(int threads, int count, int nap_every)
{
    struct rounds rounds = {.count = count, .nap_every = nap_every};
    loopc_team_run(go_round, &rounds, 0);
    for (int i = 0; i < threads; i++) {
        assert_int_equal(rounds.at[i], count);
        assert_int_equal(rounds.wrong[i], 0);
    }
}

static void meetings_wait_for_all(void **unused)
{
    (void)unused;
    for (int threads = 2; threads <= MOST; threads += threads == 3 ? 5 : 1) {
        size_is(threads);
        go_rounds(threads, ROUNDS / threads, 0);
        go_rounds(threads, ROUNDS / threads, 0);
    }
}

static void who_sleeps_is_woken(void **unused)
{
    (void)unused;
    for (int threads = 2; threads <= 3; threads++) {
        size_is(threads);
        go_rounds(threads, 60, 4);
        usleep(2000); /* members sleep */
        go_rounds(threads, 1, 0);
    }
}

/* Spinning would take a slice of the scheduler's time a meeting, milliseconds each. */
static void one_processor_is_enough(void **unused)
{
    (void)unused;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
    }
    sched_setaffinity(0, sizeof one, &one);
    size_is(3);
    const int64_t start = milliseconds();
    go_rounds(3, ROUNDS, 0);
    const int64_t taken = milliseconds() - start;
    sched_setaffinity(0, sizeof before, &before);
    assert_in_range(taken, 0, 4000);
}

/* Each part's workspace is private, aligned, and keeps its content; the size of the caller's is
 * set by the caller. */
static void use_own(void *job, struct loopc_thread me)
{
    static unsigned char first[3000];
    const int round = *(const int *)job;
    unsigned char *const own = loopc_team_workspace(me, first);
    assert_true((own == first) == (me.tid == 0));
    assert_int_equal((uintptr_t)own % 64, me.tid == 0 ? (uintptr_t)first % 64 : 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(own[i], round > 1 ? me.tid + round - 1 : 0);
    memset(own, me.tid + round, 1000);
    loopc_barrier(me);
    assert_int_equal(own[999], me.tid + round);
}

static void each_has_memory_of_its_own(void **unused)
{
    (void)unused;
    size_is(3);
    for (int round = 1; round <= 20; round++)
        loopc_team_run(use_own, &round, 1000);
    loopc_team_end();
}

static void works_in_parts(void *job, struct loopc_thread me)
{
    if (me.tid == 0) *(int *)job = me.nthreads;
}

/* Then the work is done by the caller alone, and later again by all. */
static int has_no_memory(void *unused)
{
    (void)unused;
    int without = 0, with = 0;
    size_is(2);
    setrlimit(RLIMIT_AS, &(struct rlimit){1 << 30, RLIM_INFINITY});
    loopc_team_run(works_in_parts, &without, (size_t)2 << 30);
    setrlimit(RLIMIT_AS, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    loopc_team_run(works_in_parts, &with, 1000);
    return without == 1 && with == 2 ? 0 : 1;
}

static void without_memory_the_caller_works_alone(void **unused)
{
    (void)unused;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* the sanitizers need that memory themselves */
#endif
    static struct child child;
    child_run(&child, has_no_memory, NULL);
    assert_int_equal(child.code, 0);
}

struct places {
    bool crowd;
    atomic_int of[2];
};

/* Where both work; before, the second comes to the first if they are to be crowded. */
static void take_places(void *job, struct loopc_thread me)
{
    struct places *const places = job;
    if (me.tid == 0) places->of[0] = sched_getcpu();
    loopc_barrier(me);
    if (places->crowd && me.tid == 1) {
        cpu_set_t all, one;
        sched_getaffinity(0, sizeof all, &all);
        CPU_ZERO(&one);
        CPU_SET((size_t)places->of[0], &one);
        sched_setaffinity(0, sizeof one, &one);
        sched_setaffinity(0, sizeof all, &all);
    }
    places->of[me.tid] = sched_getcpu();
}

/* How many pieces of work it takes until two that were crowded have a processor each. */
static int works_until_apart(void)
{
    struct places places = {.crowd = true};
    size_is(2);
    loopc_team_run(take_places, &places, 0);
    places.crowd = false;
    for (int works = 1; works < 1000; works++) {
        loopc_team_run(take_places, &places, 0);
        if (places.of[0] != places.of[1]) return works;
    }
    return 1000;
}

/* Whether most of ten pairs have come apart soon. */
static bool most_come_apart(void)
{
    int soon = 0;
    for (int i = 0; i < 10; i++)
        soon += works_until_apart() <= 70;
    return soon >= 6;
}

/* The scheduler alone parts two of ten as soon. Where others want the processors, it can put both
 * together again, so that several tries are made. */
static void members_do_not_stay_on_one_processor(void **unused)
{
    (void)unused;
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) skip();
    for (int tries = 0; tries < 5; tries++)
        if (most_come_apart()) return;
    fail_msg("members stay on one processor");
}

static void sizes_change_and_end(void **unused)
{
    (void)unused;
    const int alone = tasks();
    static const int sizes[] = {4, 2, 1, 3, 8, 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_is(sizes[i]);
        assert_true(tasks_become(alone + sizes[i] - 1));
        go_rounds(sizes[i], 10, 0);
    }
    assert_true(tasks_become(alone));
}

static void impossible_sizes_are_refused(void **unused)
{
    (void)unused;
    size_is(2);
    assert_int_equal(loopc_team_size(0, message, sizeof message), LOOPC_FAILED);
    assert_string_equal(message, "a team has 1 to 256 threads, not 0");
    assert_int_equal(loopc_team_size(257, message, sizeof message), LOOPC_FAILED);
    assert_int_equal(loopc_team_members, 1);
    go_rounds(1, 2, 0);
}

/* No room for stacks: the threads that were started are ended again. */
static int starts_too_many(void *unused)
{
    (void)unused;
    char text[256];
    setrlimit(RLIMIT_AS, &(struct rlimit){64 << 20, 64 << 20});
    const int st = loopc_team_size(200, text, sizeof text);
    puts(text);
    go_rounds(1, 2, 0);
    return st == LOOPC_FAILED && loopc_team_members == 1 && tasks_become(1) ? 0 : 1;
}

static void a_thread_that_cannot_be_had_is_an_error(void **unused)
{
    (void)unused;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* the sanitizers need that memory themselves */
#endif
    static struct child child;
    child_run(&child, starts_too_many, NULL);
    assert_int_equal(child.code, 0);
    assert_non_null(strstr(child.out, "cannot start 200 threads: "));
}

static int works_alone(void *unused)
{
    (void)unused;
    struct traces traces = {0};
    loopc_team_run(leave_trace, &traces, 0);
    loopc_team_end();
    const bool alone = tasks_become(1);
    const int st = loopc_team_size(2, message, sizeof message);
    go_rounds(2, 10, 0);
    return traces.of[0].parts == 1 && alone && !st && tasks_become(2) ? 0 : 1;
}

static void a_child_has_a_crew_of_one(void **unused)
{
    (void)unused;
    static struct child child;
    size_is(3);
    for (int i = 0; i < 20; i++) {
        go_rounds(3, 1, 0);
        child_run(&child, works_alone, NULL);
        assert_int_equal(child.code, 0);
    }
    go_rounds(3, 10, 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_teardown(test, end_crew)
    const struct CMUnitTest tests[] = {
        TEST(one_is_a_plain_call),
        TEST(everybody_works_once),
        TEST(only_the_caller_has_signals),
        TEST(meetings_wait_for_all),
        TEST(who_sleeps_is_woken),
        TEST(one_processor_is_enough),
        TEST(each_has_memory_of_its_own),
        TEST(without_memory_the_caller_works_alone),
        TEST(members_do_not_stay_on_one_processor),
        TEST(sizes_change_and_end),
        TEST(impossible_sizes_are_refused),
        TEST(a_thread_that_cannot_be_had_is_an_error),
        TEST(a_child_has_a_crew_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
