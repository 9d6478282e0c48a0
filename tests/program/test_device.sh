# Devices: trainers as firmware, on the host and on QEMU's boards; their memory, and checkpoints under power cuts.
. "$(dirname "$0")/../support/lib.sh"
specs=$ROOT/tests/program/device

needs_board() {
    command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null ||
        skip "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm are not installed"
}

has_riscv() { command -v riscv64-unknown-elf-gcc >/dev/null && command -v qemu-system-riscv32 >/dev/null; }

# The folder of a firmware, compiled for this machine with a program that runs it.
as_firmware() { # as_firmware SPEC NAME
    expect 0 "$LOOPC" gen --lib --device --no-format "$1" -o folder
    cat >folder/run.c <<C
#include "$2.h"
int main(void)
{
    static struct $2 s;
    $2_init(&s, 1);
    return $2_resume(&s);
}
C
    local object objects=() file
    for file in folder/*.c; do
        object=$TMP/$(sha256sum "$file" | cut -c 1-40).o # the runtime of all of them is the same
        ERR=
        [ -e "$object" ] || expect 0 "${CC:-cc}" -std=c11 -O0 -ffp-contract=off -c "$file" -o "$object"
        same "$ERR" ""
        objects+=("$object")
    done
    expect 0 "${CC:-cc}" "${objects[@]}" -lm -o firmware
}

test_a_folder_compiles_without_a_warning() {
    local cc name
    for name in small digits curve; do
        expect 0 "$LOOPC" gen --lib --device "$specs/$name.lua" -o "$name"
        for cc in gcc clang-14; do
            command -v $cc >/dev/null || continue
            for file in "$name"/*.c; do
                [ $name = small ] || [ "$file" = "$name/$name.c" ] || continue # the runtime is the same
                # shellcheck disable=SC2086
                expect 0 $cc -std=c11 -O1 -ffp-contract=off -c $STRICT "$file" -o /dev/null
                same "$ERR" ""
            done
        done
        expect 0 g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$name/$name.h"
    done
}

# Nothing of an operating system, no allocator, no jumps, no printing.
test_a_folder_needs_little_of_the_c_library() {
    expect 0 "$LOOPC" gen --lib --device "$specs/digits.lua" -o digits
    expect 0 "${CC:-cc}" -std=c11 -O1 -ffp-contract=off -fno-math-errno -ffreestanding -fno-stack-protector -r -nostdlib -o all.o digits/*.c
    same "$(nm -u all.o | awk '$1 == "U" { print $2 }' | grep -Ev '^(memcmp|memcpy|memset|strlen|strncmp|strcspn|sqrt|fabsf|_GLOBAL_OFFSET_TABLE_)$' || true)" ""
}

test_a_firmware_has_the_bits_of_the_trainer() {
    local spec
    for spec in "$specs/curve.lua" "$specs/layers.lua" "$ROOT/specs/08_xor.lua" "$ROOT/tests/support/bits.lua"; do
        as_firmware "$spec" "$(sed -n 's/.*trainer "\([a-z]*\)".*/\1/p' "$spec")"
        ./firmware >of_firmware
        build "$spec" trainer
        ./trainer >of_trainer
        cmp of_firmware of_trainer || fail "$spec"
        rm -r folder firmware trainer
    done
}

