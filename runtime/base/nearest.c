/* Edit distance, and the nearest of several names. */
#include "base/nearest.h"

#include <limits.h>
#include <string.h>

static int least(int a, int b)
{
    return a < b ? a : b;
}

enum { NEAREST_LENGTH = 64 };

/* The optimal string alignment distance: insertions, deletions, replacements, and exchanges of
 * neighbours, one each (Damerau 1964; row by row as Wagner and Fischer 1974). */
static int distance(const char *a, const char *b)
{
    const int m = (int)strlen(a), n = (int)strlen(b);
    int rows[3][NEAREST_LENGTH + 1];
    if (m > NEAREST_LENGTH || n > NEAREST_LENGTH) return INT_MAX;
    for (int j = 0; j <= n; j++)
        rows[0][j] = j;
    for (int i = 1; i <= m; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[m % 3][n];
}

/* Near enough is one slip, and one more for each four characters. A name that begins another one
 * may be meant for it as well. */
int loopc_nearest(const char *name, const char *const *candidates, int count)
{
    const int length = (int)strlen(name);
    int best = -1, best_distance = length / 4 + 2; /* the least distance that is not near */
    for (int i = 0; i < count; i++) {
        int d = distance(name, candidates[i]);
        if (length >= 2 && !strncmp(name, candidates[i], (size_t)length)) d = least(d, 1);
        if (d < best_distance) {
            best = i;
            best_distance = d;
        }
    }
    return best;
}
