-- The words of a spec, as tables: what the checker accepts, what `loopc types` prints for editors, what the
-- documentation lists. Each entry is { name, takes, doc }, in the order in which people should meet it.

local vocabulary = {}

-- Bytes of a default and of a doc: what C promises to read as one string literal.
vocabulary.longest_text = 4095

vocabulary.prefixes = { "before", "on", "after", "failed", "finally" }

vocabulary.loop_keys = {
    { "done", "string", "C expression, evaluated before each iteration; the loop repeats until it is true" },
    { "times", "integer|string", "repeats that often; an expression is evaluated once, at entry" },
    { "skip", "string", "C expression, evaluated at entry; when true only on_skip runs" },
    { "state", "table", "fields that live as long as the run" },
    { "site", "table", "like state, one instance for each place where the loop is inlined" },
    { "batch", "table", "fields made anew at the start of every iteration" },
    { "call_on", "table", "the nodes right after whose bodies the loop is inlined" },
    { "order", "integer", "its place among several insertions on one node (default 10)" },
    { "doc", "string", "what the loop is for, in a line" },
}

vocabulary.callback_keys = {
    { "order", "integer", "its place among several insertions on one node (default 10)" },
    { "state", "table", "fields that live as long as the run" },
    { "batch", "table|string", "fields made anew in every iteration of the callback's loop; or a body, for the node batch" },
    { "within", "table", "narrows it to the copies that stand at or under these nodes" },
    { "home", "table", "the loop in whose iterations its fields are reported and its batch is made anew (default: the one around its first body)" },
    { "doc", "string", "what the callback is for, in a line" },
}

vocabulary.trainer_keys = {
    { "state", "table", "fields that live as long as the run" },
    { "include", "table", "headers that the bodies need" },
    { "code", "string", "C at file scope: types and functions for the bodies" },
    { "link", "table", "libraries, objects and flags for the linker" },
    { "control", "table", "what the names of the control channel mean: batch, target, eta, loss, samples" },
    { "doc", "string", "what the trainer does, in a line: the head of its --help" },
}

vocabulary.control_keys = {
    { "batch", "string", "the loop whose iterations are the batches (default: the innermost, from the root)" },
    { "target", "string", "the field that says how many batches: with a channel the run waits there for a later one" },
    { "eta", "string", "the field that is the learning rate (default: a settable field eta)" },
    { "loss", "string", "the field that is the loss of a batch (default: a reported field loss)" },
    { "samples", "integer|string", "how many samples a batch has, or the field that says so" },
}

vocabulary.node_keys = {
    { "order", "integer", "where the node stands in its loop" },
    { "doc", "string", "what the node is for, in a line" },
}

vocabulary.listener_keys = {
    { "order", "integer", "overrides the callback's order for this body" },
}

-- Scalar field types: the name in a spec, the C type, the runtime's type, the range of an integer.
vocabulary.scalars = {
    { "f32", "float", "LOOPC_F32", "a 32-bit floating-point number" },
    { "f64", "double", "LOOPC_F64", "a 64-bit floating-point number" },
    { "i32", "int32_t", "LOOPC_I32", "a whole number, 32 bits", min = -0x80000000, max = 0x7fffffff },
    { "i64", "int64_t", "LOOPC_I64", "a whole number, 64 bits", min = math.mininteger, max = math.maxinteger },
    { "u32", "uint32_t", "LOOPC_U32", "a whole number from 0, 32 bits", min = 0, max = 0xffffffff },
    { "u64", "uint64_t", "LOOPC_U64", "a whole number from 0, 64 bits", min = 0, max = math.maxinteger },
    { "bool", "bool", "LOOPC_BOOL", "true or false" },
    { "str", "const char *", "LOOPC_STR", "text" },
}

-- Types of the runtime; their own parameters stand beside the keys of every field.
vocabulary.aggregates = {
    { "rng", "a stream of random numbers, named after its field, seeded by --seed", {} },
    { "dataset", "samples and labels, loaded from a CSV, .npy or IDX argument and checked before the run", {
        { "label", "string|integer|boolean", "the label's column: last, first, a name, a number from 1, or false for none" },
        { "targets", "integer", "how many columns at the end are targets of a regression" },
        { "header", "boolean", "whether the first line of a CSV is a header (default: found out)" },
        { "scale", "string|number", "none, max (divide by the largest value), standard (mean 0, variance 1), or a divisor" },
        { "like", "string", "the dataset field whose scale, columns and classes this one shares" },
        { "classes", "integer", "how many classes there are (default: found out)" },
        { "columns", "integer", "how many columns a sample must have (default: any)" },
        { "required", "boolean", "whether the program refuses to start without it (default: false)" },
    } },
    { "mlp", "a multilayer perceptron: its layer sizes, inputs first", {
        { "activation", "string", "of hidden layers: relu, tanh, sigmoid, identity" },
        { "output", "string", "of the last layer: identity, tanh, relu, sigmoid, softmax (default: what the loss wants)" },
        { "loss", "string", "cross_entropy or squared_error" },
        { "batch", "integer", "the most rows of one batch" },
        { "init", "string", "he, xavier, normal, zero" },
        { "inputs_from", "string", "the dataset field whose columns are the width of the first layer" },
        { "inputs_max", "integer", "the widest input that inputs_from may bring" },
    } },
    { "samples", "one value a sample: samples { f32, 256 } has room for 256 samples; loopc_filter keeps or drops a sample in all "
        .. "fields of this type together", {
        { "set", "string", "what these are samples of, when not of the batch: loopc_filter takes one set at a time" },
    } },
    { "optimizer", "an update rule and its moments, for one net", {
        { "net", "string", "the mlp field that it updates" },
        { "momentum", "number", "of sgd" },
        { "weight_decay", "number", "decoupled for adamw, an L2 penalty for the others" },
        { "beta1", "number", "decay of the first moment of adam and adamw" },
        { "beta2", "number", "decay of the second moment of adam and adamw" },
        { "epsilon", "number", "added to the root of the second moment" },
    } },
}

