#!/usr/bin/env bash
# glibc 2.36 (Debian 12's libc6): exp, sin, cos, tan, atan and pow have variants with and without the processor's FMA, chosen when the
# program starts, and these round differently: the last bit changes for up to one argument in a thousand. tanh changes too.
# expf and tanhf gave the same bits for every argument tried.
# Bites who takes one program with one C library to give the same bits on every PC: an old server, or a virtual machine or an
# emulator that hides FMA, gets the other variants. QEMU plays a processor without FMA and one with it here.
. "$(dirname "$0")/lib.sh"
unpack libc6=2.36-9+deb12u14 qemu-user-static=1:7.2+dfsg-7+deb12u18+b3
cat >"$folder/bits.c" <<'C'
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static double power(double x) { return pow(x, 1.7); }
static double float_exp(double x) { return expf((float)x); }
static double float_tanh(double x) { return tanhf((float)x); }

int main(void)
{
    double (*functions[])(double) = {exp, sin, cos, atan, power, tanh, tan, float_exp, float_tanh};
    uint32_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525u + 1013904223u;
        for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++) printf("%a ", functions[f](state * 0x1p-30));
        printf("\n");
    }
    return 0;
}
C
cc -O1 -fno-builtin -ffp-contract=off "$folder/bits.c" -lm -o "$folder/bits"
run() {
    "$root/usr/bin/qemu-x86_64-static" -cpu "$1" "$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$libraries" \
        "$folder/bits" 2>"$folder/log"
}
seen "$(paste -d' ' <(run Nehalem) <(run Haswell) | awk '{ for (f = 1; f <= 9; f++) differ[f] += $f != $(f + 9) } END {
    split("exp sin cos atan pow tanh tan expf tanhf", names)
    for (f = 1; f <= 9; f++) print names[f], differ[f], "of", NR }')" \
    "exp 14 of 20000
sin 15 of 20000
cos 7 of 20000
atan 12 of 20000
pow 12 of 20000
tanh 13 of 20000
tan 1 of 20000
expf 0 of 20000
tanhf 0 of 20000"
