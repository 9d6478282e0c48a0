#!/usr/bin/env bash
# mpich 4.0.2 (Debian 12), MPI_Allreduce with MPI_MAX, MPI_MIN, MPI_MINLOC or MPI_MAXLOC: when one rank gives a NaN, the ranks get
# different results out of one call. Each rank compares what it has with what its partner sent, in that order, and a comparison
# with NaN is false: of two ranks one is left with the NaN and the other with the number. Open MPI 4.1.4 gives all ranks one
# result. A sum is safe in both: NaN everywhere.
# Bites loops that end on a common decision, as "the largest loss of all ranks is no number, stop" or "rank with the least loss, send
# your weights": some ranks leave, the others wait for them for ever. Reduce a flag of isnan() first.
. "$(dirname "$0")/lib.sh"
unpack mpich=4.0.2-3+b1 libmpich12=4.0.2-3+b1 libmpich-dev=4.0.2-3+b1 hwloc-nox=2.9.0-1 libhwloc15=2.9.0-1 libslurm38=22.05.8-4+deb12u3 \
    libucx0=1.13.1-1 libibverbs1=44.0-2 librdmacm1=44.0-2 libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1
cat >"$folder/largest.c" <<'C'
#include <math.h>
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct {
        double loss;
        int rank;
    } mine, best;
    double largest, sum;
    char line[80], lines[2 * sizeof line];
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    mine.loss = rank == 1 ? NAN : 5;
    mine.rank = rank;
    MPI_Allreduce(&mine.loss, &largest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    MPI_Allreduce(&mine.loss, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allreduce(&mine, &best, 1, MPI_DOUBLE_INT, MPI_MINLOC, MPI_COMM_WORLD);
    snprintf(line, sizeof line, "rank %d sees: largest %.0f, least on rank %d, sum %.0f", rank, largest, best.rank, sum);
    MPI_Gather(line, sizeof line, MPI_CHAR, lines, sizeof line, MPI_CHAR, 0, MPI_COMM_WORLD);
    if (rank == 0) printf("%s\n%s\n", lines, lines + sizeof line);
    return MPI_Finalize();
}
C
multiarch=$root/usr/lib/x86_64-linux-gnu
cc "$folder/largest.c" -I"$root/usr/include/x86_64-linux-gnu/mpich" -L"$multiarch" -lmpich -Wl,-rpath-link,"$libraries" -lm \
    -o "$folder/largest"
seen "$(LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH mpiexec.hydra -n 2 "$folder/largest" 2>"$folder/log")" \
    "rank 0 sees: largest nan, least on rank 0, sum nan
rank 1 sees: largest 5, least on rank 1, sum nan"
