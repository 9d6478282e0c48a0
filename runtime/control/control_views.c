/* Views of a run through its control channel: the fields that a viewer draws. */
#include "control/control_state.h"

#include "base/json_text.h"
#include "run/field_json.h"

#include <string.h>

void loopc_control_prepare_views(struct loopc_control *c, struct loopc_run *run)
{
    if (!c->program->before_show || !c->program->before_show(run)) return;
    const size_t length = strlen(c->errors);
    snprintf(c->errors + length, sizeof c->errors - length, "%son_show failed", length ? "; " : "");
}

void loopc_control_views_member(struct loopc_control *c, int64_t batch, const struct loopc_run *run)
{
    const struct loopc_program *program = c->program;
    loopc_control_open_member(c, "views", batch);
    for (int i = 0; i < program->view_count; i++) {
        const char *name = program->views[i].field;
        const struct loopc_field *field =
            loopc_field_find(program->fields, program->field_count, name);
        fputs(i ? ", " : "{", c->file);
        loopc_json_string(c->file, name);
        fputs(": [", c->file);
        for (size_t k = 0; field && k < field->count; k++) {
            if (k) fputc(',', c->file);
            (void)loopc_field_json_write(c->file, field, run, k);
        }
        fputc(']', c->file);
    }
    fputs(program->view_count ? "}]" : "{}]", c->file);
}

static void view_text(FILE *file, const char *name, const char *text)
{
    if (!text) return;
    fprintf(file, ", \"%s\": ", name);
    loopc_json_string(file, text);
}

void loopc_control_write_views(struct loopc_control *c)
{
    for (int i = 0; i < c->program->view_count; i++) {
        const struct loopc_view *view = &c->program->views[i];
        fputs(i ? ", {\"field\": " : "{\"field\": ", c->file);
        loopc_json_string(c->file, view->field);
        view_text(c->file, "show", view->show);
        view_text(c->file, "over", view->over);
        view_text(c->file, "doc", view->doc);
        fprintf(c->file, ", \"rows\": %d, \"low\": %.9g, \"high\": %.9g}", view->rows, view->low,
                view->high);
    }
}