# --remat: the same bits in less memory, where a body calls train and where it goes back by itself, twice; the plan says what it saves.
test_activations_calculated_again() {
    build "$specs/deep.lua" trainer
    expect 0 ./trainer
    local wanted=$OUT option
    for option in '' --remat; do
        expect 0 "$LOOPC" gen --lib --device --no-format $option "$specs/deep.lua" -o folder
        [ -e runtime.o ] || expect 0 "${CC:-cc}" -std=c11 -O0 -ffp-contract=off -c folder/loopc_device.c -o runtime.o
        # shellcheck disable=SC2086
        expect 0 "${CC:-cc}" -std=c11 -O1 -c $STRICT folder/deep.c -o deep.o
        same "$ERR" ""
        printf '#include "deep.h"\nint main(void)\n{\n    static struct deep s;\n    deep_init(&s, 1);\n    return deep_resume(&s);\n}\n' >folder/run.c
        expect 0 "${CC:-cc}" -std=c11 folder/run.c deep.o runtime.o -lm -o firmware
        expect 0 ./firmware
        same "$OUT" "$wanted"
    done
    has "$(cat folder/deep.h)" 'float r2[LOOPC_PANELS('
    expect 2 "$LOOPC" gen --lib --remat "$specs/deep.lua" -o folder
    has "$ERR" '--remat is for --device'
    expect 2 "$LOOPC" gen --lib --device --no-format --remat "$specs/layers.lua" -o folder
    has "$ERR" "--remat saves nothing for net 'net': it has layers of its own kinds"
    expect 2 "$LOOPC" gen --lib --device --no-format --remat "$specs/small.lua" -o folder
    has "$ERR" "--remat saves nothing for net 'net': it needs all of its activations, or has fewer than three hidden layers"
    needs_board
    expect 2 "$LOOPC" build --device cortex-m7 --ram 37K "$specs/deep.lua" -o deep.elf
    has "$ERR" '--remat, which calculates activations again and saves 3648 bytes'
    expect 2 "$LOOPC" build --device cortex-m7 --ram 36K --remat "$specs/deep.lua" -o deep.elf
    has "$ERR" 'bytes of RAM and has 36864' # its state fits
    lacks "$ERR" '--remat, which'
}

test_a_failure_is_told() {
    cat >fails.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_batch = node(1, [[ if ($iteration == 1) $fail("step %d is too much", 1); ]]) }
return trainer "fails" { Fit }
SPEC
    expect 0 "$LOOPC" gen --lib --device --no-format fails.lua -o folder
    cat >folder/run.c <<'C'
