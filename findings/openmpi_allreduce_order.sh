#!/usr/bin/env bash
# openmpi 4.1.4 (Debian 12), three ranks on one machine, MPI_FLOAT, MPI_SUM: in one call of MPI_Allreduce equal elements get
# different sums. With 1e8, -1e8 and 1 on the ranks (added in order: 1; else 0) all 512 sums of a short call are 1, of 1024 only 342,
# of 2048 all again, of 4096 only 1366: the algorithm, and with it the order of adding, changes with the length and inside
# of a call. MPI_Iallreduce gives 1 everywhere, so it does not agree with MPI_Allreduce either.
# Bites whoever expects that the place of a weight in a buffer, or the size of a bucket of gradients, leaves its bits alone.
. "$(dirname "$0")/lib.sh"
unpack openmpi-bin=4.1.4-3+b1 openmpi-common=4.1.4-3 libopenmpi3=4.1.4-3+b1 libopenmpi-dev=4.1.4-3+b1 libpmix2=4.2.2-1+deb12u1 \
    libevent-core-2.1-7=2.1.12-stable-8+deb12u1 libevent-pthreads-2.1-7=2.1.12-stable-8+deb12u1 libhwloc15=2.9.0-1 \
    libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1 libibverbs1=44.0-2 librdmacm1=44.0-2 libucx0=1.13.1-1 \
    libfabric1=1.17.0-3 libmunge2=0.5.15-2+deb12u1 libltdl7=2.4.7-7~deb12u1 libnuma1=2.0.16-1
cat >"$folder/sums.c" <<'C'
#include <mpi.h>
#include <stdio.h>

enum { MOST = 4096 };

static int ones(const float *sums, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++) n += sums[i] == 1;
    return n;
}

int main(int argc, char **argv)
{
    static const float of_rank[] = {1e8f, -1e8f, 1};
    static float mine[MOST], sums[MOST], later[MOST];
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 0; i < MOST; i++) mine[i] = of_rank[rank];
    for (int count = 512; count <= MOST; count *= 2) {
        MPI_Request request;
        MPI_Allreduce(mine, sums, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
        MPI_Iallreduce(mine, later, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        if (rank == 0)
            printf("of %d sums Allreduce makes 1: %d, Iallreduce: %d\n", count, ones(sums, count), ones(later, count));
    }
    return MPI_Finalize();
}
C
multiarch=$root/usr/lib/x86_64-linux-gnu
cc "$folder/sums.c" -I"$multiarch/openmpi/include" -L"$multiarch" -L"$multiarch/openmpi/lib" -lmpi -Wl,-rpath-link,"$libraries" \
    -o "$folder/sums"
export OPAL_PREFIX=$root/usr PMIX_INSTALL_PREFIX=$multiarch/pmix2 LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
seen "$(orterun --oversubscribe --mca btl self,vader --mca pml ob1 -n 3 "$folder/sums" 2>"$folder/log" || cat "$folder/log")" \
    "of 512 sums Allreduce makes 1: 512, Iallreduce: 512
of 1024 sums Allreduce makes 1: 342, Iallreduce: 1024
of 2048 sums Allreduce makes 1: 2048, Iallreduce: 2048
of 4096 sums Allreduce makes 1: 1366, Iallreduce: 4096"