vocabulary.field_keys = {
    { "option", "boolean", "becomes a command-line flag" },
    { "settable", "boolean", "may be changed while running" },
    { "report", "boolean|integer", "is reported, in every n-th iteration when it is n: progress, metrics, channel" },
    { "const", "boolean", "is never assigned by a body" },
    { "min", "number", "the least that a flag or a message may set it to" },
    { "max", "number", "the most that a flag or a message may set it to" },
    { "doc", "string", "what the field is, in a line" },
}

vocabulary.signals = {
    { "fail", '$fail("format", ...): this step failed' },
    { "recover", "$recover(): the failure is dealt with" },
    { "cancel", "$cancel() or $cancel(Loop.phase): leave a phase" },
    { "stop", "$stop() or $stop(Loop): end a repetition" },
}

-- The elements of control flow: the word, how it is written, what it does.
vocabulary.elements = {
    { "CALL", 'CALL [[ C ]], CALL { "f", arguments..., into = "field" }', "a leaf: one step" },
    { "SEQ", "SEQ { a, b, ... }", "in order" },
    { "REPEAT", 'REPEAT(n, el), REPEAT { n, el, counter = "field" }', "n times" },
    { "LOOP", "LOOP(el)", "until a signal leaves it" },
    { "CHOOSE", 'CHOOSE("C expression", { a, b, default = z })', "the element with that index, from 0" },
    { "WEAVE", "WEAVE(required, { a, b, ... })", "a step of each in turn, until so many have finished; -1: all" },
    { "BUFFER_REPEAT", 'BUFFER_REPEAT { n, el, value = "field", into = "array field" }', "n times, collecting value in into" },
    { "POPEN", 'POPEN { "program", "argument", ... }', "runs a process beside the other steps" },
    { "SPAWN", "SPAWN(el)", "runs el in a child process; its writes come back" },
    { "PRINT", 'PRINT("format", arguments...)', "a leaf that prints" },
}

-- The names of a list of entries.
function vocabulary.names(entries)
    local out = {}
    for i, entry in ipairs(entries) do out[i] = entry[1] end
    return out
end

local indices = setmetatable({}, { __mode = "k" })

-- The entry of that name, or nil. Lists of entries do not change.
function vocabulary.find(entries, name)
    local index = indices[entries]
    if not index then
        index = {}
        for i = #entries, 1, -1 do index[entries[i][1]] = entries[i] end
        indices[entries] = index
    end
    return index[name]
end

local keywords = [[auto break case char const continue default do double else enum extern float for goto if inline int
    long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local asm typeof
    bool true false NULL EOF errno NAN INFINITY BUFSIZ FILENAME_MAX FOPEN_MAX L_tmpnam SEEK_CUR SEEK_END SEEK_SET TMP_MAX
    PTRDIFF_MAX PTRDIFF_MIN SIG_ATOMIC_MAX SIG_ATOMIC_MIN SIZE_MAX WCHAR_MAX WCHAR_MIN WINT_MAX WINT_MIN math_errhandling]]

vocabulary.reserved = {}
for word in keywords:gmatch("%S+") do vocabulary.reserved[word] = true end

-- Macros of the standard headers that come in families.
local families = { "^U?INT[%w_]*_M[AI][XN]$", "^FP_", "^HUGE_VAL", "^MATH_" }

local function means_something(name)
    for _, family in ipairs(families) do
        if name:match(family) then return true end
    end
    return vocabulary.reserved[name] ~= nil
end

-- Why `name` cannot be a name, or nil when it can.
function vocabulary.bad_name(name)
    if type(name) ~= "string" then return "it is no string" end
    if not name:match("^[%a_][%w_]*$") then return "it is no C identifier" end
    if means_something(name) then return "it means something else in C" end
    if name:match("^loopc") or name:match("^LOOPC_") or name:match("^__") then return "names that start so belong to the runtime" end
end

return vocabulary
