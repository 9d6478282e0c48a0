/* The control channel of a run of several ranks: rank 0 alone has it, and the others take over what
 * it has changed. */
#include "main/main_ranks.h"

#include "parallel/ranks.h"
#include "run/events.h"
#include "run/program.h"

#include <stdlib.h>
#include <string.h>

/* What commands may change: settable fields, and the target with the bound of its loop. */
static bool is_set_by_commands(const struct loopc_program *program, const struct loopc_field *field)
{
    const char *const target = program->steering ? program->steering->target : NULL;
    return (field->flags & (LOOPC_SETTABLE | LOOPC_COUNTER)) ||
           (target && !strcmp(field->name, target));
}

/* A text that is never freed, as those are that commands set. */
static void share_text(const char **text)
{
    int64_t length = *text ? (int64_t)strlen(*text) : -1;
    loopc_ranks_spread(&length, sizeof length);
    char *const copy = malloc((size_t)length + 1);
    if (!copy) abort();
    if (loopc_rank == 0 && *text) memcpy(copy, *text, (size_t)length);
    if (length > 0) loopc_ranks_spread(copy, (size_t)length);
    if (loopc_rank > 0) *text = length < 0 ? NULL : loopc_text_intern(copy, (size_t)length);
    free(copy);
}

static void share_field(struct loopc_run *run, const struct loopc_field *field)
{
    char *const at = (char *)run + field->offset;
    if (field->type != LOOPC_STR) {
        loopc_ranks_spread(at, loopc_field_size(field));
        return;
    }
    for (size_t i = 0; i < field->count; i++)
        share_text((const char **)(void *)at + i);
}

void loopc_ranks_share_turn(struct loopc_run *run, struct loopc_turn *turn)
{
    turn->more = (loopc_events_pending() & LOOPC_EVENT_CONTROL) != 0;
    loopc_ranks_spread(turn, sizeof *turn);
    for (int i = 0; i < run->program->field_count; i++) {
        const struct loopc_field *const field = &run->program->fields[i];
        if (is_set_by_commands(run->program, field)) share_field(run, field);
    }
}
