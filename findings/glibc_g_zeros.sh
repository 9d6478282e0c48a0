#!/usr/bin/env bash
# glibc 2.36 (Debian 12's libc6): printf's %#g loses all zeros behind the point where rounding lifts a number to the power of ten at which the
# form with an exponent begins: 99.5 in two digits is "1.e+02", not "1.0e+02", 9999.7 in four is "1.e+04"; 99999 in four is right,
# "1.000e+05". C11 7.21.6.1 says that with # trailing zeros are not removed.
# Bites who parses columns of a fixed number of digits, or compares texts of two C libraries.
. "$(dirname "$0")/lib.sh"
unpack libc6=2.36-9+deb12u14
cat >"$folder/zeros.c" <<'C'
#include <stdio.h>

int main(void)
{
    printf("%#.2g %#.3g %#.4g %#.4g %#.2e\n", 99.5, 999.6, 9999.7, 99999.0, 99.95);
    return 0;
}
C
cc -O1 -fno-builtin "$folder/zeros.c" -o "$folder/zeros"
seen "$("$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$libraries" "$folder/zeros")" \
    "1.e+02 1.e+03 1.e+04 1.000e+05 1.00e+02"
