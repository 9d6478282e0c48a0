/* Build tool: embed OUT.c FILE... writes one C file that holds the bytes of the files, as
 * gen/host/embedded.h declares them. Names are relative to the root of the sources, files in
 * the order of their names, so that the same sources give the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int complain(const char *what, const char *file)
{
    (void)fprintf(stderr, "embed: cannot %s ", what);
    perror(file);
    return 0;
}

/* Writes the bytes of one file as an array; its size goes to `size`. Returns 0 after a message. */
static int write_array(FILE *out, const char *file, size_t index, size_t *size)
{
    FILE *in = fopen(file, "rb");
    if (!in) return complain("read", file);
    (void)fprintf(out, "\n/* %s */\nstatic const unsigned char file_%zu[] = {", file, index);
    *size = 0;
    for (int byte = getc(in); byte != EOF; byte = getc(in))
        (void)fprintf(out, "%s%d,", (*size)++ % 24 == 0 ? "\n    " : "", byte);
    (void)fprintf(out, "\n    0};\n"); /* no array is empty */
    const int failed = ferror(in);
    if (fclose(in) != 0 || failed) return complain("read", file);
    return 1;
}

static int write_all(FILE *out, char **files, size_t count)
{
    size_t *sizes = calloc(count + 1, sizeof *sizes);
    int ok = sizes != NULL;
    (void)fprintf(out, "/* Made by gen/host/embed.c. */\n#include \"embedded.h\"\n");
    for (size_t i = 0; ok && i < count; i++)
        ok = write_array(out, files[i], i, &sizes[i]);
    (void)fprintf(out, "\nconst struct embedded embedded_files[] = {\n");
    for (size_t i = 0; ok && i < count; i++)
        (void)fprintf(out, "    {\"%s\", file_%zu, %zu},\n", files[i], i, sizes[i]);
    (void)fprintf(out, "    {0, 0, 0},\n};\nconst size_t embedded_count = %zu;\n", count);
    free(sizes);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: embed OUT.c FILE...\n");
        return 2;
    }
    qsort(argv + 2, (size_t)argc - 2, sizeof *argv, by_name);
    FILE *out = fopen(argv[1], "wb");
    if (!out) return !complain("write", argv[1]);
    int ok = write_all(out, argv + 2, (size_t)argc - 2);
    if (ferror(out)) ok = complain("write", argv[1]);
    if (fclose(out) != 0) ok = complain("write", argv[1]);
    if (!ok) (void)remove(argv[1]);
    return !ok;
}
