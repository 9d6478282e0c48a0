/* Meetings of ranks. */
#include "parallel/ranks.h"

#include "parallel/team.h"

enum { MOST_RANKS = 64 };

bool loopc_ranks_parted;

bool loopc_ranks_meet(int64_t purpose, struct loopc_news *news)
{
    if (loopc_ranks_parted && purpose != LOOPC_MEETING_END) return false;
    news->purpose = purpose;
    news->other = -purpose;
    loopc_ranks_most((int64_t *)news, sizeof *news / sizeof(int64_t));
    const bool agreed = news->purpose == -news->other;
    if (!agreed) loopc_ranks_parted = true;
    return agreed;
}

bool loopc_ranks_meet_to_train(int32_t rows, int32_t count)
{
    struct loopc_news news = {0};
    if (loopc_ranks == 1) return !loopc_ranks_parted;
    return loopc_ranks_meet(LOOPC_MEETING_TRAIN | (int64_t)rows << 8 | (int64_t)count << 40, &news);
}

void loopc_ranks_share_layer(float *weights, ptrdiff_t weight_count, float *biases,
                             ptrdiff_t bias_count, struct loopc_thread me)
{
    if (loopc_ranks == 1) return;
    loopc_barrier(me);
    if (me.tid > 0) return;
    loopc_ranks_sum_begin(biases, bias_count);
    loopc_ranks_sum_begin(weights, weight_count);
}

void loopc_ranks_gather_rows(float *values, int32_t rows, int32_t width)
{
    int32_t row[MOST_RANKS + 1];
    for (int32_t r = 0; r <= loopc_ranks; r++)
        row[r] = (int32_t)((int64_t)rows * r / loopc_ranks) * width;
    loopc_ranks_gather(values, row);
}

void loopc_ranks_end_step(float *losses, int32_t rows)
{
    if (loopc_ranks == 1) return;
    loopc_ranks_gather_rows(losses, rows, 1);
    loopc_ranks_sum_end();
}
