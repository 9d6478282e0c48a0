/* Ranks over MPI: runtime/parallel/ranks.h. Compiled into programs by loopc build --mpi. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "data/mapped.h"
#include "parallel/ranks.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int32_t loopc_rank, loopc_ranks = 1;
const struct loopc_mapping *loopc_ranks_mapping = &loopc_mapping;
int64_t loopc_ranks_waited;

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

/* Without the service that its MPI asks for places (srun --mpi=...), each process is alone. */
static void tell_of_srun(void)
{
    const char *const tasks = getenv("SLURM_STEP_NUM_TASKS"), *const task = getenv("SLURM_PROCID");
    if (loopc_ranks > 1 || !tasks || !task || atoi(tasks) < 2 || atoi(task) > 0) return;
    (void)fprintf(
        stderr,
        "%s: warning: srun has started %s processes, but MPI knows of one: each of them "
        "trains alone\n%s: hint: srun --mpi=pmix for Open MPI, srun --mpi=pmi2 for MPICH\n",
        program_invocation_short_name, tasks, program_invocation_short_name);
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
    tell_of_srun();
}

void loopc_ranks_end(void)
{
    (void)MPI_Finalize();
}

/* A wait that has lasted for `tries` questions: turns at first, then gives the processor to others,
 * of which some may be ranks, then sleeps: a run that is paused costs nothing. */
static void rest(int64_t tries)
{
    enum { TURNS = 100, YIELDS = 5000 };
    const struct timespec nap = {.tv_nsec = tries < 4 * YIELDS ? 50 * 1000 : 1000 * 1000};
    if (tries < TURNS) return;
    if (tries < YIELDS)
        (void)sched_yield();
    else
        (void)nanosleep(&nap, NULL);
}

static void await(MPI_Request request)
{
    const int64_t began = loopc_clock();
    int done = 0;
    for (int64_t tries = 0;; tries++) {
        (void)MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done) break;
        rest(tries);
    }
    loopc_ranks_waited += loopc_clock() - began;
}

void loopc_ranks_most(int64_t *values, int32_t count)
{
    MPI_Request request;
    if (loopc_ranks == 1) return;
    (void)MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD,
                         &request);
    await(request);
}

