# Runs of several processes under the MPI that mpicc and mpirun are: on Debian, Open MPI before MPICH.
. "$(dirname "$0")/../support/lib.sh"

export MPICC=mpicc MPIRUN=mpirun FOUR=4
. "$ROOT/tests/program/mpi/cases.sh"

run_tests
