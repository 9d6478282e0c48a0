/* Options of data sets as flags that cannot all count: each flag that would change nothing is
 * refused. */
#include "main/args_reader.h"

#include "data/table.h"

#include <stdio.h>
#include <string.h>

/* A data set and its flags. */
struct set {
    struct loopc_args *args;
    const struct loopc_program *program;
    const struct loopc_field *field;
    const struct loopc_dataset_options *options;
    bool has_file;
    uint32_t keys; /* a bit for each key */
};

static bool has(const struct set *s, const char *key)
{
    return s->keys >> loopc_dataset_key_place(key) & 1;
}

/* "--train-skip-lines" */
static const char *flag_of(const struct set *s, const char *key, char text[100])
{
    snprintf(text, 100, "--%.60s-%s", s->field->flag, key);
    for (char *c = text + 2 + strlen(s->field->flag); *c; c++)
        *c = *c == '_' ? '-' : *c;
    return text;
}

static int refuse_both(const struct set *s, const char *key, const char *other, const char *why)
{
    char first[100], second[100];
    snprintf(s->args->message, sizeof s->args->message, "%s and %s: %s", flag_of(s, key, first),
             flag_of(s, other, second), why);
    snprintf(s->args->hint, sizeof s->args->hint, "give one of them");
    return LOOPC_FAILED;
}

static int refuse_key(const struct set *s, const char *key, const char *why, const char *way_out)
{
    char flag[100];
    snprintf(s->args->message, sizeof s->args->message, "%s: %s", flag_of(s, key, flag), why);
    snprintf(s->args->hint, sizeof s->args->hint, "%s", way_out);
    return LOOPC_FAILED;
}

/* The flag of the data set of that name, or its name. */
static const char *other_flag(const struct set *s, const char *name)
{
    const struct loopc_field *const field =
        loopc_field_find(s->program->fields, s->program->field_count, name);
    return field && field->flag ? field->flag : name;
}

/* The keys that count in a data set that is like another one, or a part of it. */
static bool counts(const char *key, bool part)
{
    if (!strcmp(key, "stratify")) return true;
    if (part) return !strcmp(key, "share");
    return loopc_dataset_is_dialect(key) || !strcmp(key, "missing");
}

/* The rest is as in the other data set. */
static int check_shared(const struct set *s, const char *name, bool part)
{
    for (const struct loopc_dataset_key *k = loopc_dataset_keys; k->key; k++) {
        char why[160], hint[160], flag[100];
        if (!has(s, k->key) || counts(k->key, part)) continue;
        snprintf(why, sizeof why, "it shares this with --%.60s, %s", other_flag(s, name),
                 part ? "of which it is a part" : "which it is like");
        snprintf(hint, sizeof hint, "--%.60s%s", other_flag(s, name),
                 flag_of(s, k->key, flag) + 2 + strlen(s->field->flag));
        return refuse_key(s, k->key, why, hint);
    }
    return LOOPC_OK;
}

/* No file, and no part of another one: there is nothing that a key could be about. */
static int check_absent(const struct set *s)
{
    for (const struct loopc_dataset_key *k = loopc_dataset_keys; k->key; k++) {
        char why[100], hint[100];
        if (!has(s, k->key)) continue;
        snprintf(why, sizeof why, "there is no --%.60s that it could be about", s->field->flag);
        snprintf(hint, sizeof hint, "--%.60s <file>", s->field->flag);
        return refuse_key(s, k->key, why, hint);
    }
    return LOOPC_OK;
}

static int check_share(const struct set *s)
{
    char why[120], hint[160];
    if (!has(s, "share")) return LOOPC_OK;
    if (!s->options->from)
        return refuse_key(s, "share", "it is no part of another data set",
                          "`from` in the spec names the data set that it is a part of");
    if (!s->has_file) return LOOPC_OK;
    snprintf(why, sizeof why, "--%.60s has a file of its own, so it is no part of another one",
             s->field->flag);
    snprintf(hint, sizeof hint, "--%.60s <file>, or --%.60s-share <share>", s->field->flag,
             s->field->flag);
    return refuse_key(s, "share", why, hint);
}

static int check_set(const struct set *s)
{
    const struct loopc_dataset_options *const o = s->options;
    const bool part = o->from && !s->has_file;
    if (check_share(s)) return LOOPC_FAILED;
    if (has(s, "label") && has(s, "targets") && o->label != LOOPC_LABEL_NONE)
        return refuse_both(s, "label", "targets", "with targets there is no label");
    if (has(s, "scale") && has(s, "divisor"))
        return refuse_both(s, "scale", "divisor", "both say how inputs are scaled");
    if (!s->has_file && !o->from && !o->required) return check_absent(s);
    if (part || o->like || o->from) return check_shared(s, o->like ? o->like : o->from, part);
    return LOOPC_OK;
}

int loopc_args_check_keys(const struct loopc_args_reader *reader)
{
    for (int i = 0; i < reader->program->field_count; i++) {
        const struct set s = {.args = reader->args,
                              .program = reader->program,
                              .field = &reader->program->fields[i],
                              .options = &reader->args->data[i],
                              .has_file = reader->args->given[i] != NULL,
                              .keys = reader->args->keys[i]};
        if (s.keys && check_set(&s)) return LOOPC_FAILED;
    }
    return LOOPC_OK;
}
