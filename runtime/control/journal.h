/* The journal: the messages that a run received, each with its batch; and its replay.
 *
 *     {"journal":"xor","seed":1}
 *     {"batch":0,"message":{"batch to":100}}
 *
 * A line for each message, in the order in which they were applied, with the batches learned
 * before it. The same program with the same options and the same journal gives the same weights.
 */
#ifndef LOOPC_JOURNAL_H
#define LOOPC_JOURNAL_H

#include "base/json.h"
#include "run/program.h"

struct loopc_journal; /* being written */
struct loopc_replay;  /* being read */

/* Opens (and empties) it. Returns NULL with message set when it cannot. */
struct loopc_journal *loopc_journal_open(const struct loopc_run *run, const char *path,
                                         char *message, size_t size);
void loopc_journal_add(struct loopc_journal *journal, int64_t batch, struct loopc_json text);

/* Returns LOOPC_OK, or LOOPC_FAILED when it is not complete. NULL is allowed. */
int loopc_journal_close(struct loopc_journal *journal);

/* Reads a journal as a whole and checks its form. Returns NULL with message set, "path:line: ...",
 * when it is not of this program. */
struct loopc_replay *loopc_replay_open(const struct loopc_run *run, const char *path, char *message,
                                       size_t size);

/* The next message if its batch is `batch` or earlier. Returns false when it is not due yet;
 * *over is set behind the last one. */
bool loopc_replay_next(struct loopc_replay *replay, int64_t batch, struct loopc_json *text,
                       bool *over);

/* The batch of the next message; INT64_MAX when there is none. */
int64_t loopc_replay_when(const struct loopc_replay *replay);
void loopc_replay_free(struct loopc_replay *replay);

#endif