void loopc_ranks_spread(void *bytes, size_t size)
{
    MPI_Request request;
    if (loopc_ranks == 1 || size == 0) return;
    (void)MPI_Ibcast(bytes, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    await(request);
}

/* ---- Sums ------------------------------------------------------------------------------- */

/* Recursive halving: with the partner at distance 1, then 2, 4 and so on, each rank keeps half of
 * the stretch that it had and adds the partner's; so every value is summed in the same tree. Then
 * the same way back, without additions. Vectors are cut in pieces, whose copies stay in a cache;
 * each piece goes its way by itself, whenever a call moves it on. */

enum { PIECE = 1 << 18, LEVELS = 7 };

/* The stretch of a piece that this rank has at a level. */
struct stretch {
    ptrdiff_t low, high;
};

/* A piece on its way. At level k the partner is at distance 2^k. */
struct piece {
    float *values, *received; /* received: what a partner has sent, to be added */
    ptrdiff_t room;           /* of received */
    struct stretch at[LEVELS];
    int level;
    bool back, over;
    MPI_Request requests[2];
};

static struct piece *pieces; /* kept from step to step, with their memory */
static int piece_count, piece_room;

static int partner_at(int level)
{
    return (int)loopc_rank ^ 1 << level;
}

static void exchange(struct piece *piece, int tag, struct stretch out, float *in, ptrdiff_t count)
{
    const int partner = partner_at(piece->level);
    (void)MPI_Irecv(in, (int)count, MPI_FLOAT, partner, tag, MPI_COMM_WORLD, &piece->requests[0]);
    (void)MPI_Isend(piece->values + out.low, (int)(out.high - out.low), MPI_FLOAT, partner, tag,
                    MPI_COMM_WORLD, &piece->requests[1]);
}

/* The half of a stretch that stays with this rank, or the other one. */
static struct stretch half_of(struct stretch whole, int level, bool own)
{
    const ptrdiff_t middle = whole.low + (whole.high - whole.low) / 2;
    const bool low = ((loopc_rank & 1 << level) == 0) == own;
    return low ? (struct stretch){whole.low, middle} : (struct stretch){middle, whole.high};
}

static void start_level(struct piece *piece, int tag)
{
    const struct stretch whole = piece->at[piece->level];
    const struct stretch own = half_of(whole, piece->level, true);
    const struct stretch other = half_of(whole, piece->level, false);
    piece->at[piece->level + 1] = own;
    if (piece->back)
        exchange(piece, tag, own, piece->values + other.low, other.high - other.low);
    else
        exchange(piece, tag, other, piece->received, own.high - own.low);
}

static void add_received(const struct piece *piece)
{
    const struct stretch own = piece->at[piece->level + 1];
    float *const values = piece->values + own.low;
    for (ptrdiff_t i = 0; i < own.high - own.low; i++)
        values[i] += piece->received[i];
}

/* Its messages have arrived: goes on to the next level, up to the top and back. */
static void take_level(struct piece *piece, int tag)
{
    if (!piece->back) add_received(piece);
    if (!piece->back && 2 << piece->level < loopc_ranks)
        piece->level++;
    else if (!piece->back)
        piece->back = true;
    else if (piece->level-- == 0)
        piece->over = true;
    if (!piece->over) start_level(piece, tag);
}

/* Moves all pieces on as far as their messages have arrived; returns whether all are over. */
static bool move_on(void)
{
    MPI_Status statuses[2]; /* MPICH's prototype makes gcc warn of MPI_STATUSES_IGNORE */
    bool over = true;
    for (int i = 0; i < piece_count; i++) {
        int done = !pieces[i].over;
        while (done && !pieces[i].over) {
            (void)MPI_Testall(2, pieces[i].requests, &done, statuses);
            if (done) take_level(&pieces[i], i);
        }
        over = over && pieces[i].over;
    }
    return over;
}

static void *resized(void *memory, size_t size)
{
    void *const found = realloc(memory, size);
    if (!found) MPI_Abort(MPI_COMM_WORLD, 1);
    return found;
}

/* One more piece, with the memory of the last step's. */
static struct piece *add_piece(ptrdiff_t count)
{
    if (piece_count == piece_room) {
        pieces = resized(pieces, (size_t)(2 * piece_room + 8) * sizeof *pieces);
        memset(pieces + piece_room, 0, (size_t)(piece_room + 8) * sizeof *pieces);
        piece_room = 2 * piece_room + 8;
    }
    struct piece *const piece = &pieces[piece_count++];
    if (piece->room < count)
        piece->received = resized(piece->received, (size_t)count * sizeof *piece->received);
    if (piece->room < count) piece->room = count;
    return piece;
}

void loopc_ranks_sum_begin(float *values, ptrdiff_t count)
{
    if (loopc_ranks == 1) return;
    for (ptrdiff_t at = 0; at < count; at += PIECE) {
        const ptrdiff_t length = count - at < PIECE ? count - at : PIECE;
        struct piece *const piece = add_piece((length + 1) / 2);
        piece->values = values + at;
        piece->at[0] = (struct stretch){0, length};
        piece->level = 0;
        piece->back = piece->over = false;
        start_level(piece, piece_count - 1);
    }
    (void)move_on();
}

void loopc_ranks_sum_end(void)
{
    const int64_t began = loopc_clock();
    for (int64_t tries = 0; !move_on(); tries++)
        rest(tries);
    piece_count = 0;
    loopc_ranks_waited += loopc_clock() - began;
}

void loopc_ranks_gather(float *values, const int32_t *row)
{
    int *const counts = resized(NULL, 2 * (size_t)loopc_ranks * sizeof *counts);
    int *const starts = counts + loopc_ranks;
    MPI_Request request;
    for (int32_t r = 0; r < loopc_ranks; r++) {
        starts[r] = row[r];
        counts[r] = row[r + 1] - row[r];
    }
    memmove(values + row[loopc_rank], values, (size_t)counts[loopc_rank] * sizeof *values);
    (void)MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, starts, MPI_FLOAT,
                          MPI_COMM_WORLD, &request);
    await(request);
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
