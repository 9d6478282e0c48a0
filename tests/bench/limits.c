/* The machine's own limits: limits fma|memory THREADS prints "gflop_per_s N" or "gb_per_s N", the
 * best of several short measurements. fma: fused multiply-adds on registers, more of them under
 * way than a core can hold. memory: a sum over an array far larger than the caches, bytes read. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined __AVX512F__
enum { LANES = 16 };
#elif defined __AVX__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
enum { CHAINS = 12, ROUNDS = 4000000, TRIES = 3, FLOATS = 1 << 26 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Chains of x = x * y + y; their sum is returned so that the compiler drops none of them. */
static float multiply_add(void)
{
    vector x[CHAINS], y;
    for (int i = 0; i < LANES; i++)
        y[i] = 0.5f;
    for (int c = 0; c < CHAINS; c++)
        x[c] = y * (float)c;
    for (int r = 0; r < ROUNDS; r++) {
#pragma GCC unroll 12
        for (int c = 0; c < CHAINS; c++)
            x[c] = x[c] * y + y;
        __asm__ volatile("" : "+x"(y)); /* the rounds stay rounds */
    }
    float sum = 0;
    for (int c = 0; c < CHAINS; c++)
        sum += x[c][0];
    return sum;
}

static float read_all(const float *values, long from, long to)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = from; i < to; i++)
        sum += values[i];
    return sum;
}

static volatile float kept;

static double fma_rate(int threads)
{
    const double start = seconds();
    float sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    sum += multiply_add();
    kept = sum;
    return 2.0 * LANES * CHAINS * ROUNDS * threads / (seconds() - start);
}

static double memory_rate(int threads, const float *values)
{
    const double start = seconds();
    float sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    {
        const long part = FLOATS / threads, me = omp_get_thread_num();
        sum += read_all(values, me * part, (me + 1) * part);
    }
    kept = sum;
    return (double)sizeof(float) * FLOATS / (seconds() - start);
}

int main(int argc, char **argv)
{
    if (argc != 3) return EXIT_FAILURE;
    const int memory = strcmp(argv[1], "memory") == 0, threads = atoi(argv[2]);
    float *const values = memory ? malloc(sizeof(float) * FLOATS) : NULL;
    if (memory && !values) return EXIT_FAILURE;
    if (memory) memset(values, 1, sizeof(float) * FLOATS);
    double best = 0;
    for (int i = 0; i < TRIES; i++) {
        const double rate = memory ? memory_rate(threads, values) : fma_rate(threads);
        best = rate > best ? rate : best;
    }
    printf("%s %.6g\n", memory ? "gb_per_s" : "gflop_per_s", best * 1e-9);
    free(values);
    return EXIT_SUCCESS;
}
