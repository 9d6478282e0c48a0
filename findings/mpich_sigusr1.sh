#!/usr/bin/env bash
# mpich 4.0.2 (Debian 12): MPI_Init takes SIGUSR1 over. A handler that was set before is gone afterwards, without a word, and
# a SIGUSR1 then reaches MPICH instead of the program; SIGUSR2 stays the program's own.
# Bites whoever saves on SIGUSR1, which Slurm's --signal and many trainers use: the signal is swallowed. Handlers have to be set
# after MPI_Init.
. "$(dirname "$0")/lib.sh"
unpack libmpich12=4.0.2-3+b1 libmpich-dev=4.0.2-3+b1 hwloc-nox=2.9.0-1 libhwloc15=2.9.0-1 libslurm38=22.05.8-4+deb12u3 \
    libucx0=1.13.1-1 libibverbs1=44.0-2 librdmacm1=44.0-2 libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1
cat >"$folder/handler.c" <<'C'
#include <mpi.h>
#include <signal.h>
#include <stdio.h>

static void on_signal(int number)
{
    (void)number;
}

static const char *whose(int number)
{
    struct sigaction now;
    sigaction(number, NULL, &now);
    return now.sa_handler == on_signal ? "kept" : "replaced";
}

int main(int argc, char **argv)
{
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_signal);
    MPI_Init(&argc, &argv);
    printf("SIGUSR1: %s; SIGUSR2: %s\n", whose(SIGUSR1), whose(SIGUSR2));
    return MPI_Finalize();
}
C
multiarch=$root/usr/lib/x86_64-linux-gnu
cc "$folder/handler.c" -I"$root/usr/include/x86_64-linux-gnu/mpich" -L"$multiarch" -lmpich \
    -Wl,-rpath-link,"$libraries" -o "$folder/handler"
seen "$(LD_LIBRARY_PATH=$libraries "$folder/handler")" "SIGUSR1: replaced; SIGUSR2: kept"
