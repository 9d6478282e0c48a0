/* The machine's own limits, by the protocol of measure.py: limits fma|memory THREADS does as many
 * billions of operations, or of bytes, as each line of standard input says, and prints "seconds S
 * billions N". fma: fused multiply-adds on registers, more of them under way than a core can hold.
 * memory: sums over an array far larger than the caches, bytes read. */
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
enum { CHAINS = 12, FLOATS = 1 << 26 };

static const double BILLION = 1e9;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Chains of x = x * y + y; what they come to is returned so that none is left out. */
static float multiply_add(long rounds)
{
    vector x[CHAINS], y;
    for (int i = 0; i < LANES; i++)
        y[i] = 0.5f;
    for (int c = 0; c < CHAINS; c++)
        x[c] = y * (float)c;
    for (long r = 0; r < rounds; r++) {
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

/* Both return the operations, or the bytes, that it came to. */
static double run_fma(double wanted, int threads)
{
    const long rounds = (long)(wanted / (2.0 * LANES * CHAINS * threads)) + 1;
    float sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    sum += multiply_add(rounds);
    kept = sum;
    return 2.0 * LANES * CHAINS * (double)rounds * threads;
}

static double run_memory(double wanted, int threads, const float *values)
{
    const double all = (double)sizeof(float) * FLOATS;
    const long times = (long)(wanted / all) + 1, part = FLOATS / threads;
    float sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    for (long i = 0, from = omp_get_thread_num() * part; i < times; i++)
        sum += read_all(values, from, from + part);
    kept = sum;
    return all * (double)times;
}

int main(int argc, char **argv)
{
    if (argc != 3) return EXIT_FAILURE;
    const int memory = strcmp(argv[1], "memory") == 0, threads = atoi(argv[2]);
    float *const values = memory ? malloc(sizeof(float) * FLOATS) : NULL;
    if (memory && !values) return EXIT_FAILURE;
    if (memory) memset(values, 1, sizeof(float) * FLOATS);
    double billions;
    while (scanf("%lf", &billions) == 1) {
        const double began = seconds(), wanted = billions * BILLION;
        const double done = memory ? run_memory(wanted, threads, values) : run_fma(wanted, threads);
        /* in the time that what was asked for would have taken */
        printf("seconds %.9g billions %.6g\n", (seconds() - began) * wanted / done, done / BILLION);
        fflush(stdout);
    }
    free(values);
    return EXIT_SUCCESS;
}
