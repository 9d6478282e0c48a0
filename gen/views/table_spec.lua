-- The spec that loopc init writes for a table: the holes of templates/init/table.lua.in, from the output of loopc-read.
--
-- In:  plan { name, file, rows, table (columns { name, role, kind, values?, missing? }), counts, dropped }
-- Out: { HOLE = text }, or nil, a sentence and a hint when no net can learn it.

local table_spec = {}

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- A column as `dataset` names it: by its name in the header, else by its number.
local function reference(plan, i) return plan.table.header and quoted(plan.table.columns[i].name) or tostring(i) end

local function list(plan, numbers)
    local out = {}
    for k, i in ipairs(numbers) do out[k] = reference(plan, i) end
    return "{ " .. table.concat(out, ", ") .. " }"
end

local function columns_with(plan, role, test)
    local out = {}
    for i, column in ipairs(plan.table.columns) do
        if column.role == role and (not test or test(column)) then out[#out + 1] = i end
    end
    return out
end

local function is_text(column) return column.kind == "text" end
local function is_missing(column) return (column.missing or 0) > 0 end

-- A text column with almost as many values as rows says which row it is, and nothing that holds for another one.
local function names_rows(plan, column)
    local count = #(column.values or {})
    return is_text(column) and (count > 40 or count * 2 > plan.rows)
end

-- Whether a text is a number with something around it: a currency, a per cent sign, separators of thousands.
local function is_dressed_number(text)
    local bare = text:gsub("[\128-\255$%%' ]", "")
    return bare:find("%d") and (tonumber(bare) or bare:find("^[-+]?[%d.,]+$")) and true or false
end

-- A text column that would be left out, though nearly all of its values are meant as numbers: the first text that is none, or nil.
local function spoiled_by(column)
    local values, dressed, text = column.values or {}, 0, nil
    for _, value in ipairs(values) do
        if is_dressed_number(value) then dressed = dressed + 1 end
        if not tonumber(value) then text = text or value end
    end
    return dressed * 10 >= #values * 9 and text or nil
end

-- The role of each column: numbers of columns, and the number of inputs.
function table_spec.roles(plan)
    local roles = { ignored = {}, inputs = 0, onehot = false, missing = {} }
    for i, column in ipairs(plan.table.columns) do
        if column.role == "input" and names_rows(plan, column) then
            if not roles.id and #column.values == plan.rows then roles.id = i else table.insert(roles.ignored, i) end
        elseif column.role == "input" then
            roles.inputs = roles.inputs + (is_text(column) and #column.values or 1)
            roles.onehot = roles.onehot or is_text(column)
            if is_missing(column) then table.insert(roles.missing, i) end
        elseif column.role == "ignored" then table.insert(roles.ignored, i) end
    end
    roles.label = columns_with(plan, "label")[1]
    roles.targets = columns_with(plan, "target")
    return roles
end

-- Whether the inputs measure things of one kind, as pixels or lengths in one unit do: their ranges are alike, and not far from 0.
-- Then how much one of them varies says something, and all are divided by one number; else each is scaled by itself.
local function are_of_one_kind(plan, roles)
    local ranges, magnitude = {}, 0
    for _, column in ipairs(plan.table.columns) do
        if column.role == "input" and column.kind == "number" and column.max and column.max > column.min then
            ranges[#ranges + 1] = column.max - column.min
            magnitude = math.max(magnitude, math.abs(column.min), math.abs(column.max))
        end
    end
    table.sort(ranges)
    local middle = ranges[(#ranges + 1) // 2]
    return #ranges > 1 and not roles.onehot and ranges[#ranges] <= 4 * middle and magnitude <= 10 * middle
end

-- The keys of the training set, a line each.
local function data_lines(plan, roles)
    local lines = {}
    local function add(format, ...) lines[#lines + 1] = ("            " .. format .. ",\n"):format(...) end
    if #roles.targets > 0 then add("targets = %s", list(plan, roles.targets))
    elseif roles.label then add("label = %s", reference(plan, roles.label)) end
    if roles.id then add("id = %s", reference(plan, roles.id)) end
    if #roles.ignored > 0 then add("ignore = %s", list(plan, roles.ignored)) end
    if roles.onehot then add('text = "onehot"') end
    if plan.dropped then add('missing = "drop"') elseif #roles.missing > 0 then add('missing = "median"') end
    add('scale = "%s"', are_of_one_kind(plan, roles) and "max" or "standard")
    if #roles.targets > 0 then add('target_scale = "standard"') end
    return table.concat(lines)
end

-- A sentence on each column that is no input although nobody said so.
function table_spec.left_out(plan, roles)
    local out = {}
    for i, column in ipairs(plan.table.columns) do
        local count = #(column.values or {})
        if i == roles.id then out[#out + 1] = ("%s tells rows apart: predictions repeat it."):format(reference(plan, i))
        elseif column.role == "input" and names_rows(plan, column) then
            out[#out + 1] = ("%s is left out: it has %d different texts in %d rows."):format(reference(plan, i), count, plan.rows)
        end
    end
    return out
end

local function facts(plan, roles)
    local lines = { ("-- %d rows, %d inputs, text columns encoded, ignored columns left out."):format(plan.rows, roles.inputs) }
    local function say(format, ...) lines[#lines + 1] = "-- " .. format:format(...) end
    for _, text in ipairs(table_spec.left_out(plan, roles)) do say("%s", text) end
    if roles.label and #roles.targets == 0 then
        local parts = {}
        for i, count in ipairs(plan.counts) do
            if i <= 10 then parts[i] = ("%s %d"):format((plan.table.columns[roles.label].values or {})[i] or i - 1, count) end
        end
        say("Classes: %s%s.", table.concat(parts, ", "), #plan.counts > 10 and ", ..." or "")
    end
    for _, i in ipairs(plan.dropped and {} or roles.missing) do
        local column = plan.table.columns[i]
        say("%s is missing in %d rows and filled with its median of the training part.", reference(plan, i), column.missing)
    end
    if plan.dropped then say("Rows in which something is missing are left out.") end
    return (table.concat(lines, "\n"):gsub("[\r%c]", function(c) return c == "\n" and c or "?" end))
end

-- The C that sums up errors in the units of the file.
local add_errors = [=[
-- Outputs and answers are brought back to the units of the file before they are compared.
local add_errors = [[
static void add_errors(const struct loopc_dataset *data, const float *outputs, const float *answers, int32_t rows, double *errors)
{
    float y[BATCH * OUTPUTS], wanted[BATCH * OUTPUTS];
    memcpy(y, outputs, (size_t)rows * OUTPUTS * sizeof *y);
    memcpy(wanted, answers, (size_t)rows * OUTPUTS * sizeof *wanted);
    loopc_table_restore_targets(loopc_dataset_table(data), y, rows);
    loopc_table_restore_targets(loopc_dataset_table(data), wanted, rows);
    for (int32_t i = 0; i < rows * OUTPUTS; i++) {
        const double error = (double)y[i] - (double)wanted[i];
        errors[i % OUTPUTS] += error * error;
    }
}
]]

]=]

local of_classes = {
    TYPE = "i32", ANSWERS = "BATCH", TAKE = "loopc_dataset_take", NET = "", CODE = "", MORE = "",
    STATE = '            right = i64 { doc = "right answers so far" },\n',
    BEGIN = "            $right = 0;\n",
    COUNT = "            $right += net_correct($net, $answers, $rows);\n",
    RESULT = [=[
    ["Fit.after_run"] = { order = 30, [[
        if ($test->rows > 0)
            printf("test accuracy %.4f, %d of %d rows\n", (double)$Test.right / (double)$test->rows, (int)$Test.right, (int)$test->rows);
        else if ($valid->rows > 0)
            printf("validation accuracy %.4f\n", (double)$right / (double)$valid->rows);
    ]] },
    state = { right = i64 { doc = "right answers of the best epoch so far" } },
    ["Fit.valid"] = { order = 15, [[ if ($valid->rows == 0 || $Valid.loss < $patience.best) $right = $Valid.right; ]] },
]=],
}

local of_values = {
    TYPE = "f32", ANSWERS = "BATCH * OUTPUTS", TAKE = "loopc_dataset_take_targets", NET = ', loss = "squared_error"',
    CODE = add_errors, MORE = " .. add_errors",
    STATE = '            errors = f64[OUTPUTS] { doc = "sums of squared errors so far, in the units of the file" },\n',
    BEGIN = "            memset($errors, 0, OUTPUTS * sizeof *$errors);\n",
    COUNT = "            add_errors($train, net_forward($net, $x, $rows), $answers, $rows, $errors);\n",
    RESULT = [=[
    ["Fit.after_run"] = { order = 30, [[
        for (int k = 0; k < OUTPUTS && $test->rows > 0; k++)
            printf("test RMSE of %s %.6g\n", loopc_table_target(loopc_dataset_table($train), k), sqrt($Test.errors[k] / (double)$test->rows));
        for (int k = 0; k < OUTPUTS && $test->rows == 0 && $valid->rows > 0; k++)
            printf("validation RMSE of %s %.6g\n", loopc_table_target(loopc_dataset_table($train), k), sqrt($errors[k] / (double)$valid->rows));
    ]] },
    state = { errors = f64[OUTPUTS] { doc = "those of validation in the best epoch so far" } },
    ["Fit.valid"] = { order = 15, [[
        if ($valid->rows == 0 || $Valid.loss < $patience.best) memcpy($errors, $Valid.errors, OUTPUTS * sizeof *$errors);
    ]] },
]=],
}

local function what_of(plan, roles)
    local names = {}
    for _, i in ipairs(#roles.targets > 0 and roles.targets or { roles.label }) do names[#names + 1] = plan.table.columns[i].name end
    return (table.concat(names, ", "):gsub("%c", "?"))
end

-- Few rows leave most directions of the inputs open. There a net answers with what it began with, so its first weights are small
-- (xavier), and decay takes away what no row asks for. Inputs of one kind are small numbers, whose classes need large weights.
local function rules(plan, alike, values)
    local free = alike and not values
    local decay = plan.rows < 200 and "3" or plan.rows < 1000 and "1" or "0.01"
    return free and "" or ', init = "xavier"', free and "0.01" or decay, free and plan.rows < 1000 and 64 or 128
end

-- How long, how fast: small tables are learnt in many short epochs, and need more of their rows to be judged by.
local function sizes(plan, roles, outputs)
    local small, alike, values = plan.rows < 1000, are_of_one_kind(plan, roles), #roles.targets > 0
    local init, decay, hidden = rules(plan, alike, values)
    return { BATCH = plan.rows < 100 and 8 or plan.rows < 2000 and 16 or 64, INPUTS = roles.inputs, OUTPUTS = outputs,
        HIDDEN = hidden, EPOCHS = small and 200 or 60, PATIENCE = small and 60 or 20,
        SHARE = plan.rows < 100 and "0.2" or small and "0.15" or "0.1",
        ETA = alike and "0.003" or "0.002", DECAY = decay, INIT = init }
end

-- A sentence and a hint on the first column that would be left out for a few cells, or for how its numbers are written; or nil.
local function refuse_spoiled(plan)
    for i, column in ipairs(plan.table.columns) do
        local text = column.role == "input" and names_rows(plan, column) and spoiled_by(column)
        if text then
            return ("most cells of column %s are meant as numbers, and '%s' is none"):format(reference(plan, i), text),
                ("numbers are written as 1234.5, a missing one as NA; --ignore %s leaves the column out"):format(reference(plan, i))
        end
    end
end

function table_spec.holes(plan)
    local roles = table_spec.roles(plan)
    local spoiled, way_out = refuse_spoiled(plan)
    if spoiled then return nil, spoiled, way_out end
    local values = #roles.targets > 0
    local outputs = values and #roles.targets or #plan.counts
    if not values and not roles.label then return nil, "no column is to be learnt", "--label COLUMN, or --target COLUMN,..." end
    if roles.inputs == 0 then return nil, "no column is left to learn from", "columns of text with a value for each row are left out" end
    if not values and outputs < 2 then return nil, "all rows have the same class", "--label names another column" end
    local holes = sizes(plan, roles, outputs)
    for key, text in next, values and of_values or of_classes do holes[key] = text end
    holes.NAME, holes.FILE, holes.WHAT = plan.name, plan.file, what_of(plan, roles)
    holes.DOC = ("learns %s of %s"):format(holes.WHAT, plan.file:match("[^/]*$")):gsub('[\\"]', "'")
    holes.FACTS, holes.DATA = facts(plan, roles), data_lines(plan, roles)
    holes.NOTES = table_spec.left_out(plan, roles)
    return holes
end

-- The spec: the template with its holes filled.
function table_spec.text(template, holes)
    return (template:gsub("@(%u+)@", function(hole) return tostring(assert(holes[hole], hole)) end))
end

return table_spec
