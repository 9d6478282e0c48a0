/* Fields as JSON. */
#include "run/field_json.h"

#include "base/json_text.h"

#include <string.h>

/* fields.h formats numbers as JSON does, except inf and nan. */
bool loopc_field_json_write(FILE *file, const struct loopc_field *field, const void *state,
                            size_t i)
{
    char text[64];
    if (field->type == LOOPC_STR) {
        const char *const *strings = (const void *)((const char *)state + field->offset);
        if (strings[i]) {
            loopc_json_string(file, strings[i]);
        } else {
            fputs("null", file);
        }
        return true;
    }
    loopc_field_format(field, state, i, text, sizeof text);
    const bool real = field->type == LOOPC_F32 || field->type == LOOPC_F64;
    const bool lost = real && strpbrk(text, "naif");
    const char *quote = field->type == LOOPC_U64 ? "\"" : "";
    fprintf(file, "%s%s%s", quote, lost ? "null" : text, quote);
    return !lost;
}
