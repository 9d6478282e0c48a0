/* The options of data sets as texts: flags of the command line. */
#include "base/number.h"
#include "data/cell_text.h"
#include "data/table.h"
#include "base/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct loopc_dataset_key loopc_dataset_keys[] = {
    {"label", "<column>", "the class: a name, a number from 1, first, last or none"},
    {"targets", "<columns>", "columns predicted as numbers: names, or how many at the end"},
    {"inputs", "<columns>", "the samples' columns (default: all without another role)"},
    {"ignore", "<columns>", "columns that are left out"},
    {"weight", "<column>", "the weight of each row"},
    {"id", "<column>", "a column that predictions repeat"},
    {"separator", "<c>", "between cells: , ; | tab or blanks (default: found out)"},
    {"decimal", "<c>", "the decimal point: . or , (default: found out)"},
    {"comment", "<c>", "lines that begin with it are passed over, or none (default # and %)"},
    {"header", "<bool>", "whether the first line has the names: true or false"},
    {"skip_lines", "<n>", "lines at the top that are passed over"},
    {"missing", "<how>", "refuse, mean, median, drop or a number (default refuse)"},
    {"text", "<how>", "inputs that are text: refuse, onehot or number (default refuse)"},
    {"scale", "<how>", "of inputs: none, max, standard or a divisor"},
    {"divisor", "<number>", "inputs are divided by it"},
    {"target_scale", "<how>", "of targets: none, max, standard or a divisor"},
    {"classes", "<n>", "how many classes there are (default: found out)"},
    {"columns", "<n>", "how many columns a sample must have (default: any)"},
    {"share", "<share>", "of the rows, where it is a part of another data set"},
    {"stratify", "<bool>", "whether parts have their share of each class (default true)"},
    {NULL, NULL, NULL},
};

/* An option on its way in. */
struct option {
    struct loopc_dataset_options *to;
    const char *value;
    char *message;
    size_t size;
};

static int wrong(const struct option *o, const char *wanted)
{
    char excerpt[LOOPC_EXCERPT];
    snprintf(o->message, o->size, "'%s' is not %s", loopc_excerpt(excerpt, o->value), wanted);
    return LOOPC_FAILED;
}

static bool is(const struct option *o, const char *word)
{
    return !strcmp(o->value, word);
}

/* A whole number from `least` on. */
static int whole(const struct option *o, int32_t least, int32_t *to)
{
    double value;
    if (!loopc_number_read(o->value, &value) || !(value >= least && value <= INT32_MAX) ||
        (double)(int32_t)value < value)
        return wrong(o, least ? "a whole number from 1" : "a whole number from 0");
    *to = (int32_t)value;
    return LOOPC_OK;
}

