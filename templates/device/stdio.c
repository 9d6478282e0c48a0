/* What bodies print, on a board: the functions of stdio.h that write, in the place of the C
 * library's. Those of newlib allocate; those of picolibc 1.8 round some numbers twice.
 */
#include "board_format.h"
#include "board_parts.h"

#include <stdio.h>
#include <string.h>

/* A stream: 1 is standard output, 2 standard error. Lines go out whole. */
struct lines {
    int to;
    size_t used;
    char text[64];
};

static struct lines streams[] = {{.to = 1}, {.to = 2}};

/* They are told apart by these, of which only the addresses matter. */
static FILE files[2];
#ifdef _PICOLIBC__
FILE *const stdout = &files[0];
FILE *const stderr = &files[1];

void board_open_streams(void)
{
}
#else
/* newlib's are not there before it has allocated them. */
void board_open_streams(void)
{
    stdout = &files[0];
    stderr = &files[1];
}
#endif

static void flush(struct lines *lines)
{
    if (lines->used) board_write(lines->to, lines->text, lines->used);
    lines->used = 0;
}

static void put(void *to, const char *text, size_t size)
{
    struct lines *const lines = to;
    for (size_t i = 0; i < size; i++) {
        lines->text[lines->used++] = text[i];
        if (text[i] == '\n' || lines->used == sizeof lines->text) flush(lines);
    }
}

static struct lines *lines_of(const FILE *file)
{
    return &streams[file == &files[1]];
}

int vfprintf(FILE *file, const char *format, va_list arguments)
{
    return board_format(put, lines_of(file), format, arguments);
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int count = vfprintf(file, format, arguments);
    va_end(arguments);
    return count;
}

int vprintf(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

int printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int count = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return count;
}

/* A text in memory and the room that is left in it, the last letter's among it. */
struct room {
    char *at;
    size_t left;
};

static void put_in_room(void *to, const char *text, size_t size)
{
    struct room *const room = to;
    const size_t fits = size < room->left ? size : room->left ? room->left - 1 : 0;
    memcpy(room->at, text, fits);
    room->at += fits;
    room->left -= fits;
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    struct room room = {text, size};
    const int count = board_format(put_in_room, &room, format, arguments);
    if (size) *room.at = 0;
    return count;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int count = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return count;
}

int vsprintf(char *text, const char *format, va_list arguments)
{
    return vsnprintf(text, (size_t)-1, format, arguments);
}

int sprintf(char *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int count = vsprintf(text, format, arguments);
    va_end(arguments);
    return count;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    put(lines_of(file), data, size * count);
    return count;
}

int fputs(const char *text, FILE *file)
{
    put(lines_of(file), text, strlen(text));
    return 0;
}

int puts(const char *text)
{
    fputs(text, stdout);
    return fputs("\n", stdout);
}

#undef putc
#undef putchar

int fputc(int letter, FILE *file)
{
    const char text[] = {(char)letter};
    put(lines_of(file), text, 1);
    return (unsigned char)letter;
}

int putc(int letter, FILE *file)
{
    return fputc(letter, file);
}

int putchar(int letter)
{
    return fputc(letter, stdout);
}

int fflush(FILE *file)
{
    for (int i = 0; i < 2; i++)
        if (!file || lines_of(file) == &streams[i]) flush(&streams[i]);
    return 0;
}
