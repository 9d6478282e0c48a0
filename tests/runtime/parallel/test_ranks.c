/* Ranks of a program without MPI: one, which agrees with itself. Several are in
 * program/test_mpi.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parallel/ranks.h"

static void test_one_rank(void **state)
{
    float values[2] = {1.5f, -2.0f};
    int64_t words[2] = {3, -4};
    (void)state;
    assert_int_equal(loopc_rank, 0);
    assert_int_equal(loopc_ranks, 1);
    loopc_ranks_sum_begin(values, 2);
    loopc_ranks_sum_end();
    loopc_ranks_share_layer(values, 1, values + 1, 1, LOOPC_ONE_THREAD);
    loopc_ranks_most(words, 2);
    loopc_ranks_spread(words, sizeof words);
    loopc_ranks_end_step(values, 2);
    assert_true(values[0] == 1.5f && values[1] == -2.0f);
    assert_true(words[0] == 3 && words[1] == -4);
}

static void test_meetings(void **state)
{
    struct loopc_news news = {.signal = 15};
    (void)state;
    assert_true(loopc_ranks_meet(LOOPC_MEETING_POLL, &news));
    assert_int_equal(news.signal, 15);
    assert_true(loopc_ranks_meet_to_train(32, 8));
    loopc_ranks_parted = true; /* as when another rank has ended: only ends meet */
    assert_false(loopc_ranks_meet(LOOPC_MEETING_POLL, &news));
    assert_false(loopc_ranks_meet_to_train(32, 8));
    assert_true(loopc_ranks_meet(LOOPC_MEETING_END, &news));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_rank),
                                       cmocka_unit_test(test_meetings)};
    return cmocka_run_group_tests_name("ranks", tests, NULL, NULL);
}
