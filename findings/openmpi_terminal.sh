#!/usr/bin/env bash
# openmpi 4.1.4 (Debian 12): the standard output of a rank is a terminal (a pty, 0 rows by 0 columns), even if that of mpirun is a file or
# a pipe; its standard error is a pipe. So isatty(1) is true in each rank, and stdout is flushed at every line. MPICH 4.0.2 gives ranks
# pipes for both.
# Bites programs that ask isatty(1) for colours, progress bars or a pager: under mpirun their escape sequences end up in the log of the
# job, and those that divide by the width of the terminal find 0. NO_COLOR and TERM=dumb help where they are asked for.
. "$(dirname "$0")/lib.sh"
unpack openmpi-bin=4.1.4-3+b1 openmpi-common=4.1.4-3 libopenmpi3=4.1.4-3+b1 libopenmpi-dev=4.1.4-3+b1 libpmix2=4.2.2-1+deb12u1 \
    libevent-core-2.1-7=2.1.12-stable-8+deb12u1 libevent-pthreads-2.1-7=2.1.12-stable-8+deb12u1 libhwloc15=2.9.0-1 \
    libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1 libibverbs1=44.0-2 librdmacm1=44.0-2 libucx0=1.13.1-1 \
    libfabric1=1.17.0-3 libmunge2=0.5.15-2+deb12u1 libltdl7=2.4.7-7~deb12u1 libnuma1=2.0.16-1
multiarch=$root/usr/lib/x86_64-linux-gnu
export OPAL_PREFIX=$root/usr PMIX_INSTALL_PREFIX=$multiarch/pmix2 LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# shellcheck disable=SC2016
orterun -n 1 sh -c 'for fd in 1 2; do if [ -t $fd ]; then echo "$fd: a terminal"; else echo "$fd: none"; fi; done; stty size <&1' \
    >"$folder/output" 2>"$folder/log" </dev/null || cat "$folder/log"
seen "$(cat "$folder/output")" "1: a terminal
2: none
0 0"
