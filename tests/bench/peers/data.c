#include "data.h"

#include "task.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HEADER = 128 };

float noise(void)
{
    static uint32_t seed = 1;
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / 8388608.0f - 1.0f;
}

static void *values_of(const char *path, size_t bytes)
{
    void *const values = aligned_alloc(64, (bytes + 63) / 64 * 64);
    FILE *const file = fopen(path, "rb");
    const bool whole = file && values && fseek(file, HEADER, SEEK_SET) == 0 &&
                       fread(values, 1, bytes, file) == bytes;
    if (!whole) {
        fprintf(stderr, "%s: cannot read %zu bytes\n", path, bytes);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return values;
}

static void read_data(struct data *data, char **argv)
{
    data->x = values_of(argv[1], sizeof *data->x * ROWS * (size_t)size[0]);
#ifdef LOSS_cross_entropy
    data->labels = values_of(argv[2], sizeof *data->labels * ROWS);
#else
    data->y = values_of(argv[2], sizeof *data->y * ROWS * (size_t)size[LAYERS]);
#endif
}

static int32_t order[ROWS];

static void shuffle(void)
{
    for (int i = 0; i < ROWS; i++)
        order[i] = i;
    for (int i = ROWS - 1; i > 0 && ROWS > BATCH; i--) {
        const int j = (int)((noise() * 0.5f + 0.5f) * (float)i), other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static float run(step_function *step, const struct data *data, long steps)
{
    float loss = 0;
    int at = 0;
    for (long i = 0; i < steps; i++) {
        loss = step(data, order + at);
        at = at + BATCH < ROWS ? at + BATCH : 0;
    }
    return loss;
}

int timed_steps(char **argv, void (*start)(int threads), step_function *step)
{
    struct data data = {0};
    read_data(&data, argv);
    shuffle();
    start(atoi(argv[3]));
    long steps;
    while (scanf("%ld", &steps) == 1) {
        const double began = seconds();
        const float loss = run(step, &data, steps);
        printf("seconds %.9g loss %.6g\n", seconds() - began, (double)loss);
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
