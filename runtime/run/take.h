/* Rows of a data set into arrays whose size the compiler knows: more of them than an array has
 * room for are not copied, and the body that asked for them fails. For trainers in which a
 * number of rows, or the width of a row, is known only at run time; loopc includes it in these
 * alone.
 *
 * An array is known where it is named as a whole: `$x`, a field, or a local array. A pointer is
 * known where an optimizing compiler sees what it points at: a local array, an array of the
 * state, memory of malloc. Nothing bounds rows that go to another one.
 */
#ifndef LOOPC_TAKE_H
#define LOOPC_TAKE_H

#include "data/dataset.h"
#include "run/failures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rows that did not fit, until their body fails. */
static _Thread_local struct {
    const char *function; /* NULL: none */
    int64_t values, room;
} loopc_untaken;

#define LOOPC_IS_A(array, pointer) __builtin_types_compatible_p(__typeof__(array), pointer)

#define LOOPC_IS_POINTER(array)                                                                    \
    (LOOPC_IS_A(array, float *) || LOOPC_IS_A(array, int32_t *) || LOOPC_IS_A(array, void *) ||    \
     sizeof(__typeof__(array)) <= sizeof(int))

/* The bytes behind a pointer in its array, (size_t)-1 where nobody knows. In arrays of arrays the
 * array of &x[0][0] is x[0] alone, but all of x is meant: the whole object counts there. */
#ifdef LOOPC_ARRAYS_OF_ARRAYS
enum { LOOPC_OBJECT = 0 };
#else
enum { LOOPC_OBJECT = 1 };
#endif
#if __has_builtin(__builtin_dynamic_object_size)
#define LOOPC_BYTES_BEHIND(pointer) __builtin_dynamic_object_size(pointer, LOOPC_OBJECT)
#else
#define LOOPC_BYTES_BEHIND(pointer) __builtin_object_size(pointer, LOOPC_OBJECT)
#endif

/* How many numbers of four bytes an array has room for, or what a pointer points at. */
#define LOOPC_ROOM(array)                                                                          \
    loopc_room(LOOPC_IS_POINTER(array) ? LOOPC_BYTES_BEHIND((const void *)(array))                 \
                                       : sizeof(__typeof__(array)))

static inline int64_t loopc_room(size_t bytes)
{
    return bytes == (size_t)-1 ? INT64_MAX : (int64_t)(bytes / sizeof(float));
}

/* Whether they fit; if not, they are noted. */
static inline bool loopc_fits(const char *function, int64_t rows, int64_t width, int64_t room)
{
    if (__builtin_expect(rows * width <= room, 1)) return true;
    loopc_untaken.function = function;
    loopc_untaken.values = rows * width;
    loopc_untaken.room = room;
    return false;
}

static inline int32_t loopc_take_within(const struct loopc_dataset *d, uint64_t key, int64_t first,
                                        int32_t rows, float *x, int64_t x_room, int32_t *labels,
                                        int64_t label_room)
{
    static const char name[] = "loopc_dataset_take";
    const int64_t count = loopc_dataset_left(d, first, rows);
    if (x && !loopc_fits(name, count, d->columns, x_room)) return 0;
    if (labels && d->labels && !loopc_fits(name, count, 1, label_room)) return 0;
    return loopc_dataset_take(d, key, first, rows, x, labels);
}

static inline int32_t loopc_take_targets_within(const struct loopc_dataset *d, uint64_t key,
                                                int64_t first, int32_t rows, float *x,
                                                int64_t x_room, float *y, int64_t y_room)
{
    static const char name[] = "loopc_dataset_take_targets";
    const int64_t count = loopc_dataset_left(d, first, rows);
    if (x && !loopc_fits(name, count, d->columns, x_room)) return 0;
    if (y && d->y && !loopc_fits(name, count, d->targets, y_room)) return 0;
    return loopc_dataset_take_targets(d, key, first, rows, x, y);
}

static inline int32_t loopc_take_weights_within(const struct loopc_dataset *d, uint64_t key,
                                                int64_t first, int32_t rows, float *weights,
                                                int64_t room)
{
    const int64_t count = loopc_dataset_left(d, first, rows);
    if (!loopc_fits("loopc_dataset_take_weights", count, 1, room)) return 0;
    return loopc_dataset_take_weights(d, key, first, rows, weights);
}

/* Fails because of them, and forgets them. */
static inline int loopc_fail_take(struct loopc_run *run, const char *node)
{
    const char *const function = loopc_untaken.function;
    loopc_untaken.function = NULL;
    return loopc_fail(run, node, "%s: the rows have %lld values, and the array room for %lld",
                      function, (long long)loopc_untaken.values, (long long)loopc_untaken.room);
}

#define loopc_dataset_take(d, key, first, rows, x, labels)                                         \
    loopc_take_within(d, key, first, rows, x, LOOPC_ROOM(x), labels, LOOPC_ROOM(labels))
#define loopc_dataset_take_targets(d, key, first, rows, x, y)                                      \
    loopc_take_targets_within(d, key, first, rows, x, LOOPC_ROOM(x), y, LOOPC_ROOM(y))
#define loopc_dataset_take_weights(d, key, first, rows, weights)                                   \
    loopc_take_weights_within(d, key, first, rows, weights, LOOPC_ROOM(weights))

#endif
