/* JSON: a checker by recursive descent, and a walk over checked texts. */
#include "base/json.h"

#include "base/json_text.h"
#include "base/status.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Checking. */

struct checker {
    const char *start, *at, *end;
    const char *why;
};

static bool wrong(struct checker *c, const char *why)
{
    if (!c->why) c->why = why;
    return false;
}

static void skip_blanks(struct checker *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(struct checker *c, char wanted)
{
    if (c->at >= c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

static bool is_digit(const struct checker *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

static bool digits(struct checker *c)
{
    if (!is_digit(c)) return wrong(c, "a digit is missing");
    while (is_digit(c))
        c->at++;
    return true;
}

static bool number(struct checker *c)
{
    take(c, '-');
    if (!take(c, '0') && !digits(c)) return false;
    if (take(c, '.') && !digits(c)) return false;
    if (!take(c, 'e') && !take(c, 'E')) return true;
    if (!take(c, '+')) take(c, '-');
    return digits(c);
}

static bool hex4(struct checker *c)
{
    for (int i = 0; i < 4; i++, c->at++) {
        if (c->at >= c->end || !*c->at || !strchr("0123456789abcdefABCDEF", *c->at)) {
            return wrong(c, "\\u takes four hexadecimal digits");
        }
    }
    return true;
}

static bool escape(struct checker *c)
{
    if (take(c, 'u')) return hex4(c);
    if (c->at >= c->end || !*c->at || !strchr("\"\\/bfnrt", *c->at)) {
        return wrong(c, "an unknown escape");
    }
    c->at++;
    return true;
}

static bool character(struct checker *c)
{
    unsigned char bytes[5] = {0};
    const size_t left = (size_t)(c->end - c->at);
    memcpy(bytes, c->at, left < 4 ? left : 4);
    if (bytes[0] < ' ') return wrong(c, "a control character in a string");
    const int length = loopc_utf8_length(bytes);
    if (length == 0) return wrong(c, "no UTF-8");
    c->at += length;
    return true;
}

static bool string(struct checker *c)
{
    if (!take(c, '"')) return wrong(c, "a string is missing");
    while (c->at < c->end) {
        if (take(c, '"')) return true;
        if (!(take(c, '\\') ? escape(c) : character(c))) return false;
    }
    return wrong(c, "a string does not end");
}

static bool word(struct checker *c, const char *text)
{
    const size_t length = strlen(text);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, text, length) != 0) {
        return wrong(c, "no value");
    }
    c->at += length;
    return true;
}

static bool value(struct checker *c, int depth);

static bool member(struct checker *c, int depth)
{
    skip_blanks(c);
    if (!string(c)) return false;
    skip_blanks(c);
    if (!take(c, ':')) return wrong(c, "a colon is missing");
    return value(c, depth);
}

/* The elements between two brackets, separated by commas. */
static bool list(struct checker *c, int depth, char close)
{
    if (depth >= LOOPC_JSON_DEPTH) return wrong(c, "nested too deeply");
    skip_blanks(c);
    if (take(c, close)) return true;
    do {
        if (!(close == '}' ? member(c, depth + 1) : value(c, depth + 1))) return false;
        skip_blanks(c);
        if (take(c, close)) return true;
    } while (take(c, ','));
    return wrong(c, "a comma or a closing bracket is missing");
}

static bool value(struct checker *c, int depth)
{
    skip_blanks(c);
    if (c->at >= c->end) return wrong(c, "a value is missing");
    switch (*c->at) {
    case '{':
        c->at++;
        return list(c, depth, '}');
    case '[':
        c->at++;
        return list(c, depth, ']');
    case '"':
        return string(c);
    case 't':
        return word(c, "true");
    case 'f':
        return word(c, "false");
    case 'n':
        return word(c, "null");
    default:
        return *c->at == '-' || is_digit(c) ? number(c) : wrong(c, "no value");
    }
}

static bool same_string(struct loopc_json a, struct loopc_json b)
{
    char x[256], y[256];
    if (a.length == b.length && !memcmp(a.text, b.text, a.length)) return true;
    if (!memchr(a.text, '\\', a.length) && !memchr(b.text, '\\', b.length)) return false;
    return loopc_json_characters(a, x, sizeof x) == loopc_json_characters(b, y, sizeof y) &&
           !strcmp(x, y);
}

static bool names_differ(struct checker *c, struct loopc_json object)
{
    struct loopc_json names[LOOPC_JSON_MEMBERS], name, ignored;
    for (int count = 0; loopc_json_next(&object, &name, &ignored); count++) {
        if (count == LOOPC_JSON_MEMBERS) return wrong(c, "too many names");
        for (int i = 0; i < count; i++) {
            if (!same_string(names[i], name)) continue;
            c->at = name.text;
            return wrong(c, "a name is there twice");
        }
        names[count] = name;
    }
    return true;
}

static bool whole(struct checker *c, struct loopc_json text)
{
    skip_blanks(c);
    if (c->at >= c->end || *c->at != '{') return wrong(c, "it is not an object");
    if (!value(c, 0)) return false;
    skip_blanks(c);
    if (c->at < c->end) return wrong(c, "something follows the object");
    return names_differ(c, text);
}

int loopc_json_check(struct loopc_json text, char *message, size_t size)
{
    struct checker c = {.start = text.text, .at = text.text, .end = text.text + text.length};
    if (whole(&c, text)) return LOOPC_OK;
    snprintf(message, size, "no message: %s, at byte %zu", c.why, (size_t)(c.at - c.start) + 1);
    return LOOPC_FAILED;
}

/* Walking. */

bool loopc_json_next(struct loopc_json *rest, struct loopc_json *name, struct loopc_json *found)
{
    struct checker c = {.at = rest->text, .end = rest->text + rest->length};
    skip_blanks(&c);
    if (!take(&c, '{')) take(&c, ',');
    skip_blanks(&c);
    if (c.at >= c.end || *c.at != '"') return false;
    name->text = c.at;
    string(&c);
    name->length = (size_t)(c.at - name->text);
    skip_blanks(&c);
    take(&c, ':');
    skip_blanks(&c);
    found->text = c.at;
    value(&c, 0);
    found->length = (size_t)(c.at - found->text);
    *rest = (struct loopc_json){c.at, (size_t)(c.end - c.at)};
    return true;
}

struct loopc_json loopc_json_find(struct loopc_json object, const char *wanted)
{
    struct loopc_json name, found;
    while (loopc_json_next(&object, &name, &found)) {
        if (loopc_json_is(name, wanted)) return found;
    }
    return (struct loopc_json){0};
}

static unsigned hex_value(const char *digits_at)
{
    char text[5] = {0};
    memcpy(text, digits_at, 4);
    return (unsigned)strtoul(text, NULL, 16);
}

/* The character at an escape; *at moves behind it. Half a pair is U+FFFD. */
static unsigned unescape(const char **at, const char *end)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char c = *(*at)++;
    const char *plain = strchr(from, c);
    if (c != 'u') return (unsigned char)(plain ? to[plain - from] : c);
    unsigned code = hex_value(*at);
    *at += 4;
    if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        const unsigned low = hex_value(*at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            *at += 6;
            return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return code == 0 || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code;
}

static size_t encode(unsigned code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00u >> length) | code);
    return length;
}

size_t loopc_json_characters(struct loopc_json string_at, char *text, size_t size)
{
    const char *at = string_at.text + 1, *end = string_at.text + string_at.length - 1;
    size_t n = 0;
    while (at < end) {
        char bytes[4];
        size_t length = 1;
        if (*at == '\\') {
            at++;
            length = encode(unescape(&at, end), bytes);
        } else {
            bytes[0] = *at++;
        }
        if (n + length >= size) break;
        memcpy(text + n, bytes, length);
        n += length;
    }
    text[n] = 0;
    return n;
}

bool loopc_json_is(struct loopc_json string_at, const char *text)
{
    char characters[256];
    if (string_at.length == 0 || string_at.text[0] != '"') return false;
    loopc_json_characters(string_at, characters, sizeof characters);
    return !strcmp(characters, text);
}
