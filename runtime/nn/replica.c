#include "nn/replica.h"

#include "nn/replica_lanes.h"

struct loopc_replica_rates loopc_replica_sgd(const float *eta, int32_t count, float momentum,
                                             float decay)
{
    return loopc_lanes_sgd(eta, count, momentum, decay);
}

struct loopc_replica_rates loopc_replica_adam(enum loopc_rule rule, int64_t t, const float *eta,
                                              int32_t count, double beta1, double beta2,
                                              float epsilon, float decay)
{
    struct loopc_replica_rates rates = {
        .common = loopc_adam_params(rule, t, 0.0f, beta1, beta2, epsilon, decay)};
    const double c = sqrt(1.0 - loopc_power(beta2, t)), share = 1.0 - loopc_power(beta1, t);
    for (int32_t l = 0; l < count; l++) {
        rates.move[l] = (float)((double)eta[l] * c / share);
        rates.kept[l] = loopc_fma1(-eta[l], decay, 1.0f);
    }
    return rates;
}

void loopc_replica_pack(struct loopc_replica_rows from, int32_t count, void *to, int32_t samples,
                        int32_t features)
{
    loopc_lanes_pack(from, count, to, samples, features);
}

void loopc_replica_unpack(const float *lanes, int32_t count, float *to, int32_t samples,
                          int32_t features)
{
    for (int32_t l = 0; l < count; l++)
        for (int32_t r = 0; r < samples; r++)
            for (int32_t j = 0; j < features; j++)
                *to++ = lanes[loopc_replica_at(features, r, j) + l];
}

/* The sums of a tile stay in registers, with a row of one factor. Where a multiply-add is put
 * together from doubles, a tile is one sum. */
enum {
    LOOPC_REPLICA_ROWS = LOOPC_HAS_FMA ? 4 : 1,
    LOOPC_REPLICA_COLUMNS = LOOPC_HAS_FMA ? LOOPC_LANES == 16 ? 4 : 2 : 1,
    LOOPC_REPLICA_BLOCK = 16, /* columns at a time, whose factor stays in the first-level cache */
};

typedef loopc_vec loopc_replica_sums[LOOPC_REPLICA_ROWS][LOOPC_REPLICA_COLUMNS];

/* sum over p < depth of u(i, p) v(j, p), for i < rows, j < columns: `next` is from i to i + 1 or
 * from j to j + 1, `step` from p to p + 1. The result is at c + i * c_row + j * c_column. */
struct loopc_replica_product {
    const float *u, *v;
    ptrdiff_t u_next, u_step, v_next, v_step, c_row, c_column;
    int32_t rows, columns, depth;
    float *c;
    const float *start, *gate; /* of each i, or NULL; as c */
    enum loopc_epilogue finish;
    struct loopc_weights weights;
    const struct loopc_replica_rates *rates; /* the weights are moved; or NULL */
    bool written_out; /* the rule is a constant, too, and written out for each sum */
};

LOOPC_INLINE void loopc_replica_begin(loopc_replica_sums acc, const struct loopc_replica_product *p,
                                      int rows, int columns, int32_t i, int t)
{
    LOOPC_UNROLL(4)
    for (int a = 0; a < rows; a++) {
        const loopc_vec start =
            p->start ? loopc_load(p->start + (i + a) * LOOPC_REPLICAS + t) : (loopc_vec){0};
        LOOPC_UNROLL(4)
        for (int b = 0; b < columns; b++)
            acc[a][b] = start;
    }
}

/* Whether an epilogue is too long to be written out for each sum. */
LOOPC_INLINE bool loopc_replica_is_long(enum loopc_epilogue finish)
{
    return finish == LOOPC_TANH || finish == LOOPC_SIGMOID;
}

/* All sums become their finish and are stored. */
LOOPC_INLINE void loopc_replica_finish(loopc_replica_sums acc,
                                       const struct loopc_replica_product *p, int rows, int columns,
                                       ptrdiff_t at, enum loopc_epilogue finish)
{
    LOOPC_UNROLL(4)
    for (int a = 0; a < rows; a++) {
        LOOPC_UNROLL(4)
        for (int b = 0; b < columns; b++) {
            const ptrdiff_t place = at + a * p->c_row + b * p->c_column;
            const loopc_vec gate = p->gate ? loopc_load(p->gate + place) : acc[a][b];
            loopc_store(p->c + place, loopc_epilogue_value(acc[a][b], gate, finish));
        }
    }
}

LOOPC_INLINE void loopc_replica_activate(const struct loopc_replica_product *p, int rows,
                                         int columns, ptrdiff_t at)
{
    for (int a = 0; a < rows; a++)
        for (int b = 0; b < columns; b++) {
            float *const to = p->c + at + a * p->c_row + b * p->c_column;
            const loopc_vec x = loopc_load(to);
            loopc_store(to, loopc_epilogue_value(x, x, p->finish));
        }
}

