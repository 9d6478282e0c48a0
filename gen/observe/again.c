/* Another run of a program: its arguments with other values. */
#include "again.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(struct loopc_json value)
{
    char *text = malloc(value.length + 1);
    if (text) loopc_json_characters(value, text, value.length + 1);
    return text;
}

/* Where the status lists the flag: behind its type's first quote; NULL if it does not. */
static const char *type_in(const char *status, const char *name)
{
    char row[160];
    if (strpbrk(name, "\"\\") || strlen(name) > 96) return NULL;
    (void)snprintf(row, sizeof row, "{\"flag\": \"%s\", \"type\": \"", name);
    const char *found = strstr(status, row);
    return found ? found + strlen(row) : NULL;
}

static bool is_seed(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && length <= 19 && strspn(text, "0123456789") == length;
}

static bool is_allowed(struct again_flag *flag, const char *status)
{
    if (!flag->name || !flag->value) return false;
    if (!strcmp(flag->name, "seed")) return is_seed(flag->value);
    const char *type = type_in(status, flag->name);
    if (!type) return false;
    flag->is_switch = !strncmp(type, "bool\"", 5);
    return !flag->is_switch || !strcmp(flag->value, "true") || !strcmp(flag->value, "false");
}

bool again_read(struct again *again, struct loopc_json text, const char *status)
{
    char why[128];
    struct loopc_json name, value;
    *again = (struct again){0};
    if (loopc_json_check(text, why, sizeof why)) return false;
    while (loopc_json_next(&text, &name, &value)) {
        if (again->count == FLAGS_MOST || value.text[0] != '"') break;
        struct again_flag *flag = &again->flags[again->count++];
        *flag = (struct again_flag){.name = text_of(name), .value = text_of(value)};
        if (!is_allowed(flag, status)) break;
        name.text = NULL;
    }
    if (again->count && !name.text) return true;
    again_free(again);
    return false;
}

/* How many arguments from this one on give the flag: --name value, --name=value, --no-name. */
static int given_by(const struct again_flag *flag, char **argv)
{
    const char *argument = *argv;
    const size_t length = strlen(flag->name);
    if (strncmp(argument, "--", 2) != 0) return 0;
    argument += 2;
    if (flag->is_switch && !strncmp(argument, "no-", 3) && !strcmp(argument + 3, flag->name))
        return 1;
    if (strncmp(argument, flag->name, length) != 0) return 0;
    if (argument[length] == '=') return 1;
    if (argument[length]) return 0;
    return flag->is_switch || !argv[1] ? 1 : 2;
}

static int replaced(const struct again *again, char **argv)
{
    int most = 0;
    for (int i = 0; i < again->count && !most; i++)
        most = given_by(&again->flags[i], argv);
    return most;
}

static char *argument_of(const struct again_flag *flag)
{
    const size_t size = strlen(flag->name) + strlen(flag->value) + 8;
    char *text = malloc(size);
    if (!text) return NULL;
    if (flag->is_switch)
        (void)snprintf(text, size, flag->value[0] == 't' ? "--%s" : "--no-%s", flag->name);
    else
        (void)snprintf(text, size, "--%s=%s", flag->name, flag->value);
    return text;
}

char **again_arguments(const struct again *again, char **argv)
{
    size_t count = 0, room = FLAGS_MOST + 1;
    while (argv[count])
        count++;
    char **made = calloc(count + room, sizeof *made), **next = made;
    while (made && *argv) {
        const int skip = replaced(again, argv);
        if (!skip) *next++ = strdup(*argv);
        argv += skip ? skip : 1;
    }
    for (int i = 0; made && i < again->count; i++)
        *next++ = argument_of(&again->flags[i]);
    return made;
}

void again_free_arguments(char **argv)
{
    for (char **p = argv; p && *p; p++)
        free(*p);
    free((void *)argv);
}

void again_free(struct again *again)
{
    for (int i = 0; i < again->count; i++) {
        free(again->flags[i].name);
        free(again->flags[i].value);
    }
    *again = (struct again){0};
}
