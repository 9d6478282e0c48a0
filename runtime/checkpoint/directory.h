/* The folder of checkpoints: names and numbers. For checkpoint_*.c and folder.c only. */
#ifndef LOOPC_DIRECTORY_H
#define LOOPC_DIRECTORY_H

#include <stdint.h>

#define LOOPC_CHECKPOINT_ENDING ".safetensors"

enum { LOOPC_NAME_SIZE = 256 }; /* of a file, with its end */

/* The numbers of the checkpoints of a program in an open folder, ascending; to be freed. Returns
 * how many, or -1 with errno set. */
int loopc_directory_numbers(int fd, const char *name, int64_t **numbers);

/* The number in a file's name, or 0 when it is not a checkpoint of that program. */
int64_t loopc_directory_number(const char *name, const char *file);

/* "NAME-12.safetensors" */
void loopc_checkpoint_name(const char *name, int64_t number, char text[LOOPC_NAME_SIZE]);

/* "NAME-best.safetensors" */
void loopc_best_name(const char *name, char text[LOOPC_NAME_SIZE]);

/* Their temporary names: "NAME.saving", "NAME-best.saving". */
void loopc_saving_name(const char *name, char text[LOOPC_NAME_SIZE]);
void loopc_saving_best_name(const char *name, char text[LOOPC_NAME_SIZE]);

#endif
