#include "device/slots.h"

enum { MAGIC = 0x43504f4c }; /* "LOPC" */

struct head {
    uint32_t magic, size; /* size: of the parts */
    uint32_t sequence, zero;
    uint64_t hash;
};

static uint32_t crc_of(uint32_t crc, const void *bytes, uint32_t size)
{
    const unsigned char *p = bytes;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return crc;
}

static const struct loopc_program *program_of(const void *state)
{
    return ((const struct loopc_run *)state)->program;
}

static uint32_t size_of_parts(const struct loopc_program *program)
{
    uint32_t size = 0;
    for (int i = 0; i < program->part_count; i++)
        size += program->parts[i].size;
    return size;
}

static uint32_t lines_of(uint32_t bytes)
{
    return (bytes + LOOPC_LINE - 1) / LOOPC_LINE * LOOPC_LINE;
}

uint32_t loopc_slots_size(const struct loopc_program *program)
{
    const uint32_t all = (uint32_t)sizeof(struct head) + size_of_parts(program);
    return lines_of(all + (uint32_t)sizeof(uint32_t));
}

static uint32_t sum_of_parts(uint32_t crc, const void *state)
{
    const struct loopc_program *const program = program_of(state);
    for (int i = 0; i < program->part_count; i++)
        crc = crc_of(crc, (const char *)state + program->parts[i].offset, program->parts[i].size);
    return crc;
}

/* Moves up to `size` bytes between `line` and the parts of the state, from byte `from` of these on;
 * `to`: into the state. Returns how many there were. */
static uint32_t move(void *state, uint32_t from, unsigned char *line, uint32_t size, bool to)
{
    const struct loopc_program *const program = program_of(state);
    uint32_t moved = 0;
    for (int i = 0; i < program->part_count && moved < size; i++) {
        const struct loopc_part part = program->parts[i];
        if (from >= part.size) {
            from -= part.size;
            continue;
        }
        const uint32_t left = part.size - from;
        const uint32_t some = left < size - moved ? left : size - moved;
        char *const at = (char *)state + part.offset + from;
        memcpy(to ? (void *)at : line + moved, to ? line + moved : (void *)at, some);
        moved += some;
        from = 0;
    }
    return moved;
}

/* Whether a slot holds a whole checkpoint of this program: its head, with the checksum tried. 0, 1,
 * or -1 when reading failed. */
static int look(const struct loopc_blocks *blocks, uint32_t begin, const void *state,
                struct head *head)
{
    const struct loopc_program *const program = program_of(state);
    unsigned char line[LOOPC_LINE];
    uint32_t crc, end;
    if (blocks->read(blocks->context, begin, head, sizeof *head)) return -1;
    if (head->magic != MAGIC || head->hash != program->hash) return 0;
    if (head->size != size_of_parts(program) || loopc_slots_size(program) > blocks->slot) return 0;
    crc = crc_of(0, head, sizeof *head);
    end = begin + (uint32_t)sizeof *head + head->size;
    for (uint32_t at = begin + (uint32_t)sizeof *head; at < end; at += LOOPC_LINE) {
        const uint32_t some = end - at < LOOPC_LINE ? end - at : LOOPC_LINE;
        if (blocks->read(blocks->context, at, line, some)) return -1;
        crc = crc_of(crc, line, some);
    }
    if (blocks->read(blocks->context, end, line, sizeof crc)) return -1;
    return memcmp(line, &crc, sizeof crc) == 0;
}

/* Where the newest checkpoint begins, with its head; found: 0 or 1, or -1 when reading failed. */
static int newest(const struct loopc_blocks *blocks, const void *state, uint32_t *begin,
                  struct head *head)
{
    struct head heads[2];
    const int first = look(blocks, 0, state, &heads[0]);
    const int second = look(blocks, blocks->slot, state, &heads[1]);
    if (first < 0 || second < 0) return -1;
    if (!first && !second) return 0;
    const bool later = (int32_t)(heads[1].sequence - heads[0].sequence) > 0;
    const int which = second && (!first || later);
    *begin = which ? blocks->slot : 0;
    *head = heads[which];
    return 1;
}

