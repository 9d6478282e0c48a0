/* Loaded before an MPI (LD_PRELOAD): each message takes LATENCY_US microseconds, and as long as its
 * bytes take at BANDWIDTH_MB megabytes a second. The sender sleeps; partners that exchange messages
 * sleep at the same time. For scaling.py. */
#include <mpi.h>
#include <stdlib.h>
#include <time.h>

static double number(const char *name)
{
    const char *const text = getenv(name);
    return text ? strtod(text, NULL) : 0;
}

static void sleep_for(double messages, double bytes)
{
    const double rate = number("BANDWIDTH_MB") * 1e6;
    const double seconds = messages * number("LATENCY_US") * 1e-6 + (rate > 0 ? bytes / rate : 0);
    const struct timespec time = {(time_t)seconds,
                                  (long)(1e9 * (seconds - (double)(time_t)seconds))};
    (void)nanosleep(&time, NULL);
}

/* Levels of a tree of all ranks. */
static int levels(MPI_Comm comm)
{
    int ranks, count = 0;
    (void)PMPI_Comm_size(comm, &ranks);
    while (1 << count < ranks)
        count++;
    return count;
}

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    int size;
    (void)PMPI_Type_size(type, &size);
    sleep_for(1, (double)count * size);
    return PMPI_Isend(buffer, count, type, to, tag, comm, request);
}

int MPI_Iallreduce(const void *out, void *in, int count, MPI_Datatype type, MPI_Op op,
                   MPI_Comm comm, MPI_Request *request)
{
    sleep_for(levels(comm), 0);
    return PMPI_Iallreduce(out, in, count, type, op, comm, request);
}

int MPI_Iallgatherv(const void *out, int count, MPI_Datatype type, void *in, const int *counts,
                    const int *starts, MPI_Datatype in_type, MPI_Comm comm, MPI_Request *request)
{
    sleep_for(levels(comm), 0);
    return PMPI_Iallgatherv(out, count, type, in, counts, starts, in_type, comm, request);
}