static bool is_digits(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

static int list(const struct option *o, const char **to)
{
    if (!loopc_column_list_is_good(o->value))
        return wrong(o,
                     "a list of columns: names separated by commas, in double quotes with a comma "
                     "in them");
    *to = o->value;
    return LOOPC_OK;
}

/* A name in quotes is a list of one. */
static int label(const struct option *o)
{
    struct loopc_dataset_options *const to = o->to;
    to->targets = 0;
    to->target_list = NULL;
    if (is(o, "first") || is(o, "last") || is(o, "none") || is(o, "false")) {
        to->label = is(o, "first")  ? LOOPC_LABEL_FIRST
                    : is(o, "last") ? LOOPC_LABEL_LAST
                                    : LOOPC_LABEL_NONE;
        return LOOPC_OK;
    }
    if (is_digits(o->value)) {
        to->label = LOOPC_LABEL_NUMBER;
        return whole(o, 1, &to->label_number);
    }
    to->label = LOOPC_LABEL_NAME;
    to->label_name = o->value;
    return *o->value ? LOOPC_OK : wrong(o, "a column");
}

static int targets(const struct option *o)
{
    o->to->targets = 0;
    o->to->target_list = NULL;
    if (is_digits(o->value)) return whole(o, 1, &o->to->targets);
    return list(o, &o->to->target_list);
}

static int boolean(const struct option *o, bool *to)
{
    const int truth = loopc_text_truth(o->value, strlen(o->value));
    if (truth < 0) return wrong(o, "true or false");
    *to = truth;
    return LOOPC_OK;
}

static int header(const struct option *o)
{
    bool yes = false;
    if (boolean(o, &yes)) return LOOPC_FAILED;
    o->to->header = yes ? LOOPC_HEADER_YES : LOOPC_HEADER_NO;
    return LOOPC_OK;
}

static int separator(const struct option *o)
{
    const char c = is(o, "tab") || is(o, "\\t")                          ? '\t'
                   : is(o, "blanks") || is(o, "blank") || is(o, "space") ? ' '
                   : o->value[0] && !o->value[1]                         ? o->value[0]
                                                                         : 0;
    if (c <= 0 || (c != ' ' && c != '\t' && (c < '!' || c == '"' || c == '.')) ||
        (c >= '0' && c <= '9'))
        return wrong(o, "a separator: a character such as , ; or |, or tab, or blanks");
    o->to->separator = c;
    return LOOPC_OK;
}

static int decimal(const struct option *o)
{
    if (!is(o, ".") && !is(o, ",")) return wrong(o, "a decimal point: . or ,");
    o->to->decimal = *o->value;
    return LOOPC_OK;
}

static int comment(const struct option *o)
{
    if (!is(o, "none") && (!*o->value || o->value[1] || *o->value < '!'))
        return wrong(o, "a character that comments begin with, or none");
    o->to->comment = is(o, "none") ? LOOPC_NO_COMMENT : *o->value;
    return LOOPC_OK;
}

static int missing(const struct option *o)
{
    static const char *const words[] = {"refuse", "mean", "median", "drop"};
    for (int i = 0; i < 4; i++) {
        if (!is(o, words[i])) continue;
        o->to->missing = (enum loopc_missing)i;
        return LOOPC_OK;
    }
    if (!loopc_number_read(o->value, &o->to->missing_value) ||
        o->to->missing_value - o->to->missing_value < 0 ||
        !(o->to->missing_value - o->to->missing_value <= 0))
        return wrong(o, "refuse, mean, median, drop or a number");
    o->to->missing = LOOPC_MISSING_VALUE;
    return LOOPC_OK;
}

static int text(const struct option *o)
{
    static const char *const words[] = {"refuse", "onehot", "number"};
    for (int i = 0; i < 3; i++) {
        if (!is(o, words[i])) continue;
        o->to->text = (enum loopc_text_inputs)i;
        return LOOPC_OK;
    }
    return wrong(o, "refuse, onehot or number");
}

static int scale(const struct option *o, enum loopc_scale *kind, double *divisor)
{
    *kind = LOOPC_SCALE_CONSTANT;
    if (is(o, "none")) *kind = LOOPC_SCALE_NONE;
    if (is(o, "max")) *kind = LOOPC_SCALE_MAX;
    if (is(o, "standard")) *kind = LOOPC_SCALE_STANDARD;
    if (*kind != LOOPC_SCALE_CONSTANT) return LOOPC_OK;
    if (loopc_number_read(o->value, divisor) && *divisor > 0 && *divisor <= 1e300) return LOOPC_OK;
    return wrong(o, "none, max, standard or a divisor above 0");
}

static int share(const struct option *o)
{
    if (loopc_number_read(o->value, &o->to->share) && o->to->share > 0 && o->to->share < 1)
        return LOOPC_OK;
    return wrong(o, "a share between 0 and 1");
}

static int stratify(const struct option *o)
{
    bool yes = false;
    if (boolean(o, &yes)) return LOOPC_FAILED;
    o->to->unstratified = !yes;
    return LOOPC_OK;
}

/* Roles of columns. */
static int set_columns(const struct option *o, const char *key)
{
    struct loopc_dataset_options *const to = o->to;
    if (!strcmp(key, "label")) return label(o);
    if (!strcmp(key, "targets")) return targets(o);
    if (!strcmp(key, "inputs")) return list(o, &to->inputs);
    if (!strcmp(key, "ignore")) return list(o, &to->ignore);
    if (!strcmp(key, "weight")) return list(o, &to->weight);
    if (!strcmp(key, "id")) return list(o, &to->id);
    if (!strcmp(key, "classes")) return whole(o, 1, &to->classes);
    return whole(o, 1, &to->columns);
}

/* How it is written. */
static int set_dialect(const struct option *o, const char *key)
{
    if (!strcmp(key, "separator")) return separator(o);
    if (!strcmp(key, "decimal")) return decimal(o);
    if (!strcmp(key, "comment")) return comment(o);
    if (!strcmp(key, "header")) return header(o);
    return whole(o, 0, &o->to->skip_lines);
}

/* Transformations. */
static int set_treatment(const struct option *o, const char *key)
{
    struct loopc_dataset_options *const to = o->to;
    if (!strcmp(key, "missing")) return missing(o);
    if (!strcmp(key, "text")) return text(o);
    if (!strcmp(key, "target_scale")) return scale(o, &to->target_scale, &to->target_divisor);
    if (!strcmp(key, "share")) return share(o);
    if (!strcmp(key, "stratify")) return stratify(o);
    return scale(o, &to->scale, &to->divisor);
}

int loopc_dataset_key_place(const char *key)
{
    int i = 0;
    while (loopc_dataset_keys[i].key && strcmp(loopc_dataset_keys[i].key, key) != 0)
        i++;
    return loopc_dataset_keys[i].key ? i : -1;
}

enum { FIRST_DIALECT = 6, AFTER_DIALECT = FIRST_DIALECT + LOOPC_DIALECT_KEYS };

bool loopc_dataset_is_dialect(const char *key)
{
    const int i = loopc_dataset_key_place(key);
    return i >= FIRST_DIALECT && i < AFTER_DIALECT;
}

int loopc_dataset_option(struct loopc_dataset_options *options, const char *key, const char *value,
                         char *message, size_t size)
{
    const struct option o = {options, value, message, size};
    const int i = loopc_dataset_key_place(key);
    if (i < 0) return wrong(&o, "an option of data sets");
    if (i < FIRST_DIALECT || !strcmp(key, "classes") || !strcmp(key, "columns"))
        return set_columns(&o, key);
    return i < AFTER_DIALECT ? set_dialect(&o, key) : set_treatment(&o, key);
}
