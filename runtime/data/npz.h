/* NumPy's .npz: arrays in a ZIP archive, each a file NAME.npy. Not for emitted code. */
#ifndef LOOPC_NPZ_H
#define LOOPC_NPZ_H

#include "data/input.h"

/* Whether a file begins as an archive does. */
bool loopc_is_npz(const unsigned char *first, int64_t count);

/* The names of the arrays, without .npy: how many there are, at most LOOPC_NPZ_ARRAYS; -1 when it
 * cannot be read, with a message. Each name is to be freed. */
enum { LOOPC_NPZ_ARRAYS = 64 };
int loopc_npz_list(const char *path, char *names[LOOPC_NPZ_ARRAYS],
                   const struct loopc_message *message);

/* Opens the array of that name as an input that is called "PATH:NAME", which has to stay. */
struct loopc_input *loopc_npz_open(const char *path, const char *name, const char *called,
                                   const struct loopc_message *message);

/* Of inputs: the next bytes of a member, 0 at its end, once its checksum was right. */
struct loopc_member;
int64_t loopc_member_read(struct loopc_input *in, unsigned char *to, size_t bytes);
void loopc_member_close(struct loopc_member *member);

#endif
