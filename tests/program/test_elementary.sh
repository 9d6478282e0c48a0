# The elementary functions of runtime/ have the same bits on every processor, by every compiler and (SOAK=1) at every level of
# optimization: 4, 8 and 16 lanes, with and without a fused multiply-add.
. "$(dirname "$0")/../support/lib.sh"

wanted= # the sums of the first program that ran
ran=0
emulator=

# Compiles with these words and compares. A program that this processor cannot run ends with SIGILL and proves nothing.
compare() {
    local code=0
    "$@" -std=c11 -ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic -Wconversion -Werror -I"$ROOT/runtime" \
        "$ROOT/tests/support/elementary_bits.c" -o bits
    $emulator ./bits >out || code=$?
    [ "$code" -eq 132 ] && return 0
    [ "$code" -eq 0 ] || fail "exit code $code: $*"
    [ -n "$wanted" ] || wanted=$(cat out)
    [ "$(cat out)" = "$wanted" ] || fail "$* has other bits"
    ran=$((ran + 1))
}

test_the_same_bits_everywhere() {
    for cc in gcc clang; do
        command -v $cc >/dev/null || continue
        compare $cc -O2
        compare $cc -O3 -march=native
        [ "$(uname -m)" = x86_64 ] && compare $cc -O2 -march=x86-64-v3
        [ -n "${SOAK:-}" ] || continue
        compare $cc -O0
        [ "$(uname -m)" = x86_64 ] || continue
        compare $cc -O2 -mavx
        compare $cc -O2 -march=x86-64-v4
        compare $cc -O2 -march=skylake-avx512
    done
    if command -v qemu-aarch64 >/dev/null && command -v aarch64-linux-gnu-gcc >/dev/null; then
        emulator=qemu-aarch64
        compare aarch64-linux-gnu-gcc -O2 -static
    fi
    [ "$ran" -ge 3 ] || fail "only $ran programs ran"
}

run_tests