#include "fails.h"
#include <stdio.h>
int main(void)
{
    static struct fails s;
    fails_init(&s, 1);
    const int st = fails_resume(&s);
    printf("%d %s: %s\n", st, s.loopc.failures.kept[0].node, fails_failure(&s));
}
C
    expect 0 "${CC:-cc}" -std=c11 folder/*.c -lm -o firmware
    expect 0 ./firmware
    same "$OUT" "1 Fit.on_batch: step %d is too much"
}

test_options_that_need_a_device() {
    expect 2 "$LOOPC" gen --device "$specs/small.lua"
    has "$ERR" "loopc gen --lib --device SPEC -o FOLDER"
    expect 2 "$LOOPC" build --ram 64K "$specs/small.lua"
    has "$ERR" "--ram is for --device"
    expect 2 "$LOOPC" build --device cortex-m9 "$specs/small.lua"
    has "$ERR" "--device takes cortex-m3, cortex-m4, cortex-m7, cortex-m33, rv32imac, rv32imafc"
    expect 2 "$LOOPC" build --device cortex-m3 --ram much "$specs/small.lua"
    has "$ERR" "--ram takes a size from 1K to 4M, not 'much'"
    expect 2 "$LOOPC" build --device cortex-m3 --portable "$specs/small.lua"
    has "$ERR" "--device and --portable do not go together"
    expect 2 "$LOOPC" run --device cortex-m3 "$specs/small.lua" -- --epochs 3
    has "$ERR" "a device has no command line"
}

test_a_missing_compiler_is_named() {
    mkdir bin
    expect 2 env PATH="$PWD/bin" "$LOOPC" build --device cortex-m3 "$specs/small.lua"
    has "$ERR" "there is no arm-none-eabi-gcc to compile for a device"
    has "$ERR" "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    expect 2 env PATH="$PWD/bin" "$LOOPC" build --device rv32imac "$specs/small.lua"
    has "$ERR" "apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
    expect 2 env PATH="$PWD/bin" "$LOOPC" run --device rv32imac "$specs/small.lua"
    has "$ERR" "apt-get install qemu-system-misc"
}

test_data_sets_without_a_place_are_refused() {
    needs_board
    expect 2 "$LOOPC" build --device cortex-m3 "$ROOT/specs/09_digits.lua"
    has "$ERR" "09_digits.lua:97: error: data set 'train' on a device: there are no files to read it from"
}

# Where a firmware sets the data set: with samples, with loopc_device_read, with neither, with no rows. The last two end before the first step.
test_a_firmware_brings_its_data() {
    sed '/device = /d; /#ifdef LOOPC_DEVICE/,/#endif/d; s/code = .*/code = ([[/; s/label = "last", scale = 16,/label = "last" },/' \
        "$specs/rows.lua" >rows.lua
    expect 0 "$LOOPC" gen --lib --device rows.lua -o folder
    { echo 'static const int pixels[100][65] = {'; python3 "$specs/rows.py" | sed 's/.*/{&},/'; echo '};'; } >folder/pixels.h
    cat >folder/run.c <<'C'
#include "rows.h"
#include "pixels.h"
static float x[100][64];
static int32_t labels[100];
#ifdef READER
void loopc_device_read(const struct loopc_dataset *d, int64_t row, float *to)
{
    memcpy(to, x[row], (size_t)d->columns * sizeof *to);
}
#endif
int main(void)
{
    static struct rows s;
    for (int i = 0; i < 100; i++) {
        labels[i] = pixels[i][64];
        for (int k = 0; k < 64; k++) x[i][k] = (float)pixels[i][k] / 16;
    }
    rows_init(&s, 1);
    s.train = (struct loopc_dataset){.x = SAMPLES, .labels = labels, .rows = ROWS, .columns = 64, .classes = 10};
    const int st = rows_resume(&s);
    if (st) puts(rows_failure(&s));
    return st;
}
C
    python3 "$specs/rows.py" >rows.csv
    build "$specs/rows.lua" trainer
    expect 0 ./trainer --train rows.csv
    local wanted=$OUT
    firmware_with -DSAMPLES='x[0]' -DROWS=100
    expect 0 ./firmware
    same "$OUT" "$wanted"
    firmware_with -DSAMPLES=NULL -DROWS=100 -DREADER
    expect 0 ./firmware
    same "$OUT" "$wanted"
    firmware_with -DSAMPLES=NULL -DROWS=100
    expect 1 ./firmware
    same "$OUT" 'the data set has rows, but neither .x nor loopc_device_read gives them'
    firmware_with -DSAMPLES='x[0]' -DROWS=0
    expect 1 ./firmware
    same "$OUT" 'the data set has no rows'
}

firmware_with() { # firmware_with FLAG...: run.c anew, the rest once
    [ -e folder/rest.o ] || expect 0 "${CC:-cc}" -std=c11 -O0 -ffp-contract=off -r -o folder/rest.o folder/rows.c folder/loopc_device.c
    expect 0 "${CC:-cc}" -std=c11 -O1 -Wall -Wextra -Werror "$@" folder/run.c folder/rest.o -lm -o firmware
}

on_board() { # on_board DEVICE SPEC
    expect 0 "$LOOPC" run --device "$1" --measure "$2"
}

test_boards_have_the_bits_of_the_trainer() {
    needs_board
    build "$specs/curve.lua" trainer
    ./trainer >wanted
    for device in cortex-m3 cortex-m7 ${SOAK:+cortex-m4 cortex-m33}; do
        on_board $device "$specs/curve.lua"
        same "$OUT" "$(cat wanted)"
    done
}

# With and without floats of its own.
test_riscv_boards_have_the_bits_of_the_trainer() {
    has_riscv || skip "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc are not installed"
    build "$specs/curve.lua" trainer
    python3 "$specs/rows.py" >rows.csv
    build "$specs/rows.lua" digits
    ./trainer >wanted
    ./digits --train rows.csv >wanted_digits
    for device in rv32imafc rv32imac; do
        on_board $device "$specs/curve.lua"
        same "$OUT" "$(cat wanted)"
        [ $device = rv32imafc ] || [ -n "${SOAK:-}" ] || continue
        on_board $device "$specs/rows.lua"
        same "$OUT" "$(cat wanted_digits)"
    done
}

# Digits with 4 bits a pixel in flash, from which loopc_device_read makes floats; their memory as planned.
test_a_data_set_in_flash() {
    needs_board
    local device
    python3 "$specs/rows.py" >rows.csv
    build "$specs/rows.lua" trainer
    expect 0 ./trainer --train rows.csv
    local wanted=$OUT
    for device in cortex-m7 ${SOAK:+cortex-m3 cortex-m4 cortex-m33}; do
        on_board $device "$specs/rows.lua"
        same "$OUT" "$wanted"
    done
    expect 0 "$LOOPC" build --device cortex-m7 "$specs/rows.lua" -o rows.elf
    same "$(planned_bytes "$(state_of rows.elf)")" "$(sed -n 's/.*RAM .*(state \([^,]*\),.*/\1/p' <<<"$ERR")"
}

planned_bytes() { awk -v bytes="$1" 'BEGIN { printf bytes < 10000 ? "%d B" : "%.1f KiB", bytes < 10000 ? bytes : bytes / 1024 }'; }

# An agent that learns to balance a pole; with SOAK=1 until it can.
test_cartpole_learns_on_the_board() {
    needs_board
    local budget=2048
    [ -z "${SOAK:-}" ] || budget=200000
    sed "s/i64 { 10, option = true, min = 1/i64 { 1, option = true, min = 1/; s/i64 { 200000, option/i64 { $budget, option/" "$ROOT/specs/21_cartpole.lua" >cartpole.lua
    build cartpole.lua cartpole
    expect 0 ./cartpole
    local wanted=$OUT
    has "$wanted" "${SOAK:+solved 1 of 1}${SOAK:-not solved after 2048 steps}"
    on_board cortex-m7 cartpole.lua
    same "$OUT" "$wanted"
}

# What bodies print is what the C library of the host prints: random formats on the host, some on boards.
test_printing() {
    expect 0 "${CC:-cc}" -std=gnu11 -O1 -Wno-format -fsanitize=address,undefined -I"$ROOT/templates/device" -I. -include stdbool.h \
        "$specs/formats.c" $(board_files format.c format_float.c decimal.c) -o formats
    expect 0 ./formats ${SOAK:+1000000}
    same "$OUT" ""
    needs_board
    cat >prints.lua <<'SPEC'
local Fit = loop "Fit" { times = 1, state = { x = f64(1e308), y = f64(3e-310) }, on_batch = node(1, [[
    char text[32];
    printf("%f\n%.17g %g %e %lf\n", $x, $y, $y, $y, $y);
    printf("%lld %llu %hhd %x %5s|%-6d|%+d %zu %a\n", (long long)1 << 60, 1ull << 63, (signed char)6, 255u, "abc", 3, 4, sizeof text, $y);
    printf("%.3Lf %.60f %.30f %.2f\n", (long double)1.5, $y, $x, 0.0045);
    snprintf(text, sizeof text, "%5.2f", 1.5);
    puts(text), putchar('x'), putchar('\n'), fputs("and", stdout), fprintf(stdout, " %s\n", text);
    printf("no end of line");
]]) }
return trainer "prints" { Fit }
SPEC
    build prints.lua prints
    expect 0 ./prints
    local wanted=$OUT device
    for device in cortex-m3 $(has_riscv && echo rv32imac); do
        on_board $device prints.lua
        same "$OUT" "$wanted"
    done
}

# The files of boards under the names that programs have for them.
board_files() { # board_files NAME...
    local name
    for name in "$ROOT"/templates/device/*.h; do cp "$name" "board_$(basename "$name")"; done
    for name in "$@"; do echo "$ROOT/templates/device/$name"; done
}

number_of() { # number_of NAME: in the messages of a run
    sed -n "s/^$1 \([0-9]*\)\$/\1/p" <<<"$ERR"
}

# The smallest trainer, and one of 64-32-10 with Adam and batches of 8: flash, variables and stack, and instructions, of which AIfES takes
# twice as many for the same steps (runtime/README.md).
test_sizes() {
    needs_board
    local flash ram stack device name flash_limit ram_limit limit
    while read -r device name flash_limit ram_limit limit; do
        [ -n "$device" ] || continue
        [ "$device" != rv32imac ] || has_riscv || continue
        on_board "$device" "$specs/$name.lua"
        stack=$(number_of stack)
        [ "$(number_of instructions)" -le "$limit" ] || fail "$name on $device: $(number_of instructions) instructions"
        expect 0 "$LOOPC" build --device "$device" "$specs/$name.lua" -o "$name.elf"
        flash=$(size "$name.elf" | awk 'NR == 2 { print $1 + $2 }')
        ram=$(size "$name.elf" | awk 'NR == 2 { print $2 + $3 }')
        [ "$flash" -le "$flash_limit" ] || fail "$name on $device: $flash bytes of flash"
        [ $((ram + stack)) -le "$ram_limit" ] || fail "$name on $device: $((ram + stack)) bytes of RAM"
        same_within_5 "$(planned 'state' "$ERR")" "$(state_of "$name.elf")"
        same_within_5 "$(planned 'stack at most' "$ERR")" "$stack"
    done <<ROWS
cortex-m3 small 12288 2048 7680000
cortex-m3 digits 32768 49152 539400000
cortex-m7 small 12288 2048 1635000
rv32imac small 12288 2048 9000000
${SOAK:+cortex-m4 small 12288 2048 1680000
cortex-m7 digits 32768 49152 90000000}
ROWS
}

planned() { # planned PART MESSAGES: bytes of a part in the plan
    awk -v part="$1 " '{ at = index($0, part); if (at) { split(substr($0, at + length(part)), f, "[ ,)]"); v = f[1]; if (f[2] == "KiB") v *= 1024 } }
        END { print int(v) }' <<<"$2"
}

state_of() { # the bytes of the variable `state`
    printf '%d\n' "0x$(nm -S "$1" | awk '$4 == "state" { print $2 }')"
}

same_within_5() {
    [ $(($1 * 100)) -ge $(($2 * 95)) ] && [ $(($1 * 100)) -le $(($2 * 105)) ] || fail "planned $1 bytes, there are $2"
}

test_what_does_not_fit_is_refused() {
    needs_board
    expect 2 "$LOOPC" build --device cortex-m7 --ram 32K "$specs/digits.lua" -o digits.elf
    has "$ERR" "bytes of RAM for its state alone and has 32768"
    has "$ERR" 'adam: "sgd", which has no moments, in the place of "adam"'
    [ ! -e digits.elf ] || fail "there is a program"
    expect 2 "$LOOPC" build --device cortex-m7 --flash 4K "$specs/digits.lua" -o digits.elf
    has "$ERR" "bytes of flash and has 4096"
    [ ! -e digits.elf ] || fail "there is a program"
}

test_errors_of_bodies_are_told_as_those_of_the_spec() {
    needs_board
    cat >wrong.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_batch = node(1, [[
    $loss = los + 1;
]]), state = { loss = f32 {} } }
return trainer "wrong" { Fit }
SPEC
    expect 2 "$LOOPC" build --device cortex-m3 wrong.lua
    has "$ERR" "wrong.lua:2"
    has "$ERR" "'los' undeclared"
}

test_a_failure_is_the_exit_code() {
    needs_board
    cat >fails.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_batch = node(1, [[ if ($iteration == 1) $fail("it is too much"); ]]) }
return trainer "fails" { Fit }
SPEC
    expect 1 "$LOOPC" run --device cortex-m3 fails.lua
    has "$ERR" "fails: Fit.on_batch: it is too much"
}

# The checkpoint of a run is written over and over while the power fails after each byte in turn: what is loaded then is the one
# before or the new one, whole, and the run continues from it to the same end. Also: nothing there, a stale program, a state that is
# stepped while it is saved.
test_power_cuts() {
    expect 0 "$LOOPC" gen --lib --device --no-format "$specs/curve.lua" -o folder
    cp "$specs/cuts.c" folder/
    expect 0 "${CC:-cc}" -std=c11 -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -ffp-contract=off folder/*.c -lm -o cuts
    expect 0 ./cuts
    same "$OUT" "ok"
}

run_tests
