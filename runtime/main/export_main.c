/* The subcommands of a trained model: the checkpoint, the nets, and their outputs. */
#include "main/main.h"

#include "export/model.h"

#include "checkpoint/directory.h"
#include "checkpoint/net_words.h"
#include "main/datasets.h"
#include "main/startup.h"
#include "telemetry/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAD_USAGE = 2 };

/* A subcommand under way. */
struct task {
    const struct loopc_program *program;
    const struct loopc_model_args *args;
    const struct loopc_saving *saving;
    struct loopc_safetensors file;
    struct loopc_message message;
    char path[4096]; /* of the checkpoint */
};

static int complain(const struct task *task)
{
    char text[LOOPC_DATASET_MESSAGE * 2];
    loopc_name_flag(task->message.text, "data", text, sizeof text);
    char *second = strchr(text, '\n');
    if (second) *second++ = 0;
    loopc_log(task->program, "error", "%s", text);
    if (second)
        loopc_log(task->program, "hint", "%s", strncmp(second, "hint: ", 6) ? second : second + 6);
    return BAD_USAGE;
}

/* Opens a file and checks all of it. */
static int open_file(struct task *task, const char *folder, const char *name)
{
    snprintf(task->path, sizeof task->path, "%s%s%s", folder ? folder : "", folder ? "/" : "",
             name);
    int result = loopc_safetensors_open(&task->file, task->path, &task->message);
    if (result) return result;
    result = loopc_safetensors_check(&task->file, &task->message);
    if (result) loopc_safetensors_close(&task->file);
    return result;
}

/* The highest number that is whole. */
static int open_latest(struct task *task)
{
    const char *folder = task->saving->folder;
    int64_t *numbers = NULL;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int count = fd < 0 ? -1 : loopc_directory_numbers(fd, task->program->name, &numbers);
    if (count < 0) loopc_error_set(&task->message, NULL, "%s: %s", folder, strerror(errno));
    if (count == 0)
        loopc_error_set(&task->message, NULL, "%s: there is no checkpoint of %s in it", folder,
                        task->program->name);
    if (fd >= 0) close(fd);
    int result = LOOPC_NO_FILE;
    for (int i = count; result && i-- > 0;) {
        char name[LOOPC_NAME_SIZE];
        loopc_checkpoint_name(task->program->name, numbers[i], name);
        result = open_file(task, folder, name);
        if (result) loopc_log(task->program, "warning", "%s", task->message.text);
    }
    free(numbers);
    return result;
}

static int open_checkpoint(struct task *task)
{
    const struct loopc_saving *saving = task->saving;
    const char *which = saving->resume ? saving->resume : "latest";
    const bool latest = !strcmp(which, "latest"), best = !strcmp(which, "best");
    if (!latest && !best) return open_file(task, NULL, which);
    if (!saving->folder) {
        return loopc_error_set(&task->message, "--resume <file>, or --checkpoint <folder>",
                               "which model? A checkpoint is needed");
    }
    if (latest) return open_latest(task);
    char name[LOOPC_NAME_SIZE];
    loopc_best_name(task->program->name, name);
    return open_file(task, saving->folder, name);
}

/* A net with unknown treatment of its inputs cannot be exported. */
static int refuse_untold(struct task *task, const struct loopc_net *net)
{
    return loopc_error_set(
        &task->message,
        "inputs_from = \"...\" in the net of the spec names the data set; "
        "inputs_from = false says that bodies make the inputs",
        "which data set feeds %s is not known, so neither are the columns of its "
        "inputs nor their scale",
        net->name);
}

static int export(const struct task *task, const struct loopc_model *model)
{
    const struct loopc_model_args *args = task->args;
    int st = LOOPC_OK;
    if (args->npy) st = loopc_model_npy(model, args->npy, &task->message);
    if (!st && args->header) st = loopc_model_header(model, args->header, &task->message);
    if (!st && args->onnx) st = loopc_model_onnx(model, args->onnx, &task->message);
    return st;
}

static int check_names(struct task *task, struct loopc_model *model)
{
    const struct loopc_model_args *args = task->args;
    model->input_names = args->input_names;
    model->output_names = args->output_names;
    if (loopc_model_check_names(model, &task->message)) return LOOPC_FAILED;
    const bool named = args->input_names || args->output_names;
    return named && args->onnx ? loopc_model_check_onnx(model, &task->message) : LOOPC_OK;
}

