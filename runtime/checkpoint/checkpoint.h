/* Checkpoints: the state of a run in a file, and back.
 *
 * A checkpoint is a safetensors file (safetensors.h) with
 *
 *     FIELD                 a tensor for each field of the program's table that is not transient,
 *                           by its full name: "Fit.epoch", "net.layers.0.weight". One value is a
 *                           tensor without dimensions; an rng is U64 [4]; plain memory is U8
 *     "text:FIELD"          metadata: a str; "bytes:FIELD" its bytes in hexadecimal where they are
 *                           no UTF-8; "none:FIELD" when it is NULL. Elements are FIELD[0] ...
 *     "data:FIELD"          metadata: "ROWS COLUMNS CLASSES TARGETS" of a data set, which is not
 *                           saved itself
 *     "loopc.digest:FIELD"  metadata: of its content (table.h), in hexadecimal digits
 *     "loopc.rows:FIELD"    a tensor, and "loopc.of:FIELD", metadata: the rows of the loaded table
 *                           it is (parts.h)
 *     "loopc.mean:FIELD"    a tensor: subtracted from each column of a data set when it is
 *     "loopc.divisor:FIELD" scaled, and its divisor; for users of the nets
 *                           (model.h)
 *     "loopc.position" ...  the members of struct loopc_checkpoint_info, and "loopc.seed"
 *     "loopc.program" ...   metadata: the program's name; "loopc.hash" (loopc_program_hash);
 *                           "loopc.inside": its fingerprint, if the position is inside of a body;
 *                           "loopc.version" and "loopc.format" of the runtime; "loopc.run", the
 *                           identity of the run; "loopc.judged_by", the value of --best
 *
 * It is in a folder, as NAME-NUMBER.safetensors, NAME that of the program, NUMBER counting up
 * from 1 over all runs that save there: the highest is the latest, also after a run that went on
 * from an older one. The best one is NAME-best.safetensors too, a name of its own for the same file
 * where the file system can do that: pruning never touches it.
 *
 * A file is written as NAME.saving, synced, renamed, and the folder synced: a file that has the
 * name of a checkpoint is complete, and the one before it is there until then. One run at a time
 * saves to a folder: it holds a lock (flock), which the system drops when the run ends in any way.
 * A folder belongs to one run, from its first checkpoint on and over all its resumes: its files are
 * never removed or replaced by another.
 */
#ifndef LOOPC_CHECKPOINT_H
#define LOOPC_CHECKPOINT_H

#include "run/program.h"
#include "checkpoint/safetensors.h"
#include "telemetry/metrics.h"

#include <math.h>

#define LOOPC_CHECKPOINT_FORMAT 1

enum { LOOPC_RUN_ID = 33, LOOPC_JUDGED_BY = 256 }; /* bytes, with their ends */

/* Where a run is. Start with loopc_checkpoint_info_start; a checkpoint gives it back. */
struct loopc_checkpoint_info {
    int64_t position; /* in the program, a number that emitted code gives out; 0: its beginning */
    int64_t number;   /* of the checkpoint in its folder; set by saving */
    int64_t steps;    /* see schedule.h; over all resumes */
    int64_t epochs;
    int64_t ended;  /* the number of the last checkpoint that was taken at the end of a loop; 0 */
    int64_t spared; /* numbers up to it are never pruned unless --keep says so; -1: none is */
    int64_t judged; /* passes of the loop that were judged by the field of --best (best.h) */
    struct loopc_metrics_mark metrics; /* the part of the metrics file that belongs to it */
    double seconds;                    /* that it has run, over all resumes */
    double best;                       /* the best value so far; NaN without one */
    char run[LOOPC_RUN_ID];            /* of which run it is: hexadecimal digits; "" unknown */
    char by[LOOPC_JUDGED_BY];          /* "min:Fit.loss": the field of best and judged; "": none */
};

static inline struct loopc_checkpoint_info loopc_checkpoint_info_start(void)
{
    return (struct loopc_checkpoint_info){
        .spared = -1, .metrics = {.size = -1}, .best = (double)NAN};
}

/* A number that programs share when a position in one means the same in the other: it is made of
 * the name and the places (FNV-1a). The text of bodies is not part of it, nor are fields: they are
 * compared one by one. */
uint64_t loopc_program_hash(const struct loopc_program *program);

/* Whether a position is inside of a body, as "Fit in Fit.on_epoch", or between any two steps:
 * then it depends on the program's fingerprint as well. */
