/* Environment: filters, sets of samples, draws, statistics. */
#include "library/environment.h"

#include "base/hash.h"
#include "base/shuffle.h"
#include "run/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Samples. */

static bool same_set(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool belongs(const struct loopc_field *field, const char *set)
{
    return field->samples > 0 && same_set(field->set, set);
}

/* How many samples there is room for in every field of a set. */
static int64_t room_of(const struct loopc_program *program, const char *set)
{
    int64_t room = INT32_MAX;
    for (int i = 0; i < program->field_count; i++) {
        const struct loopc_field *field = &program->fields[i];
        if (belongs(field, set) && field->samples < room) room = field->samples;
    }
    return room;
}

static void filter_field(const struct loopc_field *field, char *state, const bool *keep,
                         int32_t rows)
{
    const size_t row = loopc_field_size(field) / (size_t)field->samples;
    char *base = state + field->offset;
    size_t kept = 0;
    for (size_t i = 0; i < (size_t)rows; i++) {
        if (!keep[i]) continue;
        if (kept < i) memcpy(base + kept * row, base + i * row, row);
        kept++;
    }
    memset(base + kept * row, 0, ((size_t)rows - kept) * row);
}

int32_t loopc_filter(struct loopc_run *run, const char *set, const bool *keep, int32_t length,
                     int32_t rows)
{
    if (length != rows || room_of(run->program, set) < rows) return -1;
    int32_t kept = 0;
    for (int32_t i = 0; i < rows; i++)
        kept += keep[i];
    if (kept == rows) return rows;
    for (int i = 0; i < run->program->field_count; i++) {
        const struct loopc_field *field = &run->program->fields[i];
        if (belongs(field, set)) filter_field(field, (char *)run, keep, rows);
    }
    return kept;
}

void loopc_clear_set(struct loopc_run *run, const char *set)
{
    for (int i = 0; i < run->program->field_count; i++) {
        const struct loopc_field *field = &run->program->fields[i];
        if (belongs(field, set)) memset((char *)run + field->offset, 0, loopc_field_size(field));
    }
}

/* Sets. */

uint64_t loopc_hash(const void *bytes, size_t size)
{
    return loopc_scatter(loopc_fnv1a(LOOPC_FNV1A_START, bytes, size));
}

/* The slot of an item, or the free one in which it would be. */
static int32_t slot_of(const int32_t *slots, int32_t slot_count, const void *items, size_t size,
                       const void *item)
{
    const uint64_t mask = (uint64_t)slot_count - 1;
    uint64_t at = loopc_hash(item, size) & mask;
    while (slots[at] &&
           memcmp((const char *)items + (size_t)(slots[at] - 1) * size, item, size) != 0) {
        at = (at + 1) & mask;
    }
    return (int32_t)at;
}

int32_t loopc_find(const int32_t *slots, int32_t slot_count, const void *items, size_t size,
                   const void *item)
{
    return slots[slot_of(slots, slot_count, items, size, item)] - 1;
}

void loopc_index(int32_t *slots, int32_t slot_count, const void *items, size_t size, int32_t number)
{
    const char *item = (const char *)items + (size_t)number * size;
    slots[slot_of(slots, slot_count, items, size, item)] = number + 1;
}

void loopc_reindex(int32_t *slots, int32_t slot_count, const void *items, size_t size,
                   int32_t count)
{
    memset(slots, 0, (size_t)slot_count * sizeof *slots);
    for (int32_t i = 0; i < count; i++)
        loopc_index(slots, slot_count, items, size, i);
}

void loopc_keep_first(const void *items, size_t size, int32_t rows, int32_t *slots,
                      int32_t slot_count, bool *keep)
{
    memset(slots, 0, (size_t)slot_count * sizeof *slots);
    for (int32_t i = 0; i < rows; i++) {
        const char *item = (const char *)items + (size_t)i * size;
        keep[i] = loopc_find(slots, slot_count, items, size, item) < 0;
        if (keep[i]) loopc_index(slots, slot_count, items, size, i);
    }
}

/* Draws. */

static void swap(int32_t *order, int32_t i, int32_t j)
{
    const int32_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
}

static void count_up(int32_t *order, int32_t rows)
{
    for (int32_t i = 0; i < rows; i++)
        order[i] = i;
}

void loopc_draw_some(struct loopc_rng *rng, int32_t rows, int32_t n, int32_t *order)
{
    count_up(order, rows);
    for (int32_t i = 0; i < n && i < rows; i++)
        swap(order, i, i + (int32_t)loopc_rng_below(rng, (uint64_t)(rows - i)));
}

/* Which of those from `first` on is drawn. */
static int32_t draw_one(struct loopc_rng *rng, const float *weights, const int32_t *order,
                        int32_t first, int32_t rows)
{
    double sum = 0;
    for (int32_t i = first; i < rows; i++)
        sum += (double)weights[order[i]];
    if (!(sum > 0)) return first + (int32_t)loopc_rng_below(rng, (uint64_t)(rows - first));
    double left = loopc_rng_f64(rng) * sum;
    int32_t last = first;
    for (int32_t i = first; i < rows; i++) {
        const double weight = (double)weights[order[i]];
        if (!(weight > 0)) continue;
        last = i;
        left -= weight;
        if (left < 0) break;
    }
    return last;
}

void loopc_draw_weighted(struct loopc_rng *rng, const float *weights, int32_t rows, int32_t taken,
                         int32_t n, int32_t *order)
{
    if (taken == 0) count_up(order, rows);
    for (int32_t i = taken; i < taken + n && i < rows; i++)
        swap(order, i, draw_one(rng, weights, order, i, rows));
}

static bool above(const float *values, int32_t i, int32_t j)
{
    return values[i] == values[j] ? i < j : values[i] > values[j];
}

void loopc_take_top(const float *values, int32_t rows, int32_t n, int32_t *order)
{
    count_up(order, rows);
    for (int32_t i = 0; i < n && i < rows; i++) {
        int32_t best = i;
        for (int32_t j = i + 1; j < rows; j++)
            if (above(values, order[j], order[best])) best = j;
        swap(order, i, best);
    }
}

int32_t loopc_share_of(int32_t n, float share)
{
    return (int32_t)lroundf((float)n * share);
}

/* Statistics. */

/* Moves the k-th smallest value to its place, smaller ones before it (Hoare's quickselect). */
static float select_value(float *values, int32_t count, int32_t k)
{
    int32_t low = 0, high = count - 1;
    while (low < high) {
        const float pivot = values[low + (high - low) / 2];
        int32_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i > j) break;
            const float kept = values[i];
            values[i++] = values[j];
            values[j--] = kept;
        }
        if (k <= j) {
            high = j;
        } else if (k >= i) {
            low = i;
        } else {
            break;
        }
    }
    return values[k];
}

