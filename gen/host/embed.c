/* Build tool: embed OUT.c FILE... writes one C file that holds the bytes of the files, as
 * gen/host/embedded.h declares them. Names are relative to the root of the sources, files in
 * the order of their names, so that the same sources give the same bytes. Modules of the generator
 * are compiled, which loopc would do at each start: half of the time that a small spec takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

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

/* Whether a file is a module of the generator. Libraries (gen/lib) are read by specs, as text. */
static int is_module(const char *file)
{
    const size_t length = strlen(file);
    return strncmp(file, "gen/", 4) == 0 && strncmp(file, "gen/lib/", 8) != 0 && length > 4 &&
           strcmp(file + length - 4, ".lua") == 0;
}

/* An array that is being written, and how many bytes it has so far. */
struct array {
    FILE *out;
    size_t size;
};

/* A lua_Writer: appends bytes to the array. */
static int append(lua_State *L, const void *bytes, size_t size, void *array)
{
    struct array *to = array;
    (void)L;
    for (size_t i = 0; i < size; i++)
        (void)fprintf(to->out, "%s%d,", to->size++ % 24 == 0 ? "\n    " : "",
                      ((const unsigned char *)bytes)[i]);
    return 0;
}

/* Appends a module as lua_load reads it, with its lines for messages. Returns 0 after a message. */
static int append_module(lua_State *L, struct array *to, const char *file)
{
    const int ok = luaL_loadfilex(L, file, "t") == LUA_OK;
    if (ok)
        (void)lua_dump(L, append, to, 0);
    else
        (void)fprintf(stderr, "embed: %s\n", lua_tostring(L, -1));
    lua_pop(L, 1);
    return ok;
}

/* Appends the bytes of a file. Returns 0 after a message. */
static int append_file(struct array *to, const char *file)
{
    char bytes[4096];
    size_t size;
    FILE *in = fopen(file, "rb");
    if (!in) return complain("read", file);
    while ((size = fread(bytes, 1, sizeof bytes, in)) > 0)
        (void)append(NULL, bytes, size, to);
    const int failed = ferror(in);
    if (fclose(in) != 0 || failed) return complain("read", file);
    return 1;
}

/* Writes one file as an array; its size goes to `size`. Returns 0 after a message. */
static int write_array(lua_State *L, FILE *out, const char *file, size_t index, size_t *size)
{
    struct array to = {out, 0};
    (void)fprintf(out, "\n/* %s */\nstatic const unsigned char file_%zu[] = {", file, index);
    const int ok = is_module(file) ? append_module(L, &to, file) : append_file(&to, file);
    (void)fprintf(out, "\n    0};\n"); /* no array is empty */
    *size = to.size;
    return ok;
}

static int write_all(FILE *out, char **files, size_t count)
{
    size_t *sizes = calloc(count + 1, sizeof *sizes);
    lua_State *L = luaL_newstate();
    int ok = sizes && L;
    (void)fprintf(out, "/* Made by gen/host/embed.c. */\n#include \"embedded.h\"\n");
    for (size_t i = 0; ok && i < count; i++)
        ok = write_array(L, out, files[i], i, &sizes[i]);
    (void)fprintf(out, "\nconst struct embedded embedded_files[] = {\n");
    for (size_t i = 0; ok && i < count; i++)
        (void)fprintf(out, "    {\"%s\", file_%zu, %zu},\n", files[i], i, sizes[i]);
    (void)fprintf(out, "    {0, 0, 0},\n};\nconst size_t embedded_count = %zu;\n", count);
    if (L) lua_close(L);
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
