/* Checkpoints in two alternating slots of flash, safe against a cut of the power at any byte.
 *
 * A firmware fills a struct loopc_blocks with three functions over its memory. A checkpoint is
 * written to the slot that does not hold the newest one, and counts only when its last bytes are
 * there: a checksum over all others. Whenever the power fails, one of the two is whole.
 *
 *     loopc_slots_save(&blocks, &fit);             all at once, between two steps
 *     loopc_slots_load(&blocks, &fit);             after fit_init, before the first step
 *
 * In pieces, so that other work is never held up for longer than the writing of a few bytes:
 *
 *     struct loopc_saver saver;
 *     int st = loopc_slots_begin(&saver, &blocks, &copy);
 *     while (st == LOOPC_MORE) st = loopc_slots_write(&saver, 256);
 *
 * The state must not be stepped until the last piece: that is noticed, and the checkpoint then does
 * not count. A firmware that steps meanwhile saves a copy (NAME_copy).
 *
 * A slot: magic number, size, sequence number and the program's hash, 24 bytes; the parts of the
 * state in the order of its program; a CRC-32 (of IEEE 802.3) over both, 4 bytes; filled up to
 * whole lines of LOOPC_LINE bytes with 0xff. Numbers are those of the processor: a checkpoint is
 * for the device that wrote it. Fields that hold data sets or texts are not part of it.
 */
#ifndef LOOPC_SLOTS_H
#define LOOPC_SLOTS_H

#include "device/run.h"

/* Bytes that are written at once, at a multiple of that: the largest that flash memories ask for.
 * */
enum { LOOPC_LINE = 32 };

/* A block device. Functions return 0, or any other number when they fail. Addresses are bytes from
 * 0; erasing makes all bytes of a slot 0xff, or whatever can be written over. */
struct loopc_blocks {
    int (*read)(void *context, uint32_t at, void *bytes, uint32_t size);
    int (*write)(void *context, uint32_t at, const void *bytes, uint32_t size);
    int (*erase)(void *context, uint32_t at, uint32_t size);
    void *context;
    uint32_t slot; /* bytes of a slot, whole blocks: slot 0 at 0, slot 1 at `slot` */
};

/* A checkpoint that is being written. */
struct loopc_saver {
    const struct loopc_blocks *blocks;
    void *state;
    uint32_t begin, at, end; /* in the block device: of the slot, the next line, behind the last */
    uint32_t sequence;
    uint32_t sum; /* the checksum, of the state when it began */
};

/* The bytes of a slot that a checkpoint of this program takes. */
uint32_t loopc_slots_size(const struct loopc_program *program);

/* Begins a checkpoint: calls the spec's on_save_checkpoint, erases the older slot. Returns
 * LOOPC_MORE; LOOPC_FAILED when the slot is too small, a function failed, or the hook did. */
int loopc_slots_begin(struct loopc_saver *saver, const struct loopc_blocks *blocks, void *state);

/* Writes at least one line and at most `bytes` bytes. Returns LOOPC_MORE, LOOPC_OK when the
 * checkpoint is whole, LOOPC_FAILED when a function failed or the state has changed since the
 * beginning. */
int loopc_slots_write(struct loopc_saver *saver, uint32_t bytes);

/* Both: all of it. LOOPC_OK or LOOPC_FAILED. */
int loopc_slots_save(const struct loopc_blocks *blocks, void *state);

/* Loads the newest whole checkpoint. Returns LOOPC_OK; LOOPC_MORE when there is none and the state
 * is as it was; LOOPC_FAILED when a function failed while it was read, or on_load_checkpoint did:
 * the state has to be begun anew then. */
int loopc_slots_load(const struct loopc_blocks *blocks, void *state);

#endif
