#!/usr/bin/env bash
# mpich 4.0.2 (Debian 12), mpiexec.hydra: the exit code of a job is the bitwise OR of its ranks' exit codes. Ranks that end
# with 1 (failed) and 2 (bad usage) make 3, a code that none of them gave; 1, 2 and 4 make 7.
# Bites job scripts that tell kinds of failure apart by exit code: any code may be a mixture. What a job means to say has to
# be written to a file, or every rank has to end with the same code.
. "$(dirname "$0")/lib.sh"
unpack mpich=4.0.2-3+b1 libmpich12=4.0.2-3+b1 hwloc-nox=2.9.0-1 libhwloc15=2.9.0-1 libslurm38=22.05.8-4+deb12u3 libucx0=1.13.1-1 \
    libibverbs1=44.0-2 librdmacm1=44.0-2 libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1
cat >"$folder/rank.sh" <<'SH'
#!/bin/sh
exit $((1 << PMI_RANK))
SH
chmod +x "$folder/rank.sh"
code_of() {
    local code=0
    LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH mpiexec.hydra -n "$1" "$folder/rank.sh" >/dev/null 2>&1 || code=$?
    echo "$code"
}
seen "ranks end with 1: $(code_of 1); with 1 and 2: $(code_of 2); with 1, 2 and 4: $(code_of 3)" \
    "ranks end with 1: 1; with 1 and 2: 3; with 1, 2 and 4: 7"
