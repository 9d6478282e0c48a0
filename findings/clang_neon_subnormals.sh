#!/usr/bin/env bash
# clang 14.0.6 (Debian 12), --target=arm-linux-gnueabihf -march=armv7-a -mfpu=neon, no fast-math: arithmetic on vectors of
# GNU C (vector_size) becomes NEON instructions, which take subnormal numbers for 0 on ARMv7. 1e-40f + 1e-40f is 0 in a lane
# and 2e-40 as a scalar, in one program. gcc 12 with the same flags calculates lane by lane and agrees with the scalars.
# Bites code that writes its vectors in the portable way and expects the same bits on 32-bit ARM as elsewhere.
. "$(dirname "$0")/lib.sh"
unpack clang-14=1:14.0.6-12 libclang-cpp14=1:14.0.6-12 libllvm14=1:14.0.6-12 libclang-common-14-dev=1:14.0.6-12 \
    gcc-12-arm-linux-gnueabihf=12.2.0-14cross1 cpp-12-arm-linux-gnueabihf=12.2.0-14cross1 binutils-arm-linux-gnueabihf=2.40-2 \
    libc6-dev-armhf-cross=2.36-8cross1 libc6-armhf-cross=2.36-8cross1 linux-libc-dev-armhf-cross=6.1.4-1cross1 \
    libgcc-12-dev-armhf-cross=12.2.0-14cross1 libgcc-s1-armhf-cross=12.2.0-14cross1 qemu-user-static=1:7.2+dfsg-7+deb12u18+b3
cat >"$folder/lanes.c" <<'C'
#include <stdio.h>

typedef float lanes __attribute__((vector_size(16)));

int main(void)
{
    volatile lanes given = {1e-40f, 1e-40f, 1e-40f, 1e-40f};
    volatile float alone = 1e-40f;
    volatile lanes sums = given + given;
    float sum = alone + alone;
    printf("in a lane %g, alone %g\n", (double)sums[0], (double)sum);
    return 0;
}
C
export LD_LIBRARY_PATH=$libraries PATH=$root/usr/bin:$PATH
arm=$root/usr/arm-linux-gnueabihf
gcc_arm() { arm-linux-gnueabihf-gcc-12 --sysroot="$root" -isystem "$arm/include" -B"$arm/lib" -L"$arm/lib" "$@"; }
run() {
    gcc_arm -static "$folder/lanes.o" -o "$folder/lanes"
    qemu-arm-static "$folder/lanes"
}
seen "gcc:   $(gcc_arm -O2 -march=armv7-a -mfpu=neon -c "$folder/lanes.c" -o "$folder/lanes.o" && run)
clang: $(clang-14 --target=arm-linux-gnueabihf -O2 -march=armv7-a -mfpu=neon -isystem "$arm/include" -c "$folder/lanes.c" \
    -o "$folder/lanes.o" && run)" \
    "gcc:   in a lane 1.99999e-40, alone 1.99999e-40
clang: in a lane 0, alone 1.99999e-40"
