/* Feeds: data sets against the nets that read their rows, before the first step. */
#include "main/feeds.h"

#include "data/categories.h"
#include "data/dataset.h"
#include "data/table.h"
#include "telemetry/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BAD_INPUT = 2 };

/* A data set and a net that reads it. */
struct pair {
    const struct loopc_context *context;
    const struct loopc_net *net;
    const struct loopc_feed *feed;
    const struct loopc_field *field; /* of the data set */
    const struct loopc_dataset *data;
    const char *flag;
};

/* Reports a mismatch; `hint` may be NULL. */
static int refuse(const struct pair *p, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct pair *p, const char *hint, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    loopc_log(p->context->program, "error", "--%s: %s", p->flag, text);
    if (hint) loopc_log(p->context->program, "hint", "%s", hint);
    return BAD_INPUT;
}

static int check_columns(const struct pair *p)
{
    const struct loopc_net *net = p->net;
    const int32_t columns = p->data->columns;
    char hint[256];
    if (net->open ? columns >= 1 && columns <= net->inputs : columns == net->inputs) {
        return LOOPC_CONTINUE;
    }
    snprintf(hint, sizeof hint,
             net->open ? "inputs_max = %" PRId32 " of %s, or fewer columns"
                       : "the first size of the net is the number of columns: %" PRId32
                         "; with inputs_from, %s takes it from the data",
             columns, net->name);
    return refuse(p, hint, "%s has %" PRId32 " columns, and %s %s%" PRId32 " inputs", p->data->name,
                  columns, net->name, net->open ? "room for " : "", net->inputs);
}

/* Columns that are embedded hold whole numbers that the tables have. */
static int check_categories(const struct pair *p)
{
    for (int i = 0; i < p->net->op_count; i++) {
        const struct loopc_op *op = &p->net->ops[i];
        float value = 0;
        if (op->kind != LOOPC_OP_EMBEDDING) continue;
        const int64_t row = loopc_categories_wrong(p->data, op->source, op->vocabulary, &value);
        if (row < 0) continue;
        return refuse(p,
                      "embedded columns are neither scaled nor filled with means; batch_norm {} "
                      "behind the embeddings scales the others",
                      "row %" PRId64 ", input %" PRId32 " of %s is %g, and %s embeds whole numbers "
                      "from 0 to %" PRId32,
                      row + 1, op->source + 1, p->data->name, (double)value, p->net->name,
                      op->vocabulary - 1);
    }
    return LOOPC_CONTINUE;
}

/* The class of all rows, or -1 where there are several. */
static int32_t only_class(const struct loopc_dataset *d)
{
    const int32_t first = d->rows > 0 ? d->labels[loopc_dataset_row(d, 0)] : -1;
    for (int64_t i = 1; i < d->rows; i++) {
        if (d->labels[loopc_dataset_row(d, i)] != first) return -1;
    }
    return first;
}

/* A net that sees one class alone learns to say nothing else. */
static int check_several(const struct pair *p)
{
    const int32_t class = p->feed->learns ? only_class(p->data) : -1;
    const char *const name = class >= 0 ? loopc_dataset_class(p->data, class) : NULL;
    char hint[256];
    if (class < 0) return LOOPC_CONTINUE;
    snprintf(hint, sizeof hint, "--%s-label <column> names another column as the class", p->flag);
    return refuse(p, hint,
                  "%s has rows of class '%.80s' alone: %s has no other class to tell it from",
                  p->data->name, name ? name : "0", p->net->name);
}

static int check_classes(const struct pair *p)
{
    const int32_t classes = p->data->classes, outputs = p->net->outputs;
    char hint[256];
    if (!p->data->labels) {
        return refuse(p, "label = \"...\" of the data set names the column of the class",
                      "%s has no labels, and %s learns classes", p->data->name, p->net->name);
    }
    if (classes <= outputs) return check_several(p);
    snprintf(hint, sizeof hint,
             "the last size of %s is the number of classes: %s = mlp { ..., %" PRId32 " }",
             p->net->name, p->net->name, classes);
    return refuse(p, hint, "%s has %" PRId32 " classes, and %s %" PRId32 " outputs", p->data->name,
                  classes, p->net->name, outputs);
}

/* The first row whose target is not from `least` to `most`, or -1; *value is that target. */
static int64_t row_outside(const struct loopc_dataset *d, float least, float most, float *value)
{
    for (int64_t i = 0; i < d->rows; i++) {
        const float *const y = d->y + loopc_dataset_row(d, i) * d->targets;
        for (int32_t k = 0; k < d->targets; k++) {
            *value = y[k];
            if (!(*value >= least && *value <= most)) return i;
        }
    }
    return -1;
}

static const struct {
    const char *output;
    float least, most;
} ranges[] = {{"sigmoid", 0, 1}, {"softmax", 0, 1}, {"tanh", -1, 1}, {"relu", 0, (float)INFINITY}};

/* Targets that no output can reach: an error where the loss has no meaning then, else a warning. */
static int check_range(const struct pair *p)
{
    const bool entropy = strstr(p->net->loss, "cross_entropy") != NULL;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        float value;
        if (strcmp(p->net->output, ranges[i].output) != 0) continue;
        const int64_t row = row_outside(p->data, ranges[i].least, ranges[i].most, &value);
        if (row < 0) continue;
        if (entropy) {
            return refuse(p,
                          "0 or 1, or a share between; for other values loss = \"squared_error\"",
                          "row %" PRId64 " of %s has the target %g, and the cross-entropy of %s "
                          "takes targets from 0 to 1",
                          row + 1, p->data->name, (double)value, p->net->name);
        }
        loopc_log(p->context->program, "warning",
                  "--%s: row %" PRId64
                  " of %s has the target %g, which no output of %s reaches (%s)",
                  p->flag, row + 1, p->data->name, (double)value, p->net->name, p->net->output);
        loopc_log(p->context->program, "hint", "output = \"identity\" of %s reaches all",
                  p->net->name);
    }
    return LOOPC_CONTINUE;
}

