/* Strings of JSON. */
#include "base/json_text.h"

int loopc_utf8_length(const unsigned char *text)
{
    const unsigned char c = text[0];
    if (c < 0x80) return 1;
    if (c < 0xc2 || c > 0xf4) return 0;
    const int length = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    for (int i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) return 0;
    }
    if (c == 0xe0 && text[1] < 0xa0) return 0;
    if (c == 0xed && text[1] >= 0xa0) return 0;
    if (c == 0xf0 && text[1] < 0x90) return 0;
    if (c == 0xf4 && text[1] >= 0x90) return 0;
    return length;
}

bool loopc_utf8_is(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        const int length = loopc_utf8_length(p);
        if (length == 0) return false;
        p += length;
    }
    return true;
}

static void write_character(FILE *file, const unsigned char *text, int length)
{
    if (*text == '"' || *text == '\\') {
        fprintf(file, "\\%c", *text);
    } else if (*text < ' ' || *text == 0x7f) {
        fprintf(file, "\\u%04x", *text);
    } else if (length == 0) {
        fputs("\\ufffd", file);
    } else {
        fwrite(text, 1, (size_t)length, file);
    }
}

void loopc_json_string(FILE *file, const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    fputc('"', file);
    while (*text) {
        const int length = loopc_utf8_length(text);
        write_character(file, text, length);
        text += length ? length : 1;
    }
    fputc('"', file);
}

void loopc_text_clean(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
    }
}
