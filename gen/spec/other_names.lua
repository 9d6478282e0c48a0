-- What PyTorch, Keras, scikit-learn and pandas call things that a spec calls otherwise, for hints.

local other_names = {}

local learning_rate = "the learning rate is an argument of net_train: a field, eta = f32 { 0.01, option = true }, whose flag is --eta"
local rows_of_a_batch = "the rows of a batch are a number of the body: net_train_from(net, opt, data, key, first, rows, eta); "
    .. "batch = n of the net is the most there are"
local drawn_part = 'valid = dataset { from = "train", share = 0.2 } is a part, drawn by the seed, stratified by class'
local order = "loopc_shuffle_key(seed, epoch) gives the key of an order, which net_train_from and loopc_dataset_take go by"
local layers = "layers are listed: mlp { 8, dense { 16 }, dropout { 0.2 }, dense { 3 } }, or sizes alone: mlp { 8, 16, 3 }"

-- Values and keys, in lower case without _ and -, by where they stand.
local names = {
    loss = {
        mse = '"squared_error", half of the sum over the outputs', l2 = '"squared_error"', mean_squared_error = '"squared_error"',
        mae = '"absolute_error"', l1 = '"absolute_error"', mean_absolute_error = '"absolute_error"', smooth_l1 = '"huber"',
        ce = '"cross_entropy"', nll = '"cross_entropy", of labels', categorical_crossentropy = '"cross_entropy", targets = "values"',
        sparse_categorical_crossentropy = '"cross_entropy", of labels', crossentropy = '"cross_entropy"', log = '"cross_entropy"',
        bce = '"sigmoid_cross_entropy"', bcewithlogits = '"sigmoid_cross_entropy"', binary_crossentropy = '"sigmoid_cross_entropy"',
        binary_cross_entropy = '"sigmoid_cross_entropy"', pinball = '"quantile"', poisson_nll = '"poisson"', multi_margin = '"hinge"',
    },
    activation = {
        swish = '"silu"', linear = '"identity"', none = '"identity"', logistic = '"sigmoid"', leakyrelu = '"leaky_relu"',
        lrelu = '"leaky_relu"', hardtanh = '"hard_tanh"', gelu_new = '"gelu_tanh"',
    },
    rule = { momentum = '"sgd", momentum = 0.9', gd = '"sgd"', nesterov = '"sgd", momentum = 0.9, nesterov = true', adamax = '"adam"',
        rms = '"rmsprop"' },
    scale = {
        minmax = '"standard", or "max", which divides by the largest magnitude', zscore = '"standard"', standardize = '"standard"',
        standardscaler = '"standard"', normalize = '"standard"', ["true"] = '"standard"', maxabs = '"max"',
    },
    missing = {
        zero = "0, the number", ignore = '"drop"', omit = '"drop"', dropna = '"drop"', skip = '"drop"', average = '"mean"', impute = '"mean"',
        most_frequent = '"median"; of texts it is the most frequent',
    },
    text = { one_hot = '"onehot"', dummies = '"onehot"', ordinal = '"number"', label = '"number"', category = '"onehot"', codes = '"number"' },
    mlp = {
        hidden = layers, layers = layers, units = layers, sizes = layers, hidden_layer_sizes = layers, dropout = layers,
        batch_norm = "it is a layer: mlp { 8, dense { 16 }, batch_norm {}, dense { 3 } }",
        bias = "it is a key of a layer: dense { 16, bias = false }",
        batch_size = "batch = 32 is the most rows of a call", lr = learning_rate, learning_rate = learning_rate,
        optimizer = 'it is a field of its own: adam = optimizer { "adam", net = "net" }', criterion = 'loss = "cross_entropy" and others',
        weight_decay = "it is a key of the optimizer", kernel_initializer = 'init = "he", "xavier", "normal" or "zero"',
        device = "loopc trains on processors: --threads says on how many cores",
    },
    optimizer = {
        lr = learning_rate, learning_rate = learning_rate, eta = learning_rate, betas = "beta1 = 0.9, beta2 = 0.999", eps = "epsilon",
        rho = "alpha", decay = "weight_decay", l2 = "weight_decay", grad_clip = "clip_norm", gradient_clip = "clip_norm",
        max_grad_norm = "clip_norm", max_norm = "clip_norm", clipnorm = "clip_norm", clipvalue = "clip_value", amsgrad = "no such variant",
        gradient_accumulation = "accumulate", params = 'net = "net" names the net', parameters = 'net = "net" names the net',
    },
    dataset = {
        batch_size = rows_of_a_batch, batch = rows_of_a_batch, shuffle = order,
        target = 'targets, a list: targets = { "price" }', y = "label, or targets",
        classes_column = "label", labels = "label", features = "inputs", columns_used = "inputs", usecols = "inputs", x = "inputs",
        drop = "ignore", exclude = "ignore", normalize = 'scale = "standard"', standardize = 'scale = "standard"', sep = "separator",
        delimiter = "separator", skiprows = "skip_lines", names = "header = false, and columns are c1, c2, ...", na_values = "missing",
        fillna = "missing", dropna = 'missing = "drop"', test_size = drawn_part, validation_split = drawn_part, split = drawn_part,
        index_col = "id, or ignore", sample_weight = "weight", weights = "weight", onehot = 'text = "onehot"', path = "file, or the flag",
        dtype = "all numbers are read in double precision", encoding = "files are UTF-8 or Latin-1; iconv converts others",
    },
    global = {
        linear = "dense { width }", fc = "dense { width }", fully_connected = "dense { width }", layernorm = "layer_norm {}",
        batchnorm1d = "batch_norm {}", batchnorm = "batch_norm {}", sequential = "mlp { inputs, layers... }", mlpclassifier = "mlp { 8, 16, 3 }",
        adam = 'optimizer { "adam", net = "net" }', sgd = 'optimizer { "sgd", net = "net" }', adamw = 'optimizer { "adamw", net = "net" }',
        conv2d = "mlp alone: there are no convolutions", dataloader = "dataset", model = "trainer",
    },
    loop = {
        epochs = "times = n", ["repeat"] = "times = n", count = "times = n", iterations = "times = n", n = "times = n",
        ["while"] = 'done = "C expression", the opposite: the loop ends when it is true', ["until"] = 'done = "C expression"',
        condition = 'done = "C expression"', parent = "call_on = { Loop.node }", inside = "call_on = { Loop.node }",
        callbacks = 'a callback is listed in the trainer: callback "name" { after_batch = [[ ]] }', fields = "state",
    },
}

local function plain(word) return (word:lower():gsub("[_%s%-]", "")) end

names.target_scale = names.scale

local by_plain = {}
for kind, list in next, names do
    by_plain[kind] = {}
    for name, here in next, list do by_plain[kind][plain(name)] = here end
end

-- What a word of that kind is called in a spec, as the text of a hint; or nil.
function other_names.of(kind, word)
    local list = by_plain[kind]
    local text = list and type(word) ~= "table" and plain(tostring(word))
    local here = text and (list[text] or kind == "loss" and list[text:gsub("loss$", "")])
    return here and ("what other libraries call '%s' is here: %s"):format(tostring(word), here) or nil
end

-- The same where a hint lists what there is: both.
function other_names.hint(kind, word, listed)
    local here = other_names.of(kind, word)
    return here and here .. "; " .. listed or listed
end

return other_names
