-- The words of a spec, as tables: the checker accepts them, `loopc types` prints them for editors. Each entry is
-- { name, takes, doc }, in the order in which people should meet it.

local vocabulary = {}

-- Bytes of a default and of a doc: the longest string literal that C guarantees.
vocabulary.longest_text = 4095

vocabulary.prefixes = { "before", "on", "after", "failed", "finally" }

vocabulary.loop_keys = {
    { "done", "string", "C expression, evaluated before each iteration; the loop repeats until it is true" },
    { "times", "integer|string", "the number of iterations; an expression is evaluated once, at entry" },
    { "from", "string", "C expression, evaluated at entry: so many of the times count as done" },
    { "skip", "string", "C expression, evaluated at entry; when true only on_skip runs" },
    { "state", "table", "fields that live as long as the run" },
    { "site", "table", "like state, one instance for each place where the loop is inlined" },
    { "result", "table", "fields that its end sets; behind each place of it bodies read them as $Loop.name" },
    { "batch", "table", "fields that are zeroed at the start of every iteration" },
    { "call_on", "table", "the node or the list of nodes after whose bodies the loop is inlined" },
    { "order", "integer", "its place among several insertions on one node (default 10)" },
    { "on_save_checkpoint", "string", "C, run before a checkpoint is taken" },
    { "on_load_checkpoint", "string", "C, run after a checkpoint was loaded" },
    { "draw", "string", "C, run before fields with `show` are sent to a viewer: it sets them, and nothing that the run reads" },
    { "doc", "string", "one line on the purpose of the loop" },
}

vocabulary.callback_keys = {
    { "order", "integer", "its place among several insertions on one node (default 10)" },
    { "state", "table", "fields that live as long as the run" },
    { "batch", "table|string", "fields zeroed in every iteration of the callback's loop; or a body, for the node batch" },
    { "within", "table", "narrows it to the instances at or below these nodes" },
    { "home", "table", "the loop whose iterations report its fields and zero its batch (default: the one around its first body)" },
    { "on_save_checkpoint", "string", "C, run before a checkpoint is taken" },
    { "on_load_checkpoint", "string", "C, run after a checkpoint was loaded" },
    { "draw", "string", "C, run before fields with `show` are sent to a viewer: it sets them, and nothing that the run reads" },
    { "doc", "string", "one line on the purpose of the callback" },
}

vocabulary.trainer_keys = {
    { "state", "table", "fields that live as long as the run" },
    { "include", "table", "headers for the bodies" },
    { "code", "string", "C at file scope: types and functions for the bodies" },
    { "link", "table", "libraries, objects and flags for the linker" },
    { "control", "table", "the meaning of names of the control channel: batch, target, eta, loss, samples" },
    { "doc", "string", "one line on the trainer: the head of its --help" },
}

vocabulary.control_keys = {
    { "batch", "string", "the loop whose iterations are the batches (default: the innermost, from the root)" },
    { "target", "string", "the field with the number of batches: a run with a channel waits there for a larger one" },
    { "eta", "string", "the field that is the learning rate (default: a settable field eta)" },
    { "loss", "string", "the field that is the loss of a batch (default: a reported field loss)" },
    { "samples", "integer|string", "the number of samples of a batch, or the field that holds it" },
}