/* A net, and the one that it begins in, have their averages. */
static int check_average(struct task *task, const struct loopc_net *net)
{
    const struct loopc_net *const trunk = loopc_model_trunk(task->program, net);
    if (net->average && (!trunk || trunk->average)) return LOOPC_OK;
    if (net->average) net = trunk;
    return loopc_error_set(&task->message, "ema = 0.999 of its optimizer keeps one",
                           "--average: there is no average of the weights of %s", net->name);
}

/* Weights that another net has learned. */
static int check_words(struct task *task, const struct loopc_net *net)
{
    char text[400];
    if (!loopc_net_is_other(&task->file, net, text, sizeof text)) return LOOPC_OK;
    return loopc_error_set(&task->message, "the program that has learned them predicts", "%s",
                           text);
}

static int work_on(struct task *task, const struct loopc_net *net)
{
    struct loopc_model model = {0};
    int st = net->untold ? refuse_untold(task, net) : check_words(task, net);
    const bool average = task->args->average;
    if (!st && average) st = check_average(task, net);
    if (!st)
        st = loopc_model_load(&model, task->program, net, &task->file, average, &task->message);
    int code = BAD_USAGE;
    const bool exports = task->args->subcommand == LOOPC_SUBCOMMAND_EXPORT;
    if (!st && exports) st = check_names(task, &model);
    if (!st && exports) {
        st = export(task, &model);
        code = 1;
    } else if (!st) {
        st = loopc_model_predict(&model, task->args->data, task->args->written, stdout,
                                 task->args->metrics, &task->message);
    }
    if (st) complain(task);
    loopc_model_free(&model);
    return st ? code : 0;
}

/* The only net that is more than a copy of another one, or NULL. */
static const struct loopc_net *only_net(const struct loopc_program *program)
{
    const struct loopc_net *only = NULL;
    for (int i = 0; i < program->net_count; i++) {
        if (program->nets[i].kept) continue;
        if (only) return NULL;
        only = &program->nets[i];
    }
    return only;
}

static const struct loopc_net *find_net(const struct task *task)
{
    const char *name = task->args->net;
    if (!name && only_net(task->program)) return only_net(task->program);
    for (int i = 0; name && i < task->program->net_count; i++) {
        const struct loopc_net *net = &task->program->nets[i];
        if (!strcmp(net->name, name)) return net;
    }
    char names[512] = "";
    for (int i = 0; i < task->program->net_count; i++) {
        const size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, " %s", task->program->nets[i].name);
    }
    if (name)
        loopc_error_set(&task->message, NULL, "there is no net '%s', but:%s", name, names);
    else
        loopc_error_set(&task->message, "--net <name>", "which net? There are:%s", names);
    return NULL;
}

/* Arrays have names, so that all nets can have theirs in one folder. */
static int work_on_all(struct task *task)
{
    int code = 0;
    for (int i = 0; code == 0 && i < task->program->net_count; i++)
        code = work_on(task, &task->program->nets[i]);
    return code;
}

static const char *missing(const struct loopc_model_args *args)
{
    if (args->subcommand == LOOPC_SUBCOMMAND_PREDICT)
        return args->data ? NULL : "predict needs --data <file>";
    return args->npy || args->header || args->onnx
               ? NULL
               : "export needs --npy <folder>, --c-header <file> or --onnx <file>";
}

int loopc_model_main(const struct loopc_context *context)
{
    char text[2048] = "";
    struct task task = {.program = context->program,
                        .args = &context->args.model,
                        .saving = &context->args.saving,
                        .message = {text, sizeof text}};
    const struct loopc_model_args *args = task.args;
    const bool all = args->npy && !args->header && !args->onnx && !args->net;
    const char *what = missing(args);
    if (what) {
        loopc_log(task.program, "error", "%s", what);
        return BAD_USAGE;
    }
    const struct loopc_net *net = all ? NULL : find_net(&task);
    if (!all && !net) return complain(&task);
    if (open_checkpoint(&task)) return complain(&task);
    const int code = all ? work_on_all(&task) : work_on(&task, net);
    loopc_safetensors_close(&task.file);
    return loopc_flush_stdout(task.program) ? 1 : code;
}
