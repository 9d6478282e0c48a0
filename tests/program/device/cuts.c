/* Checkpoints of the trainer `curve` in a flash whose power fails after each byte in turn. */
#include "curve.h"

#include <stdlib.h>

enum { SLOT = 2048 };

/* A flash: a cut makes every write and erasure fail after `left` bytes. */
static struct {
    unsigned char bytes[2 * SLOT];
    long left;
    int wrong; /* bytes that were written without being erased */
} flash;

static int read_flash(void *context, uint32_t at, void *bytes, uint32_t size)
{
    (void)context;
    if (at + size > sizeof flash.bytes) return 1;
    memcpy(bytes, flash.bytes + at, size);
    return 0;
}

static int write_flash(void *context, uint32_t at, const void *bytes, uint32_t size)
{
    (void)context;
    if (at % LOOPC_LINE || size != LOOPC_LINE || at + size > sizeof flash.bytes) return 1;
    for (uint32_t i = 0; i < size; i++) {
        if (flash.left-- <= 0) return 1;
        flash.wrong += flash.bytes[at + i] != 0xff;
        flash.bytes[at + i] = ((const unsigned char *)bytes)[i];
    }
    return 0;
}

static int erase_flash(void *context, uint32_t at, uint32_t size)
{
    (void)context;
    for (uint32_t i = 0; i < size; i++) {
        if (flash.left-- <= 0) return 1;
        flash.bytes[at + i] = 0xff;
    }
    return 0;
}

static const struct loopc_blocks blocks = {
    .read = read_flash, .write = write_flash, .erase = erase_flash, .slot = SLOT};

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("line %d: %s\n", __LINE__, #what);                                              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static struct curve s, end, other;

static int same_weights(const struct curve *a, const struct curve *b)
{
    return !memcmp(a->net.w0, b->net.w0, sizeof a->net.w0) &&
           !memcmp(a->net.w1, b->net.w1, sizeof a->net.w1);
}

/* Begins a run and loads what there is. */
static int restart(void)
{
    curve_init(&s, 2);
    return loopc_slots_load(&blocks, &s);
}

/* Trains up to the last body, which prints. */
static void finish(struct curve *run)
{
    while (run->Fit.iteration < 40)
        CHECK(curve_step(run) == LOOPC_MORE);
}

/* A checkpoint at 10 steps is there, one at 20 is being written when the power fails after
 * `bytes`. */
static int cut_after(long bytes)
{
    static struct curve late;
    static int64_t before, now;
    static unsigned char kept[sizeof flash.bytes];
    if (bytes == 0) {
        memset(flash.bytes, 0xff, sizeof flash.bytes);
        curve_init(&s, 1);
        curve_run(&s, 10);
        CHECK(loopc_slots_save(&blocks, &s) == LOOPC_OK);
        curve_run(&s, 10);
        CHECK(loopc_slots_save(&blocks, &s) == LOOPC_OK);
        before = s.adam.step;
        curve_run(&s, 10);
        now = s.adam.step;
        curve_copy(&late, &s);
        memcpy(kept, flash.bytes, sizeof kept);
    }
    curve_copy(&s, &late);
    memcpy(flash.bytes, kept, sizeof kept);
    flash.left = bytes;
    const int st = loopc_slots_save(&blocks, &s);
    flash.left = 1000000;
    CHECK(restart() == LOOPC_OK);
    const long whole = SLOT + (long)loopc_slots_size(curve_program()) - LOOPC_LINE;
    if (bytes < whole) CHECK(now > before && st == LOOPC_FAILED && s.adam.step == before);
    if (st == LOOPC_OK) CHECK(s.adam.step == now);
    CHECK(s.adam.step == now || s.adam.step == before);
    if (bytes % 101 != 0) return st;
    finish(&s);
    CHECK(same_weights(&s, &end));
    CHECK(loopc_slots_save(&blocks, &s) == LOOPC_OK); /* and goes on being saved */
    CHECK(restart() == LOOPC_OK && s.Fit.iteration == 40);
    return st;
}

static void saved_in_pieces(void)
{
    struct loopc_saver saver;
    memset(flash.bytes, 0xff, sizeof flash.bytes);
    curve_init(&s, 1);
    curve_run(&s, 10);
    curve_copy(&other, &s);
    int st = loopc_slots_begin(&saver, &blocks, &other), pieces = 0;
    while (st == LOOPC_MORE) {
        curve_step(&s);
        st = loopc_slots_write(&saver, 100);
        pieces++;
    }
    CHECK(st == LOOPC_OK && pieces > 3);
    CHECK(restart() == LOOPC_OK && same_weights(&s, &other));
}

static void stepped_meanwhile(void)
{
    struct loopc_saver saver;
    int st = loopc_slots_begin(&saver, &blocks, &s);
    curve_run(&s, 2);
    while (st == LOOPC_MORE)
        st = loopc_slots_write(&saver, 64);
    CHECK(st == LOOPC_FAILED);
    CHECK(restart() == LOOPC_OK && same_weights(&s, &other));
}

int main(void)
{
    flash.left = 1000000;
    memset(flash.bytes, 0xff, sizeof flash.bytes);
    CHECK(restart() == LOOPC_MORE && s.loopc.seed == 2);
    curve_init(&end, 1);
    finish(&end);
    CHECK(loopc_slots_size(curve_program()) <= SLOT);
    long cut = 0;
    while (cut_after(cut) != LOOPC_OK)
        cut++;
    CHECK(cut > SLOT + (long)loopc_slots_size(curve_program()) - LOOPC_LINE);
    saved_in_pieces();
    stepped_meanwhile();
    CHECK(flash.wrong == 0);
    flash.bytes[8 + 8] ^= 1; /* of the hash: another program's */
    flash.bytes[SLOT + 8 + 8] ^= 1;
    CHECK(restart() == LOOPC_MORE);
    printf("ok\n");
    return 0;
}