vocabulary.node_keys = {
    { "order", "integer", "its place among the nodes of the loop" },
    { "doc", "string", "one line on the purpose of the node" },
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

-- Types of the runtime, each with its own parameters; the keys of every field are allowed as well.
vocabulary.aggregates = {
    { "rng", "a stream of random numbers, named after its field, seeded by --seed", {} },
    { "dataset", "a table: samples with labels or targets, read from a CSV, .npy, .npz, IDX or libsvm argument "
        .. "and checked before the run", {
        { "label", "string|integer|boolean", "the class: a name, a number from 1, last, first, or false for none" },
        { "targets", "integer|table|string", "columns that are predicted as numbers: names, or how many at the end" },
        { "inputs", "table|string|integer", "the samples' columns (default: all without another role)" },
        { "ignore", "table|string|integer", "columns that are left out" },
        { "weight", "string|integer", "the column with the weight of each row in the loss, divided by the sum of these in the batch" },
        { "id", "string|integer", "a column that predictions repeat" },
        { "separator", "string", "between cells: a character, tab or blanks (default: detected)" },
        { "decimal", "string", "the decimal point: . or , (default: detected)" },
        { "comment", "string|boolean", "lines that begin with it are passed over, false: none (default: # and %)" },
        { "header", "boolean", "whether the first line of a CSV is a header (default: detected)" },
        { "skip_lines", "integer", "the number of lines at the top that are passed over" },
        { "missing", "string|number", "missing inputs: refuse, mean, median, drop, or a number (default: refuse)" },
        { "text", "string", "text columns that are inputs: refuse, onehot or number (default: refuse)" },
        { "scale", "string|number", "none, max (divide by the largest value), standard (mean 0, variance 1), or a divisor" },
        { "divisor", "number", "the same as scale = number" },
        { "target_scale", "string|number", "of targets, as scale; predictions undo it" },
        { "like", "string", "the dataset field whose columns, classes, filling and scale this one shares" },
        { "from", "string", "the dataset field that this one is a part of, unless its own flag names a file" },
        { "share", "number", "the share of the rows of `from`, drawn by the seed" },
        { "stratify", "boolean", "whether parts have their share of each class (default: true)" },
        { "classes", "integer", "the number of classes (default: found in the data)" },
        { "columns", "integer", "the number of columns that a sample must have (default: any)" },
        { "file", "string", "the file, unless its flag names another one" },
        { "required", "boolean", "whether the program refuses to start without it (default: false)" },
        { "device", "string", "for loopc build --device: a C expression for the data set, which is in flash" },
    } },
    { "mlp", "a multilayer perceptron: its layer sizes, inputs first; or inputs = n and its layers, dense { 64, \"gelu\" } and others", {
        { "inputs", "integer", "the number of inputs of a net of layers" },
        { "from", "string", "a layer of another net that this one reads in the place of inputs: policy.trunk is the layer of policy with "
            .. 'name = "trunk", policy.0 the first with weights' },
        { "activation", "string", "of hidden layers that are sizes (loopc help net lists them)", default = "relu" },
        { "output", "string", "of the last layer: an activation, softmax or log_softmax (default: the one that goes with the loss)" },
        { "loss", "string", "what is minimized (loopc help net lists them)", default = "cross_entropy" },
        { "label_smoothing", "number", "of cross_entropy: the share of all classes in the target" },
        { "class_weights", "table", "of cross_entropy and hinge: the weight of each class in the loss" },
        { "targets", "string", "of cross_entropy: values, where each row has a distribution over the classes (default: labels)" },
        { "delta", "number", "of huber: where the square ends and the line begins (default: 1)" },
        { "quantile", "number", "of quantile: which one, between 0 and 1 (default: 0.5)" },
        { "reduction", "string", "what the sum of the losses of a batch is divided by: rows, elements or none (default: rows)" },
        { "batch", "integer", "the maximum number of rows of a batch", default = 1 },
        { "shards", "integer", "how many partial sums make up the gradient of a batch: a power of two that divides batch" },
        { "replicas", "integer", "how many nets of this description are trained side by side, in the lanes of vectors, each from first "
            .. "weights of its own, with its own rows and rate" },
        { "init", "string", "he, xavier, normal, zero (default: he with relu and its smooth relatives, else xavier)" },
        { "inputs_from", "string|boolean", "the dataset field whose columns are the first layer's width; false: bodies make the inputs" },
        { "inputs_max", "integer", "the maximum width with inputs_from" },
    } },
    { "samples", "one value a sample: samples { f32, 256 } has room for 256 samples; loopc_filter keeps or drops a sample in all "
        .. "fields of this type together", {
        { "set", "string", "the set that these samples belong to (default: the batch); loopc_filter takes one set at a time" },
    } },
    { "optimizer", "an update rule and its moments, for one net", {
        { "net", "string", "the mlp field that it updates" },
        { "momentum", "number", "of sgd and rmsprop" },
        { "nesterov", "boolean", "of sgd: looks ahead along the momentum" },
        { "dampening", "number", "of sgd: what a new gradient lacks in the momentum" },
        { "weight_decay", "number", "decoupled for adamw and lion, an L2 penalty for the others" },
        { "no_decay", "table", "what weight_decay leaves alone: bias, norm" },
        { "beta1", "number", "decay of the first moment" },
        { "beta2", "number", "decay of the second moment" },
        { "epsilon", "number", "added to the root of the second moment" },
        { "alpha", "number", "of rmsprop: decay of the second moment" },
        { "momentum_decay", "number", "of nadam" },
        { "clip_norm", "number", "gradients are shrunk to this norm, all together, in the step" },
        { "clip_value", "number", "every gradient is kept between this and its negative, in the step" },
        { "ema", "number", "keeps an exponential average of the weights, of which so much stays in each step" },
        { "accumulate", "integer", "train adds up the gradients of so many batches for each step" },
    } },
}

-- The layers of a net: the word, how it is written, what it does, its keys.
vocabulary.layers = {
    { "dense", 'dense { width, "activation" }', "W x + b, and an activation (default: identity)", {
        { "bias", "boolean", "whether there is a b (default: true)" },
        { "name", "string", "what from = \"net.name\" of other nets calls it; every layer takes one" },
        { "freeze", "boolean", "whether its weights stay as they are (default: false)" },
        { "lr_scale", "number", "what its learning rate is multiplied by (default: 1)" },
        { "max_norm", "number", "after a step the weights of each output have at most this norm" },
        { "init", "string", "he, xavier, normal, zero" },
    } },
    { "dropout", "dropout { rate }", "in training sets that share of its inputs to 0 and multiplies the others by 1 / (1 - rate)", {} },
    { "layer_norm", "layer_norm {}", "each row less its mean, divided by its deviation, times a gain, plus a bias, both learned", {
        { "epsilon", "number", "added to the variance (default: 1e-5)" },
        { "freeze", "boolean", "whether gain and bias stay as they are (default: false)" },
    } },
    { "batch_norm", "batch_norm {}", "each column likewise over the rows of the batch; forward takes running means of both", {
        { "epsilon", "number", "added to the variance (default: 1e-5)" },
        { "momentum", "number", "what a batch weighs in the running means (default: 0.1)" },
        { "freeze", "boolean", "whether gain and bias stay as they are (default: false)" },
    } },
    { "embedding", "embedding { vocabulary, width }", "before all other layers: a column of whole numbers from 0 to less than vocabulary "
        .. "becomes a row of a learned table, so many values at the end of the row; the other columns stay", {
        { "column", "integer", "which of the inputs, from 1 (default: the first that no embedding has taken)" },
        { "freeze", "boolean", "whether the table stays as it is (default: false)" },
        { "lr_scale", "number", "what its learning rate is multiplied by (default: 1)" },
    } },
    { "residual", "residual { layers... }", "adds its inputs to what its layers make of them; these keep the width", {} },
}

-- Activations of layers, with their formulas; those up to identity are finished where the sums end. s(x) = 1 / (1 + exp(-x)).
vocabulary.activations = {
    { "relu", "max(x, 0)" },
    { "tanh", "tanh(x)" },
    { "sigmoid", "s(x)" },
    { "identity", "x" },
    { "leaky_relu", "x above 0, 0.01 x below" },
    { "elu", "x above 0, exp(x) - 1 below" },
    { "selu", "1.0507 x above 0, 1.0507 * 1.6733 (exp(x) - 1) below" },
    { "gelu", "x P(x), P the normal distribution function" },
    { "gelu_tanh", "x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2" },
    { "silu", "x s(x)" },
    { "mish", "x tanh(log(1 + exp(x)))" },
    { "softplus", "log(1 + exp(x))" },
    { "softsign", "x / (1 + |x|)" },
    { "hard_tanh", "x between -1 and 1, these beyond" },
    { "hard_sigmoid", "x / 6 + 1/2 between 0 and 1, these beyond" },
    { "hard_swish", "x times the hard_sigmoid" },
}

-- Losses: the formula of one row, a the outputs, y the targets; and what outputs it takes with which kind of targets.
vocabulary.losses = {
    { "cross_entropy", "-log p[label] with softmax or log_softmax; with targets = \"values\" the sum of -y log p; with sigmoid as "
        .. "sigmoid_cross_entropy", { softmax = "labels", log_softmax = "labels", sigmoid = "values" } },
    { "squared_error", "half of the sum of (a - y)^2", "values" },
    { "absolute_error", "the sum of |a - y|, or absolute for short", "values" },
    { "huber", "as squared_error up to delta, from there delta (|a - y| - delta / 2)", "values" },
    { "quantile", "the sum of q (y - a) above, (1 - q) (a - y) below the quantile", "values" },
    { "sigmoid_cross_entropy", "the sum of -y log a - (1 - y) log(1 - a), output sigmoid", { sigmoid = "values" } },
    { "gaussian_nll", "(or gaussian) half of the sum of v + (y - m)^2 exp(-v): outputs are the means m, then the log-variances v",
        { identity = "values" } },
    { "poisson", "the sum of exp(a) - y a: outputs are logarithms of rates", { identity = "values" } },
    { "hinge", "the sum of max(0, 1 - a[label] + a[j]) / classes over the other classes j; of one output max(0, 1 -+ a)",
        { identity = "labels" } },
}

-- The output that goes with a loss, unless the spec says another.
vocabulary.output_of_loss = { cross_entropy = "softmax", sigmoid_cross_entropy = "sigmoid" }

-- The update rules of optimizers: a description, and the parameters with their defaults, those of PyTorch; those of lion are its
-- authors'.
vocabulary.rules = {
    { "sgd", "gradient descent: w -= eta g; with momentum w -= eta v, v = momentum v + (1 - dampening) g, at t = 1 v = g; with nesterov "
        .. "w -= eta (g + momentum v)",
        { { "momentum", 0.0 }, { "weight_decay", 0.0 }, { "dampening", 0.0 }, { "nesterov", false } } },
    { "adam", "Adam: m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v), w -= eta m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)",
        { { "beta1", 0.9 }, { "beta2", 0.999 }, { "epsilon", 1e-8 }, { "weight_decay", 0.0 } } },
    { "adamw", "AdamW: Adam, and w -= eta weight_decay w in the place of weight_decay w in g",
        { { "beta1", 0.9 }, { "beta2", 0.999 }, { "epsilon", 1e-8 }, { "weight_decay", 0.01 } } },
    { "nadam", "NAdam: Adam with c in the place of m / (1 - beta1^t), c = (1 - u) g / (1 - p) + n m / (1 - p n), where "
        .. "u = beta1 (1 - 0.96^(t momentum_decay) / 2), n is that of t + 1 and p the product of u up to t", { { "beta1", 0.9 },
        { "beta2", 0.999 }, { "epsilon", 1e-8 }, { "weight_decay", 0.0 }, { "momentum_decay", 0.004 } } },
    { "radam", "RAdam: with r = 2 / (1 - beta2) - 1 and s = r - 2 t beta2^t / (1 - beta2^t): while s <= 5, w -= eta m / (1 - beta1^t), "
        .. "then w -= eta m / (1 - beta1^t) f sqrt(1 - beta2^t) / (sqrt(v) + epsilon), f^2 = (s - 4) (s - 2) r / ((r - 4) (r - 2) s)",
        { { "beta1", 0.9 }, { "beta2", 0.999 }, { "epsilon", 1e-8 }, { "weight_decay", 0.0 } } },
    { "rmsprop", "RMSprop: v += (1 - alpha) (g^2 - v), m = momentum m + g / (sqrt(v) + epsilon), w -= eta m",
        { { "alpha", 0.99 }, { "epsilon", 1e-8 }, { "momentum", 0.0 }, { "weight_decay", 0.0 } } },
    { "adagrad", "Adagrad: v += g^2, w -= eta g / (sqrt(v) + epsilon)", { { "epsilon", 1e-10 }, { "weight_decay", 0.0 } } },
    { "lion", "Lion: w -= eta (sign(m + (1 - beta1) (g - m)) + weight_decay w), m += (1 - beta2) (g - m)",
        { { "beta1", 0.9 }, { "beta2", 0.99 }, { "weight_decay", 0.0 } } },
}

-- The default of a key of a field type.
function vocabulary.default(type, key)
    return vocabulary.find(vocabulary.find(vocabulary.aggregates, type)[3], key).default
end

-- The default of a parameter of an update rule; nil if the rule has no parameter of that name.
function vocabulary.rule_default(rule, name)
    local row = vocabulary.find(vocabulary.rules, rule)
    local entry = row and vocabulary.find(row[3], name)
    return entry and entry[2]
end

vocabulary.field_keys = {
    { "option", "boolean", "a command-line flag sets it" },
    { "settable", "boolean", "may be changed during a run" },
    { "report", "boolean|integer", "reported in progress, metrics and channel: in every iteration, or in every n-th and the last" },
    { "const", "boolean", "no body may assign it" },
    { "min", "number", "the minimum for flags and messages" },
    { "max", "number", "the maximum for flags and messages" },
    { "show", "string", "drawn by loopc observe: image, line, points, histogram, bars, graph or text" },
    { "rows", "integer", "of an image: how many rows it has (default: its first dimension)" },
    { "low", "number", "of an image or points: the coordinate at the left and lower edge" },
    { "high", "number", "of an image or points: the coordinate at the right and upper edge" },
    { "over", "string", "of an image: the field of points that are drawn on it" },
    { "doc", "string", "one line on the field" },
}

-- How a field is shown: the word, the values it takes.
vocabulary.shows = {
    { "image", "numbers, row by row from the top; negative ones blue, positive ones orange" },
    { "line", "numbers, over their index" },
    { "points", "x, y, or x, y and a class each: f32[n][2] or f32[n][3]; nan leaves one out" },
    { "histogram", "numbers: how many of them are how large" },
    { "bars", "numbers, a bar each" },
    { "graph", "f32[n][n]: an edge from i to j for each number that is not 0, thick where it is large; negative ones blue" },
    { "text", "a str" },
}

vocabulary.signals = {
    { "fail", '$fail("format", ...): this step has failed' },
    { "recover", "$recover(): the failure is handled, the run continues" },
    { "cancel", "$cancel() or $cancel(Loop.phase): leave a phase" },
    { "stop", "$stop() or $stop(Loop): end a repetition" },
}

-- The elements of control flow: the word, its form, its meaning.
vocabulary.elements = {
    { "CALL", 'CALL [[ C ]], CALL { name = "step", [[ C ]] }, CALL { "f", arguments..., into = "field" }', "one step; "
        .. 'with block = "g", right inside a REPEAT or BUFFER_REPEAT: g(arguments..., to, n) does n of them at once' },
    { "SEQ", "SEQ { a, b, ... }", "in order" },
    { "REPEAT", 'REPEAT(n, el), REPEAT { n, el, counter = "field" }', "n times" },
    { "LOOP", "LOOP(el)", "until a signal leaves it" },
    { "CHOOSE", 'CHOOSE("C expression", { a, b, default = z })', "the element with that index, from 0" },
    { "WEAVE", "WEAVE(required, { a, b, ... })", "one step of each in turn, until `required` of them have finished; -1: all; "
        .. "WEAVE { required, { a, b }, steps = { 3, 1 } }: three steps of a for each of b" },
    { "BUFFER_REPEAT", 'BUFFER_REPEAT { n, el, value = "field", into = "array field" }', "n times; collects value in into; "
        .. 'value = { "x", "y" }, into = { "xs", "ys" }: several' },
    { "POPEN", 'POPEN { "program", "argument", ... }', "runs another program; other steps continue" },
    { "SPAWN", "SPAWN(el)", "runs el in a child process on a copy of the state; its writes are copied back" },
    { "PRINT", 'PRINT("format", arguments...)', "one step that prints" },
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
    if type(name) ~= "string" then return "it is not a string" end
    if not name:match("^[%a_][%w_]*$") then return "it is not a C identifier" end
    if means_something(name) then return "it has a meaning in C" end
    if name:match("^loopc") or name:match("^LOOPC_") or name:match("^__") then return "names with that beginning belong to the runtime" end
end

return vocabulary
