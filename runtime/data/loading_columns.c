/* Data sets on their way in: which column is what. */
#include "data/dataset_formats.h"

#include "base/nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_such_column(const struct loopc_loading *l)
{
    const char *const name = l->options->label_name;
    const size_t count = l->header->cells.count;
    const char **const names = malloc(count * sizeof *names);
    char hint[LOOPC_EXCERPT + 40];
    int nearest = -1;
    for (size_t i = 0; names && i < count; i++)
        names[i] = loopc_record_text(l->header, i);
    if (names) nearest = loopc_nearest(name, names, (int)count);
    if (nearest >= 0) {
        char excerpt[LOOPC_EXCERPT];
        snprintf(hint, sizeof hint, "did you mean '%s'?", loopc_excerpt(excerpt, names[nearest]));
    }
    free(names);
    return loopc_error_set(l->message, nearest >= 0 ? hint : NULL,
                           "%s: it has no column '%.80s', which is to be the label", l->in->path,
                           name);
}

static int find_label_name(struct loopc_loading *l)
{
    if (!l->header) {
        return loopc_error_set(l->message, "`label` may also be last, first, or a number from 1",
                               "%s: the column '%.80s' is to be the label, but there is no header",
                               l->in->path, l->options->label_name);
    }
    for (int64_t i = 0; i < l->width; i++) {
        if (strcmp(loopc_record_text(l->header, (size_t)i), l->options->label_name) != 0) continue;
        l->label_at = i;
        return LOOPC_OK;
    }
    return no_such_column(l);
}

static int find_label_number(struct loopc_loading *l)
{
    l->label_at = l->options->label_number - 1;
    if (l->label_at >= 0 && l->label_at < l->width) return LOOPC_OK;
    return loopc_error_set(l->message, NULL,
                           "%s: column %" PRId32 " is to be the label, but there are %" PRId64
                           " columns",
                           l->in->path, l->options->label_number, l->width);
}

/* Pictures have no column that could be a label. */
static int no_label_here(const struct loopc_loading *l, int dimensions)
{
    return loopc_error_set(
        l->message, "give both files: SAMPLES,LABELS; or `label = false` in the spec",
        "%s: an array of %d dimensions has no column for the labels", l->in->path, dimensions);
}

/* One file with labels in it. */
static int find_label(struct loopc_loading *l, int dimensions)
{
    if (l->options->label != LOOPC_LABEL_NONE && dimensions > 2)
        return no_label_here(l, dimensions);
    switch (l->options->label) {
    case LOOPC_LABEL_NONE:
        break;
    case LOOPC_LABEL_FIRST:
        l->label_at = 0;
        break;
    case LOOPC_LABEL_NUMBER:
        return find_label_number(l);
    case LOOPC_LABEL_NAME:
        return find_label_name(l);
    case LOOPC_LABEL_DEFAULT:
    case LOOPC_LABEL_LAST:
        l->label_at = l->width - 1;
        break;
    }
    return LOOPC_OK;
}

/* The second file of an argument: nothing but labels or targets. */
static int check_labels_file(struct loopc_loading *l)
{
    const int64_t targets = l->options->targets;
    l->label_at = targets ? -1 : 0;
    l->targets_at = targets ? 0 : 1;
    l->targets = l->options->targets;
    if (l->width == (targets ? targets : 1)) return LOOPC_OK;
    return loopc_error_set(l->message, NULL, "%s: it has %" PRId64 " columns, but %" PRId64 " %s",
                           l->in->path, l->width, targets ? targets : 1,
                           targets ? "targets are wanted" : "is wanted, the label");
}

static int check_samples(struct loopc_loading *l)
{
    const int64_t columns = l->targets_at - (l->label_at >= 0);
    const struct loopc_dataset *const like = l->like;
    if (columns < 1) {
        return loopc_error_set(l->message,
                               l->record && l->width == 1 ? "is it separated by commas?" : NULL,
                               "%s: nothing is left for the samples: of its %" PRId64
                               " columns %" PRId64 " are labels or targets",
                               l->in->path, l->width, l->width - (columns < 0 ? 0 : columns));
    }
    if (like && columns != like->columns) {
        return loopc_error_set(l->message, NULL,
                               "%s: its samples have %" PRId64
                               " columns, those of %.300s, which it "
                               "is to be like, have %" PRId32,
                               l->in->path, columns, like->name, like->columns);
    }
    if (l->options->columns && columns != l->options->columns) {
        return loopc_error_set(l->message, NULL,
                               "%s: its samples have %" PRId64 " columns, the spec wants %" PRId32,
                               l->in->path, columns, l->options->columns);
    }
    l->columns = (int32_t)columns;
    if (l->width > l->targets_at) l->targets = l->options->targets;
    return LOOPC_OK;
}

int loopc_loading_begin(struct loopc_loading *l, int64_t columns, int dimensions)
{
    const bool whole = l->part == LOOPC_FILE_WHOLE;
    l->width = l->targets_at = columns;
    l->label_at = -1;
    l->column = l->rows = 0;
    l->largest_label = -1;
    if (l->part == LOOPC_FILE_LABELS) return check_labels_file(l);
    if (whole && l->options->targets) {
        l->targets_at = columns - l->options->targets;
    } else if (whole && find_label(l, dimensions)) {
        return LOOPC_FAILED;
    }
    return check_samples(l);
}
