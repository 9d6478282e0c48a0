/* Starts the version of the trainer that this processor runs fastest. They differ in speed only:
 * all have the same results, bit for bit. LOOPC_CPU in the environment asks for one of them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int loopc_main_plain(int argc, char **argv);
int loopc_main_v3(int argc, char **argv);
int loopc_main_v4(int argc, char **argv);

static bool always(void)
{
    return true;
}

static bool has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

static const struct version {
    const char *name;
    bool (*runs_here)(void);
    int (*start)(int argc, char **argv);
} versions[] = {{"plain", always, loopc_main_plain},
                {"v3", has_v3, loopc_main_v3},
                {"v4", has_v4, loopc_main_v4}};

enum { COUNT = sizeof versions / sizeof *versions };

/* The one that is asked for, or the last one that runs here; NULL: there is none. */
static const struct version *choose(const char *wanted)
{
    const struct version *choice = NULL;
    for (int i = 0; i < COUNT; i++) {
        const bool meant = !wanted || !*wanted || !strcmp(wanted, versions[i].name);
        if (meant && versions[i].runs_here()) choice = &versions[i];
    }
    return choice;
}

int main(int argc, char **argv)
{
    __builtin_cpu_init();
    const char *wanted = getenv("LOOPC_CPU");
    const struct version *version = choose(wanted);
    if (version) return version->start(argc, argv);
    fprintf(stderr, "@NAME@: error: LOOPC_CPU: no version '%s' that runs on this processor\n",
            wanted);
    fputs("@NAME@: hint: plain, v3 (AVX2) or v4 (AVX-512)\n", stderr);
    return 2;
}
