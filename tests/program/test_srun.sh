# Under a Slurm of one node, of Debian's packages, in a folder of its own: srun gives ranks their places, array jobs run sweeps.
# Only with SOAK=1: it needs root, and packages that nothing else here does.
. "$(dirname "$0")/../support/lib.sh"

unset CC
export SLURM_CONF=$PWD/slurm.conf

needs_slurm() {
    [ -n "${SOAK:-}" ] || skip 'only with SOAK=1'
    command -v slurmctld slurmd munged srun >/dev/null || skip 'slurm-wlm or munge is missing'
    command -v mpicc.openmpi mpicc.mpich >/dev/null || skip 'libopenmpi-dev or libmpich-dev is missing'
    [ "$(id -u)" = 0 ] || skip 'the processes of Slurm run as root here'
    if sanitized; then skip 'not with sanitizers: those report leaks of MPI'; fi
}

write_configuration() {
    cat >"$1/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$(hostname -s)
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket=$1/munge/socket
CryptoType=crypto/munge
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=$(hostname -s) CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
}

is_idle() { [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; }

# The processes of Slurm end with the test.
cluster() {
    local folder=$PWD
    needs_slurm
    write_configuration "$folder"
    export SLURM_CONF=$folder/slurm.conf
    mkdir -p state spool munge
    chmod 711 . munge
    dd if=/dev/urandom of=munge/key bs=128 count=1 2>/dev/null
    chmod 600 munge/key
    munged --force --foreground --socket "$folder/munge/socket" --key-file "$folder/munge/key" --pid-file "$folder/munge/pid" \
        --log-file "$folder/munge/log" --seed-file "$folder/munge/seed" >/dev/null 2>&1 &
    STARTED=$!
    await test -S munge/socket
    slurmctld -D >ctld.log 2>&1 &
    STARTED+=" $!"
    slurmd -D >slurmd.log 2>&1 &
    STARTED+=" $!"
    trap 'kill $STARTED; wait' EXIT
    await is_idle
}

test_ranks_and_array_jobs() {
    cluster
    expect 0 "$LOOPC" build --mpi --cc mpicc.openmpi "$ROOT/specs/40_mpi.lua" -o shapes
    expect 0 ./shapes
    local alone=$OUT
    expect 0 srun --mpi=pmix -n 4 ./shapes
    same "$OUT" "$alone"
    expect 0 "$LOOPC" build --mpi --cc mpicc.mpich "$ROOT/specs/40_mpi.lua" -o shapes_mpich
    expect 0 srun --mpi=pmi2 -n 2 ./shapes_mpich
    same "$OUT" "$alone"
    expect 0 srun --mpi=none -n 2 ./shapes_mpich
    has "$ERR" 'srun has started 2 processes, but MPI knows of one'
    # scancel lets a run save
    srun --mpi=pmix -n 2 ./shapes --batches 1000000000 --checkpoint saved --save-every 1000 >out 2>err &
    local pid=$! code=0
    await test -e saved/shapes-1.safetensors
    scancel "$(squeue -h -o %i)"
    wait $pid || code=$?
    same $code 143
    has "$(cat err)" 'interrupted: SIGTERM; --resume continues with'
    expect 0 "$LOOPC" sweep shapes --eta 0.01,0.02 --slurm -o array -- --batches 20
    printf '%s\n' "$OUT" >array.sbatch
    expect 0 sbatch --wait array.sbatch
    same "$(cat array/*/exit | tr '\n' ' ')" '0 0 '
}

run_tests