/* Moves the weights by the sums; a rule that is no constant is there once. */
LOOPC_INLINE void loopc_replica_descend(loopc_replica_sums acc,
                                        const struct loopc_replica_product *p, int rows,
                                        int columns, ptrdiff_t at, int t)
{
    LOOPC_ALIGNED float waiting[LOOPC_REPLICA_ROWS * LOOPC_REPLICA_COLUMNS * LOOPC_LANES];
    LOOPC_UNROLL(4)
    for (int a = 0; a < rows; a++) {
        LOOPC_UNROLL(4)
        for (int b = 0; b < columns; b++) {
            const ptrdiff_t place = at + a * p->c_row + b * p->c_column;
            if (p->written_out)
                loopc_replica_move(p->weights, place, t, acc[a][b], p->rates);
            else
                loopc_store(waiting + (a * columns + b) * LOOPC_LANES, acc[a][b]);
        }
    }
    if (p->written_out) return;
    for (int a = 0; a < rows; a++) {
        LOOPC_KEEP_LOOP
        for (int b = 0; b < columns; b++)
            loopc_replica_move(p->weights, at + a * p->c_row + b * p->c_column, t,
                               loopc_load(waiting + (a * columns + b) * LOOPC_LANES), p->rates);
    }
}

LOOPC_INLINE void loopc_replica_end(loopc_replica_sums acc, const struct loopc_replica_product *p,
                                    int rows, int columns, ptrdiff_t at, int t)
{
    if (p->rates)
        loopc_replica_descend(acc, p, rows, columns, at, t);
    else if (p->finish == LOOPC_RELU)
        loopc_replica_finish(acc, p, rows, columns, at, LOOPC_RELU);
    else if (p->gate && p->finish == LOOPC_BACKWARD_RELU)
        loopc_replica_finish(acc, p, rows, columns, at, LOOPC_BACKWARD_RELU);
    else if (p->gate && p->finish == LOOPC_BACKWARD_TANH)
        loopc_replica_finish(acc, p, rows, columns, at, LOOPC_BACKWARD_TANH);
    else if (p->gate && p->finish == LOOPC_BACKWARD_SIGMOID)
        loopc_replica_finish(acc, p, rows, columns, at, LOOPC_BACKWARD_SIGMOID);
    else
        loopc_replica_finish(acc, p, rows, columns, at, LOOPC_STORE);
    if (!p->rates && !p->gate && loopc_replica_is_long(p->finish))
        loopc_replica_activate(p, rows, columns, at);
}

LOOPC_INLINE void loopc_replica_tile(const struct loopc_replica_product *p, int rows, int columns,
                                     int32_t i, int32_t j, int t)
{
    loopc_replica_sums acc;
    const float *u = p->u + i * p->u_next + t, *v = p->v + j * p->v_next + t;
    loopc_replica_begin(acc, p, rows, columns, i, t);
    for (int32_t k = 0; k < p->depth; k++, u += p->u_step, v += p->v_step) {
        loopc_vec right[LOOPC_REPLICA_COLUMNS];
        LOOPC_UNROLL(4)
        for (int b = 0; b < columns; b++)
            right[b] = loopc_load(v + b * p->v_next);
        LOOPC_UNROLL(4)
        for (int a = 0; a < rows; a++) {
            const loopc_vec left = loopc_load(u + a * p->u_next);
            LOOPC_UNROLL(4)
            for (int b = 0; b < columns; b++)
                acc[a][b] = loopc_fma(left, right[b], acc[a][b]);
        }
    }
    loopc_replica_end(acc, p, rows, columns, i * p->c_row + j * p->c_column + t, t);
}

/* `rows` rows from i on, all columns of a block. */
LOOPC_INLINE void loopc_replica_strip(const struct loopc_replica_product *p, int rows, int32_t i,
                                      int32_t j, int32_t end)
{
    for (; LOOPC_REPLICA_COLUMNS > 1 && j + LOOPC_REPLICA_COLUMNS <= end;
         j += LOOPC_REPLICA_COLUMNS)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES)
            loopc_replica_tile(p, rows, LOOPC_REPLICA_COLUMNS, i, j, t);
    for (; j < end; j++)
        for (int t = 0; t < LOOPC_REPLICAS; t += LOOPC_LANES)
            loopc_replica_tile(p, rows, 1, i, j, t);
}

