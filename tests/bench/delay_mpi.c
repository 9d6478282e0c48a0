/* Loaded before an MPI (LD_PRELOAD), a slow network: messages leave a process one after another, at
 * BANDWIDTH_MB megabytes a second, and arrive LATENCY_US microseconds later. Nobody sleeps: a
 * request is not done before that time, and neither is the one tested with it, whose message the
 * partner has sent at the same time. For scaling. */
#include <mpi.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 4096 };

static struct {
    MPI_Request request;
    double time; /* at which it is done */
} waits[MOST];

static int wait_count;
static double link_free; /* when the last message has left */

static double number(const char *name)
{
    const char *const text = getenv(name);
    return text ? strtod(text, NULL) : 0;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void delay(MPI_Request request, double messages, double bytes)
{
    const double rate = number("BANDWIDTH_MB") * 1e6, time = now();
    if (link_free < time) link_free = time;
    if (rate > 0) link_free += bytes / rate;
    if (wait_count == MOST) abort();
    waits[wait_count].request = request;
    waits[wait_count++].time = link_free + messages * number("LATENCY_US") * 1e-6;
}

/* Whether a request may be done by now. */
static int is_due(MPI_Request request)
{
    for (int i = 0; i < wait_count; i++)
        if (waits[i].request == request && waits[i].time > now()) return 0;
    return 1;
}

static void forget(MPI_Request request)
{
    for (int i = 0; i < wait_count; i++)
        if (waits[i].request == request) waits[i--] = waits[--wait_count];
}

/* What moves messages meanwhile. */
static void progress(int *done)
{
    int there;
    *done = 0;
    (void)PMPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_SELF, &there, MPI_STATUS_IGNORE);
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
    const int code = PMPI_Isend(buffer, count, type, to, tag, comm, request);
    delay(*request, 1, (double)count * size);
    return code;
}

int MPI_Iallreduce(const void *out, void *in, int count, MPI_Datatype type, MPI_Op op,
                   MPI_Comm comm, MPI_Request *request)
{
    const int code = PMPI_Iallreduce(out, in, count, type, op, comm, request);
    delay(*request, levels(comm), 0);
    return code;
}

int MPI_Iallgatherv(const void *out, int count, MPI_Datatype type, void *in, const int *counts,
                    const int *starts, MPI_Datatype in_type, MPI_Comm comm, MPI_Request *request)
{
    const int code = PMPI_Iallgatherv(out, count, type, in, counts, starts, in_type, comm, request);
    delay(*request, levels(comm), 0);
    return code;
}

int MPI_Test(MPI_Request *request, int *done, MPI_Status *status)
{
    const MPI_Request tested = *request;
    if (!is_due(tested)) return progress(done), MPI_SUCCESS;
    const int code = PMPI_Test(request, done, status);
    if (*done) forget(tested);
    return code;
}

int MPI_Testall(int count, MPI_Request requests[], int *done, MPI_Status statuses[])
{
    MPI_Request tested[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    if (count > 2) abort();
    for (int i = 0; i < count; i++) {
        tested[i] = requests[i];
        if (!is_due(tested[i])) return progress(done), MPI_SUCCESS;
    }
    const int code = PMPI_Testall(count, requests, done, statuses);
    for (int i = 0; *done && i < count; i++)
        forget(tested[i]);
    return code;
}
