/* Replicas: where elements are, what lanes without a replica see, and losses as those of loss.h. */
#include "nn/replica.h"

#include "nn/loss.h"
#include "nn/transpose.h"

#include "kernels.h"

enum { SAMPLES = 21, CLASSES = 18, COUNT = 5, GROUP = LOOPC_REPLICAS };

static float number(int i)
{
    return (float)((i * 7919) % 101) / 50.0f - 1.0f;
}

static void rows_are_packed_and_unpacked(void **state)
{
    static float rows[COUNT * SAMPLES * CLASSES], back[COUNT * SAMPLES * CLASSES];
    static LOOPC_ALIGNED float lanes[LOOPC_REPLICA_MATRIX(SAMPLES, CLASSES)];
    (void)state;
    for (int i = 0; i < COUNT * SAMPLES * CLASSES; i++)
        rows[i] = number(i);
    for (int32_t features = 1; features <= CLASSES; features++) {
        const struct loopc_replica_rows given = {.x = rows, .apart = SAMPLES * features};
        loopc_replica_pack(given, COUNT, lanes, SAMPLES, features);
        loopc_replica_unpack(lanes, COUNT, back, SAMPLES, features);
        assert_memory_equal(back, rows, (size_t)(COUNT * SAMPLES * features) * sizeof *rows);
        for (int l = COUNT; l < GROUP; l++)
            assert_float_equal(lanes[l], rows[(COUNT - 1) * SAMPLES * features], 0);
    }
}

static void indices_say_which_rows(void **state)
{
    static float rows[40 * 3];
    static LOOPC_ALIGNED float lanes[LOOPC_REPLICA_MATRIX(SAMPLES, 3)];
    int64_t index[COUNT * SAMPLES];
    (void)state;
    for (int i = 0; i < 40 * 3; i++)
        rows[i] = number(i);
    for (int i = 0; i < COUNT * SAMPLES; i++)
        index[i] = (i * 13) % 40;
    loopc_replica_pack((struct loopc_replica_rows){.x = rows, .index = index}, COUNT, lanes,
                       SAMPLES, 3);
    for (int l = 0; l < COUNT; l++)
        for (int r = 0; r < SAMPLES; r++)
            for (int k = 0; k < 3; k++)
                assert_float_equal(lanes[loopc_replica_at(3, r, k) + l],
                                   rows[index[l * SAMPLES + r] * 3 + k], 0);
}

/* The matrices and losses of one replica, for the kernel that takes nets one by one. */
struct alone {
    LOOPC_ALIGNED float z[LOOPC_PANELS(CLASSES, SAMPLES)], d[LOOPC_PANELS(CLASSES, SAMPLES)];
    LOOPC_ALIGNED float losses[LOOPC_VECTOR(SAMPLES)];
};

static void cross_entropy_is_that_of_nets_one_by_one(void **state)
{
    static LOOPC_ALIGNED float z[LOOPC_REPLICA_MATRIX(SAMPLES, CLASSES)],
        d[LOOPC_REPLICA_MATRIX(SAMPLES, CLASSES)], losses[SAMPLES * GROUP], means[GROUP];
    static LOOPC_ALIGNED int32_t labels[SAMPLES * GROUP];
    static struct alone own;
    (void)state;
    for (int r = 0; r < SAMPLES; r++)
        for (int l = 0; l < GROUP; l++) {
            labels[r * GROUP + l] = (r + l) % 6 == 5 && l % 2 ? -1 : (r * 5 + l) % CLASSES;
            for (int j = 0; j < CLASSES; j++)
                z[loopc_replica_at(CLASSES, r, j) + l] = 3.0f * number(r * 1000 + j * 17 + l);
        }
    loopc_replica_cross_entropy(z, labels, d, losses, SAMPLES, CLASSES);
    loopc_replica_mean(losses, means, SAMPLES);
    for (int l = 0; l < GROUP; l++) {
        int32_t own_labels[SAMPLES];
        for (int r = 0; r < SAMPLES; r++) {
            own_labels[r] = labels[r * GROUP + l];
            for (int j = 0; j < CLASSES; j++)
                own.z[loopc_panel_at(CLASSES, j, r)] = z[loopc_replica_at(CLASSES, r, j) + l];
        }
        loopc_cross_entropy(own.z, own_labels, own.d, own.losses, SAMPLES, CLASSES,
                            LOOPC_ONE_THREAD);
        assert_float_equal(means[l], loopc_mean(own.losses, SAMPLES), 0);
        for (int r = 0; r < SAMPLES; r++)
            for (int j = 0; j < CLASSES; j++)
                assert_float_equal(d[loopc_replica_at(CLASSES, r, j) + l],
                                   own.d[loopc_panel_at(CLASSES, j, r)], 0);
    }
}

static void weights_of_a_replica_are_a_list(void **state)
{
    static LOOPC_ALIGNED float w[2 * LOOPC_REPLICA_MATRIX(3, CLASSES)];
    float flat[3 * CLASSES], back[3 * CLASSES];
    (void)state;
    for (int i = 0; i < 3 * CLASSES; i++)
        flat[i] = number(i);
    float *const own = w + loopc_replica_of(19, LOOPC_REPLICA_MATRIX(3, CLASSES));
    assert_ptr_equal(loopc_replica_take(own, flat, 3, CLASSES), flat + 3 * CLASSES);
    assert_ptr_equal(loopc_replica_put(own, back, 3, CLASSES), back + 3 * CLASSES);
    assert_memory_equal(back, flat, sizeof flat);
    assert_float_equal(w[LOOPC_REPLICA_MATRIX(3, CLASSES) + loopc_replica_at(CLASSES, 2, 1) + 3],
                       flat[2 * CLASSES + 1], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_packed_and_unpacked),
        cmocka_unit_test(indices_say_which_rows),
        cmocka_unit_test(cross_entropy_is_that_of_nets_one_by_one),
        cmocka_unit_test(weights_of_a_replica_are_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