float loopc_quantile(float *values, int32_t count, float q)
{
    int32_t numbers = 0;
    for (int32_t i = 0; i < count; i++)
        numbers += !isnan(values[i]);
    if (count == 0 || numbers < count || !(q >= 0 && q <= 1)) return NAN;
    const double place = (double)q * (count - 1);
    const int32_t k = (int32_t)place;
    const float low = select_value(values, count, k);
    if (k + 1 >= count || place == k) return low;
    float high = values[k + 1];
    for (int32_t i = k + 2; i < count; i++)
        high = values[i] < high ? values[i] : high;
    return low + (float)(place - k) * (high - low);
}

struct loopc_statistics loopc_statistics_of(const float *values, int32_t count)
{
    struct loopc_statistics all = {.count = count, .min = NAN, .max = NAN, .mean = NAN};
    double sum = 0;
    for (int32_t i = 0; i < count; i++) {
        all.min = i == 0 || values[i] < all.min ? values[i] : all.min;
        all.max = i == 0 || values[i] > all.max ? values[i] : all.max;
        sum += (double)values[i];
    }
    if (count > 0) all.mean = (float)(sum / count);
    return all;
}

int32_t loopc_values_of(const float *values, const char *const *sources, int32_t rows,
                        const char *source, float *to)
{
    int32_t count = 0;
    for (int32_t i = 0; i < rows; i++)
        if (!source || (sources[i] && !strcmp(sources[i], source))) to[count++] = values[i];
    return count;
}

/* The input of a policy. */

int32_t loopc_token_count(const int32_t *tokens, int32_t length)
{
    int32_t n = 0;
    while (n < length && tokens[n] >= 0)
        n++;
    return n;
}

void loopc_encode_tokens(const int32_t *tokens, int32_t position, int32_t length,
                         int32_t vocabulary, int32_t context, float *x)
{
    memset(x, 0, (size_t)(length + context * vocabulary) * sizeof *x);
    x[position] = 1;
    x += length;
    for (int32_t c = 0; c < context && c < position; c++, x += vocabulary) {
        const int32_t token = tokens[position - 1 - c];
        if (token >= 0 && token < vocabulary) x[token] = 1;
    }
}

void loopc_encode_numbers(const float *numbers, int32_t position, int32_t length, int32_t context,
                          float *x)
{
    memset(x, 0, (size_t)(length + context) * sizeof *x);
    x[position] = 1;
    for (int32_t c = 0; c < context && c < position; c++)
        x[length + c] = numbers[position - 1 - c];
}

/* Rows of a table. */

static const char *short_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* Calls print for each reported single value of a loop. */
static void each_reported(struct loopc_run *run, const char *loop,
                          void (*print)(const struct loopc_field *, const struct loopc_run *))
{
    for (int i = 0; i < run->program->field_count; i++) {
        const struct loopc_field *field = &run->program->fields[i];
        if (field->report_in && !strcmp(field->report_in, loop)) print(field, run);
    }
}

static int width_of(const struct loopc_field *field)
{
    const int length = (int)strlen(short_name(field->name));
    return length < 9 ? 9 : length;
}

static void print_name(const struct loopc_field *field, const struct loopc_run *run)
{
    (void)run;
    printf("  %*s", width_of(field), short_name(field->name));
}

static void print_value(const struct loopc_field *field, const struct loopc_run *run)
{
    char text[64];
    if (field->type == LOOPC_F32 || field->type == LOOPC_F64) {
        loopc_number_format(loopc_field_real(field, run, 0), 4, text, sizeof text);
    } else {
        loopc_field_format(field, run, 0, text, sizeof text);
    }
    printf("  %*s", width_of(field), text);
}

void loopc_print_row(struct loopc_run *run, const char *loop, bool head)
{
    char name[256];
    snprintf(name, sizeof name, "%s.iteration", loop);
    const struct loopc_field *fields = run->program->fields;
    const struct loopc_field *count = loopc_field_find(fields, run->program->field_count, name);
    if (head) {
        printf("%7s", "batch");
        each_reported(run, loop, print_name);
        putchar('\n');
    }
    printf("%7" PRId64, count ? loopc_field_integer(count, run, 0) + 1 : 0);
    each_reported(run, loop, print_value);
    putchar('\n');
}
