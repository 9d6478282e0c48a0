/* Tables: queries. */
#include "data/table.h"

#include "data/source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct loopc_table *loopc_dataset_table(const struct loopc_dataset *d)
{
    return d->source ? &d->source->whole->table : NULL;
}

uint64_t loopc_dataset_digest(const struct loopc_dataset *d)
{
    return d->source ? d->source->whole->digest : 0;
}

void loopc_dataset_set_host(struct loopc_dataset *d, const struct loopc_dataset_host *host)
{
    if (d->source) d->source->whole->host = *host;
}

const char *loopc_dataset_class(const struct loopc_dataset *d, int32_t label)
{
    const struct loopc_table *const table = loopc_dataset_table(d);
    if (!table || table->label < 0 || label < 0) return NULL;
    const struct loopc_column *const column = &table->columns[table->label];
    return label < column->value_count ? column->values[label] : NULL;
}

const char *loopc_table_input(const struct loopc_table *table, int32_t j, char *text, size_t size)
{
    for (int32_t i = 0; i < table->count; i++) {
        const struct loopc_column *const c = &table->columns[i];
        if (c->role != LOOPC_ROLE_INPUT || j < c->place || j >= c->place + c->width) continue;
        if (c->is_onehot)
            snprintf(text, size, "%s=%s", c->name, c->values[j - c->place]);
        else
            snprintf(text, size, "%s", c->name);
        return text;
    }
    return NULL;
}

const char *loopc_table_target(const struct loopc_table *table, int32_t j)
{
    for (int32_t i = 0; i < table->count; i++) {
        const struct loopc_column *const c = &table->columns[i];
        if (c->role == LOOPC_ROLE_TARGET && c->place == j) return c->name;
    }
    return NULL;
}

void loopc_table_restore_targets(const struct loopc_table *table, float *y, int64_t rows)
{
    const struct loopc_scaling *const scaling = &table->y;
    for (int64_t i = 0; scaling->count && i < rows * scaling->count; i++) {
        const int64_t c = i % scaling->count;
        y[i] = (float)((double)y[i] * scaling->divisor[c] + scaling->mean[c]);
    }
}

bool loopc_dataset_scaling(const struct loopc_dataset *d, const double **mean,
                           const double **divisor)
{
    const struct loopc_table *const table = loopc_dataset_table(d);
    if (!table || !table->x.count) return false;
    *mean = table->x.mean;
    *divisor = table->x.divisor;
    return true;
}

const char *loopc_dataset_id(const struct loopc_dataset *d, int64_t i)
{
    const struct loopc_source *const s = d->source ? d->source->whole : NULL;
    return s && s->ids ? s->ids + s->id_starts[loopc_dataset_row(d, i)] : NULL;
}
