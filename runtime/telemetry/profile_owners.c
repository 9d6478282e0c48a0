/* Times by owner: the sum over all bodies of a callback or of a loop. Part of profile. */
#include "telemetry/profile_owners.h"

#include <stdlib.h>
#include <string.h>

struct owner {
    const char *name;
    int length; /* of name, which is longer */
    bool loop;
    uint64_t calls;
    int64_t time; /* ns, without insertions */
};

static bool is_named(const struct owner *owner, const char *name, int length)
{
    return owner->length == length && !strncmp(owner->name, name, (size_t)length);
}

static struct owner *owner_of(struct owner *owners, int *count, const char *name)
{
    const int length = (int)strcspn(name, ".");
    for (int i = 0; i < *count; i++) {
        if (is_named(&owners[i], name, length)) return &owners[i];
    }
    owners[*count] = (struct owner){.name = name, .length = length};
    return &owners[(*count)++];
}

/* The time of a step includes the loops inserted on it, which have trace points of their own. */
static int sum_up(const struct loopc_program *program, const struct loopc_timing *timings,
                  struct owner *owners)
{
    int count = 0;
    for (int i = 0; i < program->trace_point_count; i++) {
        const struct loopc_trace_point *place = &program->trace_points[i];
        struct owner *owner = owner_of(owners, &count, place->name);
        if (place->kind == 'l') owner->loop = true;
        if (place->kind == 's') owner->time += timings[i].total, owner->calls += timings[i].calls;
        const int parent = place->parent;
        if (parent < 0 || program->trace_points[parent].kind != 's') continue;
        owner_of(owners, &count, program->trace_points[parent].name)->time -= timings[i].total;
    }
    return count;
}

/* Longest first; equal ones by name. */
static int compare(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;
    if (x->time != y->time) return x->time > y->time ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void print_owner(const struct owner *owner, int width, double whole, FILE *out)
{
    char time[32], share[32] = "-";
    loopc_time_format((double)owner->time, time, sizeof time);
    if (whole > 0) snprintf(share, sizeof share, "%.1f %%", 100 * (double)owner->time / whole);
    fprintf(out, "%-8s  %-*.*s  %11llu  %8s  %7s\n", owner->loop ? "loop" : "callback", width,
            owner->length, owner->name, (unsigned long long)owner->calls, time, share);
}

void loopc_profile_print_owners(const struct loopc_program *program,
                                const struct loopc_timing *timings, double whole, FILE *out)
{
    struct owner *owners = calloc((size_t)program->trace_point_count + 1, sizeof *owners);
    if (!owners) return;
    const int count = sum_up(program, timings, owners);
    int width = (int)strlen("bodies of"), callbacks = 0;
    for (int i = 0; i < count; i++) {
        if (owners[i].calls > 0 && owners[i].length > width) width = owners[i].length;
        callbacks += !owners[i].loop;
    }
    qsort(owners, (size_t)count, sizeof *owners, compare);
    if (callbacks > 0) {
        fprintf(out, "%-8s  %-*s  %11s  %8s  %7s\n", "", width, "bodies of", "calls", "total",
                "share");
    }
    for (int i = 0; callbacks > 0 && i < count; i++) {
        if (owners[i].calls > 0) print_owner(&owners[i], width, whole, out);
    }
    free(owners);
}
