/* The Lua files and templates that build/embed puts into the binary, sorted by name: byte for byte,
 * but for the generator's modules, which are compiled (what lua_dump writes). */
#ifndef LOOPC_GEN_EMBEDDED_H
#define LOOPC_GEN_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *name; /* path from the root of the sources: "gen/check/check.lua" */
    const unsigned char *data;
    size_t size;
};

extern const struct embedded embedded_files[];
extern const size_t embedded_count;

#endif
