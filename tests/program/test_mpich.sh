# The same runs under MPICH, where that is not what mpirun is. Its ranks wait by turning, so they are no more than the processors.
. "$(dirname "$0")/../support/lib.sh"

export MPICC=mpicc.mpich MPIRUN=mpirun.mpich FOUR=${SOAK:+4} PACKAGES='libmpich-dev mpich'
. "$ROOT/tests/program/mpi/cases.sh"

run_tests
