/* Ranks over MPI: runtime/parallel/ranks.h. Compiled into programs by loopc build --mpi. */
#define _GNU_SOURCE
#include "parallel/ranks.h"

#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int32_t loopc_rank, loopc_ranks = 1;

static int spoken = -1; /* standard error of a rank other than 0; what it writes there is kept */

/* Other ranks than 0 print nothing: their output would be that of rank 0 once more. */
static void fall_silent(void)
{
    const int nowhere = open("/dev/null", O_WRONLY);
    const int kept = memfd_create("messages", MFD_CLOEXEC);
    spoken = dup(STDERR_FILENO);
    if (nowhere >= 0) (void)dup2(nowhere, STDOUT_FILENO);
    if (kept >= 0 || nowhere >= 0) (void)dup2(kept >= 0 ? kept : nowhere, STDERR_FILENO);
}

/* An error of MPI ends all ranks (MPI_ERRORS_ARE_FATAL, the default), so no call is checked. */
void loopc_ranks_begin(int *argc, char ***argv)
{
    int rank, ranks, level;
    (void)MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    (void)MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    loopc_rank = rank;
    loopc_ranks = ranks;
    if (rank > 0) fall_silent();
}

void loopc_ranks_end(void)
{
    (void)MPI_Finalize();
}

void loopc_ranks_most(int64_t *values, int32_t count)
{
    if (loopc_ranks == 1) return;
    (void)MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
}

/* Sends one stretch of values to a partner and receives another one. */
static void swap(int partner, const float *out, ptrdiff_t out_count, float *in, ptrdiff_t in_count)
{
    (void)MPI_Sendrecv(out, (int)out_count, MPI_FLOAT, partner, 1, in, (int)in_count, MPI_FLOAT,
                       partner, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* Recursive halving: with the partner at distance 1, then 2, 4 and so on, each rank keeps half of
 * the stretch that it had and adds the partner's; so every value is summed in the same tree. Then
 * the same way back, without additions. [low, high) is the stretch that is this rank's. */
static void halve_and_double(float *values, float *received, ptrdiff_t low, ptrdiff_t high,
                             int32_t distance)
{
    if (distance == loopc_ranks) return;
    const int partner = loopc_rank ^ distance;
    const bool takes_low = (loopc_rank & distance) == 0;
    const ptrdiff_t middle = low + (high - low) / 2;
    const ptrdiff_t first = takes_low ? low : middle, end = takes_low ? middle : high;
    const ptrdiff_t other = takes_low ? middle : low, other_end = takes_low ? high : middle;
    swap(partner, values + other, other_end - other, received, end - first);
    for (ptrdiff_t i = 0; i < end - first; i++)
        values[first + i] += received[i];
    halve_and_double(values, received, first, end, 2 * distance);
    swap(partner, values + first, end - first, values + other, other_end - other);
}

/* In pieces, whose lengths an int holds and whose copies stay in a cache. */
void loopc_ranks_sum(float *values, ptrdiff_t count)
{
    enum { PIECE = 1 << 18 };
    static float received[PIECE];
    for (ptrdiff_t at = 0; at < count; at += PIECE)
        halve_and_double(values + at, received, 0, count - at < PIECE ? count - at : PIECE, 1);
}

void loopc_ranks_gather(float *values, const int32_t *row)
{
    int *const counts = malloc(2 * (size_t)loopc_ranks * sizeof *counts), *starts;
    if (!counts) MPI_Abort(MPI_COMM_WORLD, 1);
    starts = counts + loopc_ranks;
    for (int32_t r = 0; r < loopc_ranks; r++) {
        starts[r] = row[r];
        counts[r] = row[r + 1] - row[r];
    }
    memmove(values + row[loopc_rank], values, (size_t)counts[loopc_rank] * sizeof *values);
    (void)MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, starts, MPI_FLOAT,
                         MPI_COMM_WORLD);
    free(counts);
}

/* Writes the lines of a text, each behind the number of the rank. */
static void write_lines(FILE *out, char *text)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        (void)fprintf(out, "rank %d: %s\n", (int)loopc_rank, line);
}

void loopc_ranks_speak(bool show)
{
    char text[1 << 14];
    if (spoken < 0) return;
    (void)fflush(stderr);
    const off_t end = lseek(STDERR_FILENO, 0, SEEK_END);
    const off_t from = end > (off_t)sizeof text - 1 ? end - (off_t)sizeof text + 1 : 0;
    const ssize_t size = show ? pread(STDERR_FILENO, text, sizeof text - 1, from) : 0;
    (void)!ftruncate(STDERR_FILENO, 0);
    (void)lseek(STDERR_FILENO, 0, SEEK_SET);
    FILE *const out = size > 0 ? fdopen(dup(spoken), "w") : NULL;
    if (!out) return;
    text[size] = 0;
    write_lines(out, text);
    (void)fclose(out);
}
