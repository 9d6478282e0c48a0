#!/usr/bin/env bash
# gcc 12.2.0 (Debian 12, cpp-12), -O2 -mavx2: of vectors that are longer than a register (vector_size) it adds, shifts and multiplies
# a register at a time, as expected, but compares lane by lane: a cmp and a sbb for each, through the stack, in place of two vpcmpgtd.
# Of vectors as long as a register it compares with one. It does the same to floats, and to two registers of SSE2; clang 14 splits
# them all. Bites those who write for the longest vectors in C and leave it to the compiler to divide them: one comparison made our
# order of rows, a loop of multiplications, twice as slow with AVX2.
. "$(dirname "$0")/lib.sh"
unpack cpp-12=12.2.0-14+deb12u1 libmpc3=1.3.1-1 libmpfr6=4.2.0-1 libisl23=0.25-1.1 libgmp10=2:6.2.1+dfsg1-1.1 libzstd1=1.5.4+dfsg2-5
cat >"$folder/wide.c" <<'C'
typedef int two_registers __attribute__((vector_size(64)));
typedef int one_register __attribute__((vector_size(32)));
void multiply_one(one_register *x) { *x *= 12345; }
void multiply_two(two_registers *x) { *x *= 12345; }
void compare_one(one_register *x, const one_register *y) { *x = *x > *y; }
void compare_two(two_registers *x, const two_registers *y) { *x = *x > *y; }
C
LD_LIBRARY_PATH=$libraries "$root/usr/lib/gcc/x86_64-linux-gnu/12/cc1" -quiet -O2 -mavx2 "$folder/wide.c" -o "$folder/wide.s"
# How often a function has these instructions.
counts_of() {
    sed -n "/^$1:/,/^\.LFE/p" "$folder/wide.s" | awk '/^\t(vpmulld|vpcmpgtd|cmpl|imull)\t/ { n[$1]++ }
        END { split("vpmulld imull vpcmpgtd cmpl", order); for (i = 1; i <= 4; i++) if (n[order[i]]) printf " %d %s", n[order[i]], order[i] }'
}
seen "multiply, one register:$(counts_of multiply_one)
multiply, two registers:$(counts_of multiply_two)
compare, one register:$(counts_of compare_one)
compare, two registers:$(counts_of compare_two)" \
    'multiply, one register: 1 vpmulld
multiply, two registers: 2 vpmulld
compare, one register: 1 vpcmpgtd
compare, two registers: 16 cmpl'
