# Samples that stay in their file, of which each rank reads its rows. Sourced by cases.sh.

# Samples of many columns: a row of the file is many pages. Where it is mapped and the order is that of the file, each rank makes the
# pages of the rows that others train on unreadable before it trains.
write_mapped_spec() {
    cat >mapped.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 1,
    before_run = node(0, [[
        char line[500];
        unsigned long from = 0, to = 0;
        FILE *const maps = fopen("/proc/self/maps", "r");
        while (maps && !from && fgets(line, sizeof line, maps))
            if (strstr(line, "/samples.")) (void)sscanf(line, "%lx-%lx", &from, &to);
        if (maps) fclose(maps);
        if ((from != 0) != (loopc_ranks > 1)) $fail("mapped on one process, or not on several");
        const unsigned long row = $bytes * (unsigned long)$data->columns, begin = from + $header;
        for (unsigned long r = 0; r < (unsigned long)$data->rows && from && !$keys; r++) {
            if (r / 4 % 2 == (unsigned long)$loopc->rank) continue;
            const unsigned long first = (begin + r * row + 4095) / 4096 * 4096, end = (begin + (r + 1) * row) / 4096 * 4096;
            if (mprotect((void *)first, end - first, PROT_NONE)) $fail("the page stays readable");
        }
    ]]),
    on_epoch = node(1),
}
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = "$data->rows / 8",
    state = { loss = f32 { report = true } },
    on_batch = node(1, [[ $loss = net_train_from($net, $adam, $data, $keys, 8 * $iteration, 8, 1e-4f); ]]),
}
return trainer "mapped" { Fit, Train, code = "#include <string.h>\n#include <sys/mman.h>", state = {
    data = dataset { option = true, required = true }, keys = u64 { option = true },
    bytes = u64 { 4, option = true }, header = u64 { 128, option = true },
    net = mlp { 8192, 2, batch = 8, shards = 2, inputs_from = "data" }, adam = optimizer { "adam", net = "net" } } }
SPEC
    python3 - <<'PYTHON'
import random, struct
random.seed(1)
rows, width = 16, 8192
pixels = [random.randbytes(width) for _ in range(rows)]
with open("samples.idx", "wb") as file:
    file.write(struct.pack(">BBBBII", 0, 0, 8, 2, rows, width) + b"".join(pixels))
with open("labels.idx", "wb") as file:
    file.write(struct.pack(">BBBBI", 0, 0, 8, 1, rows) + bytes(i % 2 for i in range(rows)))
head = repr({"descr": "<f4", "fortran_order": False, "shape": (rows, width)}).ljust(117) + "\n"
with open("samples.npy", "wb") as file:
    file.write(b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode())
    for row in pixels: file.write(struct.pack(f"<{width}f", *(x / 256 for x in row)))
PYTHON
}

# Each rank reads the rows that it trains on: of the file itself, or as bytes that become f32.
test_a_mapped_file_is_read_by_rows() {
    needs_mpi
    write_mapped_spec
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --mpi --cc "$MPICC" mapped.lua -o mapped
    for kind in npy idx; do
        set -- --data samples.$kind,labels.idx
        [ $kind = npy ] || set -- "$@" --data-scale 256 --bytes 1 --header 16
        expect 0 ./mapped "$@" --metrics one.jsonl --checkpoint one$kind
        expect 0 ranks 2 ./mapped "$@" --metrics two.jsonl --checkpoint two$kind
        cmp one.jsonl two.jsonl || fail "other losses, $kind"
        same_end one$kind two$kind
        rm one.jsonl two.jsonl
    done
    expect 0 ./mapped "$@" --metrics one.jsonl --keys 7
    expect 0 ranks 2 ./mapped "$@" --metrics two.jsonl --keys 7
    cmp one.jsonl two.jsonl || fail "other losses of a shuffled order"
    # a value that is none, in the part of rank 1; a copy of the file; a copy that differs in a row
    cat >own.sh <<'SH'
exec ./mapped --data "samples.${OMPI_COMM_WORLD_RANK:-$PMI_RANK}.npy,labels.idx" --keys 7
SH
    cp samples.npy samples.0.npy
    cp samples.npy samples.1.npy
    expect 0 ranks 2 bash own.sh
    printf '\0\0\0\077' | dd of=samples.1.npy bs=1 seek=4128 conv=notrunc 2>/dev/null
    expect 2 ranks 2 bash own.sh
    has "$ERR" '--data: process 1 reads other content than process 0'
    printf '\0\0\300\177' | dd of=samples.npy bs=1 seek=$((128 + 15 * 4 * 8192)) conv=notrunc 2>/dev/null
    expect 2 ranks 2 ./mapped --data samples.npy,labels.idx
    has "$ERR" 'rank 1: samples.npy: error: values are missing'
    expect 2 ./mapped --data samples.npy,labels.idx
    has "$ERR" 'samples.npy: error: values are missing'
}
