/* For tests of checkpoints: a state that was saved, one to load into, the folder between them. */
#ifndef CHECKPOINTS_H
#define CHECKPOINTS_H

#include "files.h"
#include "loading.h"

static char path[64], text[1024];
static const struct loopc_message message = {text, sizeof text};
static const struct loopc_spared none_spared __attribute__((unused));
static struct kept saved, loaded, before; /* before: a copy of loaded */
static struct loopc_directory folder;
static struct test_loading t;

static inline int set_up_closed(void **state)
{
    (void)state;
    files_folder(path);
    kept_fill(&saved, 7);
    kept_fill(&loaded, 100);
    before = loaded;
    loading_begin(&t, &kept_program, &loaded);
    return 0;
}

static inline int open_folder(void)
{
    return loopc_directory_open(&folder, &kept_program, path, &message);
}

static inline int set_up(void **state)
{
    return set_up_closed(state) || open_folder();
}

static inline int tear_down(void **state)
{
    (void)state;
    loading_end(&t);
    loopc_directory_close(&folder);
    files_remove(path);
    return 0;
}

#endif
