/* Commands: the requests of a message of the control channel, all checked before the first is
 * executed.
 *
 *     {"eta": 0.5, "batch to": 100}     names of fields, or fixed names: in their order
 *
 * Fixed names: "batch to" n, "tell state" any, "report state every" n, "shutdown" any, "pause" any,
 * "resume" any, "step" n, "step epoch" any, "batches a second" n, "checkpoint" any, "tell status"
 * any, "stay" any, "watch" 0 or 1, "tell timings" any, "tell views" any, "tell history" any,
 * "answer" text. All others are fields declared settable, in full ("Train.rate"), or "eta" for the
 * one that is the learning rate.
 */
#ifndef LOOPC_COMMANDS_H
#define LOOPC_COMMANDS_H

#include "base/json.h"
#include "run/program.h"

enum loopc_command_kind {
    LOOPC_COMMAND_SET,
    LOOPC_COMMAND_BATCH_TO,
    LOOPC_COMMAND_TELL_STATE,
    LOOPC_COMMAND_REPORT_EVERY,
    LOOPC_COMMAND_SHUTDOWN,
    LOOPC_COMMAND_PAUSE,
    LOOPC_COMMAND_RESUME,
    LOOPC_COMMAND_STEP,
    LOOPC_COMMAND_STEP_EPOCH,
    LOOPC_COMMAND_PACE,
    LOOPC_COMMAND_CHECKPOINT,
    LOOPC_COMMAND_TELL_STATUS,
    LOOPC_COMMAND_STAY,
    LOOPC_COMMAND_WATCH,
    LOOPC_COMMAND_TELL_TIMINGS,
    LOOPC_COMMAND_TELL_VIEWS,
    LOOPC_COMMAND_TELL_HISTORY,
    LOOPC_COMMAND_ANSWER
};

struct loopc_command {
    enum loopc_command_kind kind;
    int64_t number;                  /* of those that take one */
    const struct loopc_field *field; /* to set */
    void *value;                     /* as it is stored in the state; the text of an answer */
};

struct loopc_commands {
    int count;
    struct loopc_command list[LOOPC_JSON_MEMBERS];
    int unknown_count;
    struct loopc_json unknown[LOOPC_JSON_MEMBERS]; /* unrecognised names */
};

/* What two fixed names are about, each NULL where a program has no such field. */
struct loopc_commanded {
    const struct loopc_field *eta;    /* that "eta" sets */
    const struct loopc_field *target; /* that "batch to" sets: its type and range bound the order */
};

/* Reads a message. Returns LOOPC_OK, or LOOPC_FAILED with a sentence in message: then none of the
 * commands may be executed. Either way free the commands. */
int loopc_commands_read(struct loopc_commands *commands, const struct loopc_program *program,
                        struct loopc_commanded commanded, struct loopc_texts *texts,
                        struct loopc_json text, char *message, size_t size);
void loopc_commands_free(struct loopc_commands *commands);

#endif