static bool is_constant(const struct loopc_dataset *d, int32_t target)
{
    const float first = d->rows > 1 ? d->y[loopc_dataset_row(d, 0) * d->targets + target] : 0;
    bool same = d->rows > 1;
    for (int64_t i = 1; same && i < d->rows; i++) {
        const float value = d->y[loopc_dataset_row(d, i) * d->targets + target];
        same = value >= first && value <= first;
    }
    return same;
}

/* There is nothing to be learned about a target that is the same in all rows. */
static void warn_of_constants(const struct pair *p)
{
    for (int32_t k = 0; p->feed->learns && k < p->data->targets; k++) {
        const char *const name = loopc_table_target(loopc_dataset_table(p->data), k);
        if (is_constant(p->data, k))
            loopc_log(p->context->program, "warning",
                      "--%s: the target '%.80s' is the same in all %" PRId64 " rows of %s", p->flag,
                      name ? name : "?", p->data->rows, p->data->name);
    }
}

static int check_targets(const struct pair *p)
{
    const int32_t targets = p->data->targets;
    const int32_t outputs = p->net->targets ? p->net->targets : p->net->outputs;
    char hint[256];
    if (!p->data->y) {
        snprintf(
            hint, sizeof hint,
            "targets = { \"...\" } of the data set names the columns that are to be predicted, "
            "%" PRId32 " of them",
            outputs);
        return refuse(p, hint, "%s has no targets, and %s learns values", p->data->name,
                      p->net->name);
    }
    if (targets == outputs) {
        warn_of_constants(p);
        return check_range(p);
    }
    snprintf(hint, sizeof hint,
             "the last size of %s is the number of targets: %s = mlp { ..., %" PRId32 " }",
             p->net->name, p->net->name, targets);
    return refuse(p, hint, "%s has %" PRId32 " targets, and %s %" PRId32 " outputs", p->data->name,
                  targets, p->net->name, outputs);
}

/* A loop that takes less than one batch learns nothing. */
static int refuse_few(const struct pair *p)
{
    const int64_t each = p->feed->each;
    char hint[256];
    snprintf(hint, sizeof hint,
             "times = \"($%s->rows + %" PRId64 ") / %" PRId64
             "\", and as many rows as loopc_dataset_take returns",
             p->feed->data, each - 1, each);
    return refuse(p, hint,
                  "%s has %" PRId64 " rows, and loop %s takes %" PRId64
                  " at a time: it would learn nothing",
                  p->data->name, p->data->rows, p->feed->loop, each);
}

/* The rows that a loop of rows / each iterations leaves out. */
static int check_rest(const struct pair *p)
{
    const int64_t each = p->feed->each, rows = p->data->rows;
    if (!each || rows % each == 0) return LOOPC_CONTINUE;
    if (rows < each) return refuse_few(p);
    loopc_log(p->context->program, "warning",
              "--%s: loop %s takes %" PRId64 " rows at a time and leaves out the last %" PRId64
              " of %" PRId64 " rows of %s",
              p->flag, p->feed->loop, each, rows % each, rows, p->data->name);
    return LOOPC_CONTINUE;
}

static int check_weights(const struct pair *p)
{
    char hint[256];
    if (!p->data->weights || !p->feed->unweighed) return LOOPC_CONTINUE;
    snprintf(hint, sizeof hint, "%s_train_from does, and bodies by loopc_dataset_take_weights",
             p->net->name);
    return refuse(p, hint, "%s has weights of rows, and %s takes none", p->data->name,
                  p->feed->unweighed);
}

static int check_pair(const struct pair *p)
{
    int code = check_columns(p);
    if (code == LOOPC_CONTINUE) code = check_categories(p);
    if (code == LOOPC_CONTINUE) code = check_weights(p);
    if (code == LOOPC_CONTINUE && p->feed->answers == LOOPC_ANSWERS_LABELS) code = check_classes(p);
    if (code == LOOPC_CONTINUE && p->feed->answers == LOOPC_ANSWERS_TARGETS)
        code = check_targets(p);
    return code == LOOPC_CONTINUE && p->feed->learns ? check_rest(p) : code;
}

static int check_feed(const struct loopc_context *context, const struct loopc_net *net,
                      const struct loopc_feed *feed)
{
    const struct loopc_program *program = context->program;
    struct pair p = {.context = context, .net = net, .feed = feed};
    p.field = loopc_field_find(program->fields, program->field_count, feed->data);
    if (!p.field) return LOOPC_CONTINUE;
    p.data = (const void *)((const char *)context->state + p.field->offset);
    p.flag = p.field->flag ? p.field->flag : p.field->name;
    return p.data->source ? check_pair(&p) : LOOPC_CONTINUE;
}

int loopc_feeds_check(const struct loopc_context *context)
{
    int code = LOOPC_CONTINUE;
    for (int i = 0; i < context->program->net_count; i++) {
        const struct loopc_net *net = &context->program->nets[i];
        for (int k = 0; code == LOOPC_CONTINUE && k < net->feed_count; k++)
            code = check_feed(context, net, &net->feeds[k]);
    }
    return code;
}