bool loopc_program_is_inside(const struct loopc_program *program, int64_t position);

/* Saving. */

struct loopc_directory {
    const struct loopc_program *program;
    char *path;    /* without links, from the root */
    int fd;        /* holds the lock */
    int64_t last;  /* highest number there */
    bool unsynced; /* files are not synced: see checkpointer.h */
};

/* Makes the folder, and those above it, if it is not there; locks it; and tries whether it can be
 * written to. Returns LOOPC_OK, or LOOPC_FAILED with a message and nothing to close. */
int loopc_directory_open(struct loopc_directory *folder, const struct loopc_program *program,
                         const char *path, const struct loopc_message *message);

/* The same to read from it, while another process of the run has it open to write. */
int loopc_directory_look(struct loopc_directory *folder, const struct loopc_program *program,
                         const char *path, const struct loopc_message *message);
void loopc_directory_close(struct loopc_directory *folder);

/* Finds a checkpoint of a run in the folder, of any program: its name, and the identity of its run
 * ("" if that is not known). The latest of this program comes first. Returns whether there is one;
 * name is of LOOPC_NAME_SIZE bytes. */
bool loopc_directory_owner(const struct loopc_directory *folder, char *name,
                           char run[LOOPC_RUN_ID]);

/* Saves state, which does not change, and info, whose number it sets; `best`: it is the best one,
 * too. Returns LOOPC_OK, or LOOPC_FAILED with a message: the earlier files stay, and the next
 * try may succeed. It takes the time of the disk, and no memory but for the header. */
int loopc_checkpoint_save(struct loopc_directory *folder, void *state,
                          struct loopc_checkpoint_info *info, bool best,
                          const struct loopc_message *message);

/* Writes the state as the best one that is to come, beside the checkpoints: it becomes the best by
 * loopc_checkpoint_take_best, and is gone when the run is killed before. Quick, since nothing waits
 * for the disk. Returns as loopc_checkpoint_save. */
int loopc_checkpoint_try_best(struct loopc_directory *folder, void *state,
                              const struct loopc_checkpoint_info *info,
                              const struct loopc_message *message);
int loopc_checkpoint_take_best(const struct loopc_directory *folder,
                               const struct loopc_message *message);

/* Removes all but the `keep` highest numbers; never the one saved last, never the best, none of
 * the `spared` ones: all numbers up to one, and single ones. Returns LOOPC_OK, or LOOPC_FAILED with
 * a message when one cannot be removed. */
struct loopc_spared {
    int64_t up_to;
    const int64_t *numbers;
    int count;
};
int loopc_directory_prune(const struct loopc_directory *folder, int64_t keep,
                          struct loopc_spared spared, const struct loopc_message *message);

/* Loading. */

enum loopc_load_note {
    LOOPC_NOTE_MISSING, /* a key of the program that is not in the file: its value stays */
    LOOPC_NOTE_EXTRA,   /* a key of the file that is not in the program: it is ignored */
    LOOPC_NOTE_TAKEN,   /* with `wanted`: a key whose value is taken from the file */
    LOOPC_NOTE_WARNING  /* a text: a damaged file was passed over, a data set is another one */
};

/* A load request; `info` and `path` are results. */
struct loopc_load_request {
    const struct loopc_program *program;
    void *state; /* prepared: net widths and data sets are final */
    struct loopc_texts *texts;
    bool values_only; /* from a file of any program: values by key, without position, info, seed */
    bool (*wanted)(const void *listener, const char *key); /* values_only: these alone; NULL: all */
    bool other_data; /* data sets may have other content than those of the file */
    void (*note)(void *listener, enum loopc_load_note note, const char *text); /* or NULL */
    void *listener;
    struct loopc_message message;
    struct loopc_checkpoint_info info; /* not with values_only */
    char path[4096];                   /* of the file */
};

/* Loads a file. Returns an enum loopc_load_result: LOOPC_LOADED; or another one with a message, the
 * state and info as they were. The state's seed is set, and all its fields of which there is a
 * key. A type or a shape that differs is LOOPC_REFUSED, and so is, without values_only, a program
 * in which the position would mean something else. */
int loopc_checkpoint_load(struct loopc_load_request *loading, const char *path);

/* Loads from a folder: "latest", "best", or a file by its path. If the latest is damaged it is the
 * one before it, with a warning. `folder` may be NULL for a file. LOOPC_NO_FILE: there is none
 * yet. */
int loopc_checkpoint_resume(struct loopc_load_request *loading, const char *folder,
                            const char *which);

#endif
