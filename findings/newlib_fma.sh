#!/usr/bin/env bash
# newlib 3.3.0 (Debian 12's libnewlib-arm-none-eabi): fma() is not fused. It is x * y + z with two roundings, so that the error of a
# product, fma(a, a, -a * a), which C guarantees to be exact, comes out as 0. fmaf() is calculated in double and rounded
# twice: one unit wrong where the sum lies beside the middle of two floats.
# Bites compensated sums, exact products and whoever compares bits with a PC, on Cortex-M without the instruction; no warning,
# and FP_FAST_FMA is not defined. The functions are linked here into a program for Linux on ARM, run by QEMU, beside glibc's.
. "$(dirname "$0")/lib.sh"
unpack libnewlib-arm-none-eabi=3.3.0-1.3+deb12u1 gcc-12-arm-linux-gnueabihf=12.2.0-14cross1 cpp-12-arm-linux-gnueabihf=12.2.0-14cross1 \
    binutils-arm-linux-gnueabihf=2.40-2 libc6-dev-armhf-cross=2.36-8cross1 libc6-armhf-cross=2.36-8cross1 \
    linux-libc-dev-armhf-cross=6.1.4-1cross1 libgcc-12-dev-armhf-cross=12.2.0-14cross1 libgcc-s1-armhf-cross=12.2.0-14cross1 \
    qemu-user-static=1:7.2+dfsg-7+deb12u18+b3
cat >"$folder/fma.c" <<'C'
#include <math.h>
#include <stdio.h>

int main(void)
{
    volatile double a = 1 + 0x1p-30, square = a * a;
    volatile float b = 1 + 0x1p-12f;
    printf("error of a square %a, beside a middle %a\n", fma(a, a, -square), (double)fmaf(b, b, 0x1p-60f));
    return 0;
}
C
arm=$root/usr/arm-linux-gnueabihf
build() {
    LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH arm-linux-gnueabihf-gcc-12 --sysroot="$root" -isystem "$arm/include" \
        -B"$arm/lib" -L"$arm/lib" -static -fno-builtin -mfpu=vfpv3-d16 "$folder/fma.c" "$@" -lm -o "$folder/fma" 2>"$folder/log"
    "$root/usr/bin/qemu-arm-static" "$folder/fma"
}
(cd "$folder" && ar x "$root/usr/lib/arm-none-eabi/newlib/thumb/v7-a+fp/hard/libm.a" lib_a-s_fma.o lib_a-sf_fma.o)
seen "glibc:  $(build)
newlib: $(build "$folder/lib_a-s_fma.o" "$folder/lib_a-sf_fma.o")" \
    "glibc:  error of a square 0x1p-60, beside a middle 0x1.002002p+0
newlib: error of a square 0x0p+0, beside a middle 0x1.002p+0"
