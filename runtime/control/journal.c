/* The journal: JSON lines of applied messages. */
#include "control/journal.h"

#include "run/failures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loopc_journal {
    FILE *file;
    bool lost;
};

struct loopc_replay {
    char *text; /* the whole file */
    size_t length, at;
};

static void end_line(struct loopc_journal *journal)
{
    fputs("}\n", journal->file);
    if (fflush(journal->file) || ferror(journal->file)) journal->lost = true;
}

struct loopc_journal *loopc_journal_open(const struct loopc_run *run, const char *path,
                                         char *message, size_t size)
{
    struct loopc_journal *journal = calloc(1, sizeof *journal);
    if (journal && (journal->file = fopen(path, "we"))) {
        fprintf(journal->file, "{\"journal\":\"%s\",\"seed\":%" PRIu64, run->program->name,
                run->seed);
        end_line(journal);
        return journal;
    }
    snprintf(message, size, "cannot write %.200s: %s", path, strerror(errno));
    free(journal);
    return NULL;
}

/* A message may be spread over lines; its line breaks are between its parts only. */
void loopc_journal_add(struct loopc_journal *journal, int64_t batch, struct loopc_json text)
{
    fprintf(journal->file, "{\"batch\":%" PRId64 ",\"message\":", batch);
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.text[i];
        fputc(c == '\n' || c == '\r' ? ' ' : c, journal->file);
    }
    end_line(journal);
}

int loopc_journal_close(struct loopc_journal *journal)
{
    if (!journal) return LOOPC_OK;
    const bool failed = fclose(journal->file) != 0 || journal->lost;
    free(journal);
    return failed ? LOOPC_FAILED : LOOPC_OK;
}

/* Replay. */

static struct loopc_json line_at(const struct loopc_replay *replay, size_t at)
{
    const char *start = replay->text + at;
    const char *end = memchr(start, '\n', replay->length - at);
    return (struct loopc_json){start, end ? (size_t)(end - start) : replay->length - at};
}

static bool whole_number(struct loopc_json value, int64_t *number)
{
    char *end;
    if (!value.text) return false;
    errno = 0;
    *number = strtoll(value.text, &end, 10);
    return end == value.text + value.length && !errno;
}

/* Error text for a line, or NULL. A truncated last line is not an error. */
static const char *check_line(const struct loopc_run *run, struct loopc_json line, int number)
{
    char ignored[256];
    int64_t batch;
    if (loopc_json_check(line, ignored, sizeof ignored)) return "no JSON object";
    if (number == 1) {
        const struct loopc_json name = loopc_json_find(line, "journal");
        if (!name.text) return "no journal";
        return loopc_json_is(name, run->program->name) ? NULL : "a journal of another program";
    }
    const struct loopc_json message = loopc_json_find(line, "message");
    const bool ok = whole_number(loopc_json_find(line, "batch"), &batch) && message.text &&
                    message.text[0] == '{';
    return ok ? NULL : "a line has \"batch\" and \"message\"";
}

static int check_all(const struct loopc_run *run, const struct loopc_replay *replay,
                     const char *path, char *message, size_t size)
{
    int number = 1;
    size_t at = 0;
    do {
        const struct loopc_json line = line_at(replay, at);
        const char *why = check_line(run, line, number);
        if (why) {
            snprintf(message, size, "%.200s:%d: %s", path, number, why);
            return LOOPC_FAILED;
        }
        at += line.length + 1;
        number++;
    } while (at < replay->length);
    return LOOPC_OK;
}

static int read_all(struct loopc_replay *replay, FILE *file)
{
    size_t room = 0;
    do {
        if (room - replay->length < 4096) {
            char *grown = realloc(replay->text, room = room * 2 + 8192);
            if (!grown) return LOOPC_FAILED;
            replay->text = grown;
        }
        replay->length += fread(replay->text + replay->length, 1, room - replay->length - 1, file);
    } while (!feof(file) && !ferror(file));
    replay->text[replay->length] = 0;
    return ferror(file) ? LOOPC_FAILED : LOOPC_OK;
}

struct loopc_replay *loopc_replay_open(const struct loopc_run *run, const char *path, char *message,
                                       size_t size)
{
    struct loopc_replay *replay = calloc(1, sizeof *replay);
    FILE *file = replay ? fopen(path, "re") : NULL;
    const bool failed = !file || read_all(replay, file);
    if (failed) snprintf(message, size, "cannot read %.200s: %s", path, strerror(errno));
    if (file) fclose(file);
    if (failed || check_all(run, replay, path, message, size)) {
        loopc_replay_free(replay);
        return NULL;
    }
    replay->at = line_at(replay, 0).length + 1;
    return replay;
}

int64_t loopc_replay_when(const struct loopc_replay *replay)
{
    int64_t when = INT64_MAX;
    if (replay->at < replay->length)
        whole_number(loopc_json_find(line_at(replay, replay->at), "batch"), &when);
    return when;
}

bool loopc_replay_next(struct loopc_replay *replay, int64_t batch, struct loopc_json *text,
                       bool *over)
{
    int64_t when = 0;
    *over = replay->at >= replay->length;
    if (*over) return false;
    const struct loopc_json line = line_at(replay, replay->at);
    whole_number(loopc_json_find(line, "batch"), &when);
    if (when > batch) return false;
    *text = loopc_json_find(line, "message");
    replay->at += line.length + 1;
    return true;
}

void loopc_replay_free(struct loopc_replay *replay)
{
    if (!replay) return;
    free(replay->text);
    free(replay);
}
