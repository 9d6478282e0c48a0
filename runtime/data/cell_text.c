/* The meaning of texts in tables. */
#include "data/cell_text.h"

#include <string.h>
#include <strings.h>

/* Whether the text is one of the words, in any case. */
static bool is_among(const char *text, size_t length, const char *const *words)
{
    for (; *words; words++) {
        if (strlen(*words) == length && !strncasecmp(*words, text, length)) return true;
    }
    return false;
}

bool loopc_text_is_missing(const char *text, size_t length)
{
    static const char *const words[] = {"na", "n/a",  "nan",  "none", "null", "?",
                                        "-",  "<na>", "#n/a", "#na",  "-nan", NULL};
    return length == 0 || (length <= 4 && is_among(text, length, words));
}

int loopc_text_truth(const char *text, size_t length)
{
    static const char *const yes[] = {"true", "t", "yes", "y", "on", NULL};
    static const char *const no[] = {"false", "f", "no", "n", "off", NULL};
    if (length > 5) return -1;
    return is_among(text, length, yes) ? 1 : is_among(text, length, no) ? 0 : -1;
}

bool loopc_text_is_infinite(const char *text)
{
    text += *text == '-' || *text == '+';
    return !strcasecmp(text, "inf") || !strcasecmp(text, "infinity");
}

/* Bytes of the UTF-8 character at p (RFC 3629), or 0 if it is not one. */
static size_t character_length(const unsigned char *p, size_t left)
{
    const size_t length = *p < 0x80       ? 1
                          : *p >> 5 == 6  ? 2
                          : *p >> 4 == 14 ? 3
                          : *p >> 3 == 30 ? 4
                                          : 0;
    if (length == 0 || length > left) return 0;
    for (size_t i = 1; i < length; i++) {
        if (p[i] >> 6 != 2) return 0;
    }
    if (length == 2 && p[0] < 0xc2) return 0;
    if (length == 3 && p[0] == 0xe0 && p[1] < 0xa0) return 0;
    if (length == 3 && p[0] == 0xed && p[1] > 0x9f) return 0;
    if (length == 4 && ((p[0] == 0xf0 && p[1] < 0x90) || p[0] > 0xf4)) return 0;
    return length == 4 && p[0] == 0xf4 && p[1] > 0x8f ? 0 : length;
}

static bool is_utf8(const char *text, size_t length)
{
    for (size_t i = 0, step; i < length; i += step) {
        step = character_length((const unsigned char *)text + i, length - i);
        if (step == 0) return false;
    }
    return true;
}

size_t loopc_text_to_utf8(const char *text, size_t length, char *to)
{
    size_t n = 0;
    const bool as_it_is = is_utf8(text, length);
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (!as_it_is && c >= 0x80) {
            to[n++] = (char)(0xc0 | c >> 6);
            to[n++] = (char)(0x80 | (c & 0x3f));
        } else {
            to[n++] = text[i];
        }
    }
    to[n] = 0;
    return n;
}

const char *loopc_excerpt(char to[LOOPC_EXCERPT], const char *text)
{
    size_t n = 0;
    for (; n < LOOPC_EXCERPT - 4 && text[n]; n++) {
        to[n] = (unsigned char)text[n] < ' ' || text[n] == 0x7f ? '?' : text[n];
    }
    /* Not in the middle of a UTF-8 character. */
    while (text[n] && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    strcpy(to + n, text[n] ? "..." : "");
    return to;
}

/* The number that an item without quotes is, from 1; 0 if it is not a number. */
static int64_t number_of(const char *name)
{
    int64_t number = 0;
    const char *p = name;
    for (; *p >= '0' && *p <= '9' && p - name < 10; p++)
        number = number * 10 + (*p - '0');
    return *p || p == name ? 0 : number;
}

/* Reads a quoted text, up to behind its last quote. */
static const char *take_quoted(const char *p, char *name, size_t size)
{
    size_t n = 0;
    for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
        if (*p == '"') p++;
        if (n + 1 < size) name[n++] = *p;
    }
    name[n] = 0;
    return *p ? p + 1 : p;
}

static const char *take_plain(const char *p, char *name, size_t size)
{
    size_t length = strcspn(p, ",");
    const char *const end = p + length;
    while (length > 0 && p[length - 1] == ' ')
        length--;
    if (length >= size) length = size - 1;
    memcpy(name, p, length);
    name[length] = 0;
    return end;
}

bool loopc_column_list_next(struct loopc_column_list *list, char *name, size_t size,
                            int64_t *number)
{
    const char *p = list->rest;
    if (!p || !*p) return false;
    p += strspn(p, " ");
    const bool quoted = *p == '"';
    p = quoted ? take_quoted(p, name, size) : take_plain(p, name, size);
    *number = quoted ? 0 : number_of(name);
    p += strcspn(p, ",");
    list->rest = *p ? p + 1 : p;
    return true;
}

/* Behind the item at p: a comma, or the end; NULL when it is wrong. */
static const char *check_item(const char *p)
{
    p += strspn(p, " ");
    if (*p != '"') return *p && *p != ',' ? p + strcspn(p, ",") : NULL;
    for (p++; *p && (*p != '"' || p[1] == '"'); p++)
        p += *p == '"';
    if (!*p) return NULL;
    p += 1 + strspn(p + 1, " ");
    return *p && *p != ',' ? NULL : p;
}

bool loopc_column_list_is_good(const char *list)
{
    for (const char *p = list;; p++) {
        p = check_item(p);
        if (!p) return false;
        if (!*p) return true;
    }
}
