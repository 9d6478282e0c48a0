/* The one rank of a program without MPI. */
#include "parallel/ranks.h"

int32_t loopc_rank, loopc_ranks = 1;
const struct loopc_mapping *loopc_ranks_mapping;
int64_t loopc_ranks_waited;

void loopc_ranks_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void loopc_ranks_end(void)
{
}

void loopc_ranks_most(int64_t *values, int32_t count)
{
    (void)values;
    (void)count;
}

void loopc_ranks_spread(void *bytes, size_t size)
{
    (void)bytes;
    (void)size;
}

void loopc_ranks_sum_begin(float *values, ptrdiff_t count)
{
    (void)values;
    (void)count;
}

void loopc_ranks_sum_end(void)
{
}

void loopc_ranks_gather(float *values, const int32_t *row)
{
    (void)values;
    (void)row;
}

void loopc_ranks_speak(bool show)
{
    (void)show;
}
