/* What Debian's static libraries of glibc ask for beside C and POSIX, so that they can be linked
 * with musl: functions that check the size of a destination first. Here they do without. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format,
                    va_list arguments);
int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...);
char *__strncpy_chk(char *to, const char *from, size_t size, size_t room);
char *__strcpy_chk(char *to, const char *from, size_t room);
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);

int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format,
                    va_list arguments)
{
    (void)flag, (void)room;
    return vsnprintf(to, size, format, arguments);
}

int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int count = __vsnprintf_chk(to, size, flag, room, format, arguments);
    va_end(arguments);
    return count;
}

char *__strncpy_chk(char *to, const char *from, size_t size, size_t room)
{
    (void)room;
    return strncpy(to, from, size);
}

char *__strcpy_chk(char *to, const char *from, size_t room)
{
    (void)room;
    return strcpy(to, from);
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
    (void)room;
    return memcpy(to, from, size);
}