LOOPC_INLINE void loopc_replica_multiply(const struct loopc_replica_product *p)
{
    for (int32_t j = 0; j < p->columns; j += LOOPC_REPLICA_BLOCK) {
        const int32_t end = loopc_lesser(j + LOOPC_REPLICA_BLOCK, p->columns);
        int32_t i = 0;
        for (; LOOPC_REPLICA_ROWS >= 4 && i + 4 <= p->rows; i += 4)
            loopc_replica_strip(p, 4, i, j, end);
        for (; LOOPC_REPLICA_ROWS >= 2 && i + 2 <= p->rows; i += 2)
            loopc_replica_strip(p, 2, i, j, end);
        for (; i < p->rows; i++)
            loopc_replica_strip(p, 1, i, j, end);
    }
}

void loopc_replica_forward(const float *w, const float *b, const float *x, float *y,
                           int32_t samples, int32_t inputs, int32_t outputs,
                           enum loopc_epilogue finish)
{
    const struct loopc_replica_product product = {
        .u = w,
        .u_next = loopc_replica_at(inputs, 1, 0),
        .u_step = LOOPC_REPLICAS,
        .v = x,
        .v_next = loopc_replica_at(inputs, 1, 0),
        .v_step = LOOPC_REPLICAS,
        .c = y,
        .c_row = LOOPC_REPLICAS,
        .c_column = loopc_replica_at(outputs, 1, 0),
        .rows = outputs,
        .columns = samples,
        .depth = inputs,
        .start = b,
        .finish = finish,
    };
    loopc_replica_multiply(&product);
}

void loopc_replica_backward(const float *w, const float *d, const float *x, float *dx,
                            int32_t samples, int32_t inputs, int32_t outputs,
                            enum loopc_epilogue finish)
{
    const struct loopc_replica_product product = {
        .u = w,
        .u_next = LOOPC_REPLICAS,
        .u_step = loopc_replica_at(inputs, 1, 0),
        .v = d,
        .v_next = loopc_replica_at(outputs, 1, 0),
        .v_step = LOOPC_REPLICAS,
        .c = dx,
        .c_row = LOOPC_REPLICAS,
        .c_column = loopc_replica_at(inputs, 1, 0),
        .rows = inputs,
        .columns = samples,
        .depth = outputs,
        .gate = x,
        .finish = finish,
    };
    loopc_replica_multiply(&product);
}

static LOOPC_VECTOR_INLINE void update(struct loopc_weights w, struct loopc_weights b,
                                       const float *x, const float *d, int32_t samples,
                                       int32_t inputs, int32_t outputs, bool written_out,
                                       const struct loopc_replica_rates *rates)
{
    const struct loopc_replica_product product = {
        .u = d,
        .u_next = LOOPC_REPLICAS,
        .u_step = loopc_replica_at(outputs, 1, 0),
        .v = x,
        .v_next = LOOPC_REPLICAS,
        .v_step = loopc_replica_at(inputs, 1, 0),
        .c_row = loopc_replica_at(inputs, 1, 0),
        .c_column = LOOPC_REPLICAS,
        .rows = outputs,
        .columns = inputs,
        .depth = samples,
        .weights = w,
        .rates = rates,
        .written_out = written_out,
    };
    loopc_replica_multiply(&product);
    loopc_lanes_biases(b, d, samples, outputs, rates);
}

void loopc_replica_update(struct loopc_weights w, struct loopc_weights b, const float *x,
                          const float *d, int32_t samples, int32_t inputs, int32_t outputs,
                          const struct loopc_replica_rates *rates)
{
    if (rates->common.rule != LOOPC_SGD || rates->common.decay > 0.0f) {
        update(w, b, x, d, samples, inputs, outputs, false, rates);
        return;
    }
    struct loopc_replica_rates plain = {.common = {.rule = LOOPC_SGD}};
    memcpy(plain.move, rates->move, sizeof plain.move);
    update(w, b, x, d, samples, inputs, outputs, true, &plain);
}

const float *loopc_replica_take(float *w, const float *flat, int32_t rows, int32_t columns)
{
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++)
            w[loopc_replica_at(columns, i, j)] = *flat++;
    return flat;
}

float *loopc_replica_put(const float *w, float *flat, int32_t rows, int32_t columns)
{
    for (int32_t i = 0; i < rows; i++)
        for (int32_t j = 0; j < columns; j++)
            *flat++ = w[loopc_replica_at(columns, i, j)];
    return flat;
}

void loopc_replica_average(const float *from, float *to, int32_t count, int32_t values)
{
    for (int32_t i = 0; i < values; i++) {
        double sum = 0.0;
        for (int32_t m = 0; m < count; m++)
            sum += (double)from[(ptrdiff_t)m * values + i];
        to[i] = (float)(sum / (double)count);
    }
}
