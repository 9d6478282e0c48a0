/* What the C library asks of a board for printf, where a trainer has it. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

extern char board_bss_end[], board_heap_end[];
void board_write(int to, const char *text, uint32_t size);
void board_exit(int code) __attribute__((noreturn));
int _write(int file, const char *text, int size);
int _read(int file, char *text, int size);
int _close(int file);
int _lseek(int file, int offset, int from);
int _fstat(int file, struct stat *about);
int _isatty(int file);
int _getpid(void);
int _kill(int process, int signal);
void _exit(int code);
void *_sbrk(ptrdiff_t more);

int _write(int file, const char *text, int size)
{
    board_write(file, text, (uint32_t)size);
    return size;
}

int _read(int file, char *text, int size)
{
    (void)file, (void)text, (void)size;
    return 0;
}

int _close(int file)
{
    (void)file;
    return 0;
}

int _lseek(int file, int offset, int from)
{
    (void)file, (void)offset, (void)from;
    return 0;
}

int _fstat(int file, struct stat *about)
{
    (void)file;
    about->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _getpid(void)
{
    return 1;
}

int _kill(int process, int signal)
{
    (void)process, (void)signal;
    errno = EINVAL;
    return -1;
}

void _exit(int code)
{
    board_exit(code);
}

/* The heap of printf, behind the variables. */
void *_sbrk(ptrdiff_t more)
{
    static char *end = board_bss_end;
    if (more > board_heap_end - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *const before = end;
    end += more;
    return before;
}
