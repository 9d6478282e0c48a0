/* A process that saves all the time is killed at 200 random moments: the newest file is whole each
 * time, no damaged one is ever seen, and nothing that was saved and not pruned is lost. */
#include "files.h"
#include "loading.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <cmocka.h>

enum { KILLS = 200, LONGEST_US = 30000, KEEP = 2 };

static char path[64], text[1024];
static const struct loopc_message message = {text, sizeof text};

/* Resumes where the run before was killed. Reports the checkpoints on disk through the pipe. */
static void save_forever(int64_t number, int told)
{
    static struct kept state;
    struct loopc_directory folder;
    if (loopc_directory_open(&folder, &kept_program, path, &message)) _exit(1);
    while (true) {
        struct loopc_checkpoint_info info = loopc_checkpoint_info_start();
        info.position = ++number;
        kept_fill(&state, (int)number);
        if (loopc_checkpoint_save(&folder, &state, &info, number % 2, &message)) _exit(2);
        if (write(told, &number, sizeof number) != sizeof number) _exit(3);
        if (loopc_directory_prune(&folder, KEEP, (struct loopc_spared){0}, &message)) _exit(4);
    }
}

/* Returns the last number that it told. */
static int64_t run_and_kill(int64_t number, unsigned microseconds)
{
    int told[2], status;
    int64_t last = number, next;
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) save_forever(number, told[1]);
    close(told[1]);
    usleep(microseconds);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    while (read(told[0], &next, sizeof next) == sizeof next)
        last = next;
    close(told[0]);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void assert_whole(const char *which, struct test_loading *t, int64_t *position)
{
    struct kept wanted;
    memset(t->notes.warnings, 0, sizeof t->notes.warnings);
    const int result = loopc_checkpoint_resume(&t->loading, path, which);
    if (result == LOOPC_NO_FILE && *position == 0) return;
    if (result) fail_msg("%s", t->text);
    assert_string_equal(t->notes.warnings, "");
    *position = t->loading.info.position;
    kept_fill(&wanted, (int)*position);
    assert_true(kept_equal(&wanted, t->loading.state));
}

static void test_killed_at_any_moment(void **state)
{
    (void)state;
    static struct kept loaded;
    struct test_loading t;
    struct loopc_rng rng;
    int64_t position = 0, best = 0;
    loopc_rng_seed(&rng, (uint64_t)time(NULL), "kills");
    kept_fill(&loaded, 0);
    for (int i = 0; i < KILLS; i++) {
        const unsigned microseconds = (unsigned)loopc_rng_below(&rng, LONGEST_US);
        const int64_t told = run_and_kill(position, microseconds);
        loading_begin(&t, &kept_program, &loaded);
        assert_whole("latest", &t, &position);
        assert_true(position >= told && position <= told + 1);
        assert_whole("best", &t, &best);
        assert_true(best == 0 ? position == 0 : best % 2 == 1);
        assert_true(best == 0 || labs((long)(best - position)) <= 1);
        loading_end(&t);
    }
    print_message("%d kills, %d checkpoints\n", KILLS, (int)position);
    assert_true(position > KILLS / 10);
}

static int set_up(void **state)
{
    (void)state;
    files_folder(path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    files_remove(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_any_moment),
    };
    return cmocka_run_group_tests_name("checkpoint_kill", tests, set_up, tear_down);
}