/* Calls a hook, which may be NULL. */
static int call(int (*hook)(void *state), void *state)
{
    return hook && hook(state) ? LOOPC_FAILED : LOOPC_OK;
}

int loopc_slots_begin(struct loopc_saver *saver, const struct loopc_blocks *blocks, void *state)
{
    const struct loopc_program *const program = program_of(state);
    struct head head = {0};
    uint32_t begin = blocks->slot; /* the first checkpoint goes to slot 0 */
    const uint32_t size = loopc_slots_size(program);
    if (size > blocks->slot || call(program->before_save, state)) return LOOPC_FAILED;
    const int found = newest(blocks, state, &begin, &head);
    if (found < 0) return LOOPC_FAILED;
    begin = begin ? 0 : blocks->slot;
    const struct head next = {MAGIC, size_of_parts(program), head.sequence + 1, 0, program->hash};
    *saver = (struct loopc_saver){
        .blocks = blocks, .state = state, .begin = begin, .at = begin, .end = begin + size};
    saver->sum = sum_of_parts(crc_of(0, &next, sizeof next), state);
    saver->sequence = next.sequence;
    return blocks->erase(blocks->context, begin, blocks->slot) ? LOOPC_FAILED : LOOPC_MORE;
}

/* The next line: the head, parts, the checksum, or what of these there is. */
static int fill(const struct loopc_saver *saver, unsigned char *line)
{
    const struct loopc_program *const program = program_of(saver->state);
    const struct head head = {MAGIC, size_of_parts(program), saver->sequence, 0, program->hash};
    const uint32_t from = saver->at - saver->begin, parts = (uint32_t)sizeof head;
    uint32_t used = 0;
    memset(line, 0xff, LOOPC_LINE);
    if (from < parts) {
        memcpy(line, &head, sizeof head);
        used = parts;
    }
    move(saver->state, from + used - parts, line + used, LOOPC_LINE - used, false);
    const uint32_t behind = parts + head.size;
    for (uint32_t i = 0; i < sizeof saver->sum; i++) {
        const uint32_t at = behind + i;
        if (at >= from && at < from + LOOPC_LINE)
            memcpy(line + (at - from), (const char *)&saver->sum + i, 1);
    }
    return saver->at + LOOPC_LINE == saver->end;
}

int loopc_slots_write(struct loopc_saver *saver, uint32_t bytes)
{
    const struct loopc_program *const program = program_of(saver->state);
    const struct head head = {MAGIC, size_of_parts(program), saver->sequence, 0, program->hash};
    unsigned char line[LOOPC_LINE];
    do {
        const int last = fill(saver, line);
        if (last && sum_of_parts(crc_of(0, &head, sizeof head), saver->state) != saver->sum)
            return LOOPC_FAILED;
        if (saver->blocks->write(saver->blocks->context, saver->at, line, LOOPC_LINE))
            return LOOPC_FAILED;
        saver->at += LOOPC_LINE;
        if (last) return LOOPC_OK;
        bytes -= bytes < LOOPC_LINE ? bytes : LOOPC_LINE;
    } while (bytes >= LOOPC_LINE);
    return LOOPC_MORE;
}

int loopc_slots_save(const struct loopc_blocks *blocks, void *state)
{
    struct loopc_saver saver;
    int st = loopc_slots_begin(&saver, blocks, state);
    while (st == LOOPC_MORE)
        st = loopc_slots_write(&saver, LOOPC_LINE);
    return st;
}

int loopc_slots_load(const struct loopc_blocks *blocks, void *state)
{
    unsigned char line[LOOPC_LINE];
    struct head head;
    uint32_t begin;
    const int found = newest(blocks, state, &begin, &head);
    if (found <= 0) return found < 0 ? LOOPC_FAILED : LOOPC_MORE;
    for (uint32_t at = 0; at < head.size; at += LOOPC_LINE) {
        const uint32_t some = head.size - at < LOOPC_LINE ? head.size - at : LOOPC_LINE;
        const uint32_t from = begin + (uint32_t)sizeof head + at;
        if (blocks->read(blocks->context, from, line, some)) return LOOPC_FAILED;
        move(state, at, line, some, true);
    }
    return call(program_of(state)->after_load, state);
}
