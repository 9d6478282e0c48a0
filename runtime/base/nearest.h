/* The nearest of several names, for "did you mean". */
#ifndef LOOPC_NEAREST_H
#define LOOPC_NEAREST_H

/* The index of the candidate with the smallest edit distance to name, or -1 when none is near
 * enough: one edit, and one more for every four characters. */
int loopc_nearest(const char *name, const char *const *candidates, int count);

#endif
