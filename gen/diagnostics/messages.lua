-- Every diagnostic of loopc, one row each: id = { severity, text, hint }.
--
-- %1, %2 ... in a text and in its hint are replaced by the arguments of Diag:add; an empty hint is left out.
-- A test fails when a row has no folder of its id in tests/bad/.

local error_row = function(text, hint) return { severity = "error", text = text, hint = hint } end
local warning_row = function(text, hint) return { severity = "warning", text = text, hint = hint } end

return {
    -- the file as a whole
    no_file = error_row("cannot read the spec: %1", "name a Lua file that returns a trainer"),
    syntax = error_row("%1", "%2"),
    lua_error = error_row("%1%2", "%3"),
    unknown_global = warning_row("unknown name '%1'%2", "%3"),
    limit_memory = error_row("the spec uses more than %1 MiB of memory",
        "a table or a string grows without bound; --max-memory raises the limit"),
    limit_instructions = error_row("the spec runs for more than %1 instructions",
        "a loop in the spec does not end; a spec describes a program, it does not run it"),
    limit_time = error_row("the spec runs for more than %1 s of processor time",
        "a call of a library function does not end, or the calls do not"),
    limit_depth = error_row("the spec calls itself too deeply", "a function in the spec calls itself and never returns"),
    no_trainer = error_row("the spec returns %1 instead of a trainer", 'end it with: return trainer "name" { Root, ... }'),
    require_missing = error_row("module '%1' is neither beside the spec nor in loopc's library",
        "require takes modules beside the spec (a.b is a/b.lua) and loopc.* modules"),
    require_cycle = error_row("modules require each other in a cycle: %1", "move their common part into a third module"),
    require_name = error_row("'%1' is not a module name", "require takes modules beside the spec (a.b is a/b.lua) and loopc.* modules"),

    -- names
    bad_name = error_row("'%1' is not a valid name for a %2: %3", "names are C identifiers: letters, digits and _, not beginning with a digit"),
    name_taken = error_row("the name '%1' is taken by the %2 at %3", "rename one of them"),
    duplicate_loop = error_row("two loops have the name '%1': the other one is at %2",
        "the loops of a trainer have different names"),
    no_root = error_row("trainer '%1' has no root loop: its first entry is %2", 'the root loop comes first: trainer "name" { Root, ... }'),
    listed_twice = error_row("%1 is listed twice in the trainer", "list it once; call_on names the nodes after which a loop is inlined"),
    unknown_key = error_row("unknown key '%1' in %2%3", "%4"),
    wrong_type = error_row("'%1' of %2 takes %3, not %4", "%5"),

    -- nodes
    no_order = error_row("node '%1' has no order", "%2"),
    bad_order = error_row("the order of '%1' is %2, not a whole number%3", "orders are whole numbers, 1, 2, 3, ...; the lower one comes first"),
    same_order = error_row("'%2' has the same order %3 as '%1' at %4",
        "nodes run in ascending order: give each its own number"),
    no_prefix = error_row("'%1' is not a valid name of a node%2", "a name of a node is before_, on_, after_, failed_ or finally_, then the phase"),
    unknown_prefix = error_row("node '%1' has the unknown prefix '%2'%3",
        "a name of a node is before_, on_, after_, failed_ or finally_, then the phase"),
    interleaved = error_row("'%1' (order %2) of phase '%3' is between the nodes of phase '%4'",
        "the phases of a loop come one after the other"),
    wrong_sequence = error_row("'%1' (order %2) comes before '%3' (order %4)",
        "within a phase the order is before, on, after, failed, finally"),
    on_run = error_row("there is no node 'on_run': the phase 'run' wraps the whole loop",
        "use before_run or after_run; the phases of the loop run between them"),
    skip_phase = error_row("there is no node '%1': the only node of skip is on_skip", "on_skip runs when the loop is skipped"),
    skip_without_condition = warning_row("'on_skip' of loop '%1' never runs: the loop has no skip",
        'say when to skip: skip = "C expression"'),

    -- loops and insertions
    bad_times = error_row("times of loop '%1' is %2", "times is a whole number from 0, or a C expression in a string"),
    no_match = error_row("no node matches '%1'%2", "%3"),
    several_match = error_row("'%1' is ambiguous: %2", 'pick one as ["Loop.node"], or take all of them as ["*.node"]'),
    foreign_node = error_row("'%1' is a node of loop '%2', which is not in the trainer", "list the loop in the trainer"),
    loose_node = error_row("this node belongs to no loop", "nodes are entries of a loop: on_step = node(1, [[ ... ]])"),
    named_twice = warning_row("'%1' is named twice in %3 of %2; it counts once"),
    cycle = error_row("the insertions of loops form a cycle: %1", "a loop cannot be inserted into itself"),
    too_many_steps = error_row("flattened, the trainer has %1 steps; the limit is %2", "%3; --max-steps raises the limit"),
    bad_connect = error_row("%1 cannot be connected to %2: %3", "%4"),
    bad_replace = error_row("loop '%1' cannot be replaced: %2", "%3"),
    too_deep = error_row("loops are nested more than %1 deep, down to this one", "does code that makes loops recurse too often?"),
    unreached = error_row("loop '%1' is never reached", "%2"),
    unused_node = warning_row("this node is not used: no loop has it", "when a key is written twice in a table, the last one counts"),
    unlisted = warning_row("%1 '%2' is not in the trainer: it does nothing",
        'a trainer consists of what it lists: return trainer "%3" { Root, ... }'),
    unused_callback = warning_row("callback '%1' has no body"),

    -- signals
    bad_signal = error_row("%1", "write %2"),
    signal_place = error_row("%1 is not allowed in %2: %3", "%4"),
    signal_target = error_row("%1 has no target here: %2", "%3"),

    -- elements
    bad_element = error_row("%1 %2", "%3"),
    bad_call = error_row("%1: %2", "%3"),

    -- data sets and nets
    bad_feed = error_row("%1", "%2"),
    scaled_apart = error_row("data set '%1' is scaled by itself, and net '%3' reads it beside '%2'",
        'like = "%2" gives it the scale, the columns and the classes of %2'),
    read_apart = warning_row("data set '%1' is read by itself, and net '%3' reads it beside '%2'",
        'like = "%2": columns are found by name, and both have the same classes'),
    rows_left_out = warning_row("loop '%1' runs %2 times: the last rows % %3 of '%4' are never seen",
        'times = "%5", and as many rows as loopc_dataset_take returns'),

    -- fields
    unknown_field = error_row("unknown field '%1' in %2%3", "%4"),
    no_dollar = error_row("'%1' in %2 is the name of a field, and C has no variable of that name", "a field is written with a dollar: $%1"),
    ambiguous_field = error_row("'$%1' in %2 is '%3' at one site and '%4' at another", "name it in full: $%3 or $%4"),
    const_assigned = error_row("'%1' is const, but %2 assigns it", "drop the assignment or the const"),
    from_without_times = error_row("loop '%1' has from, and no times", "times = N, from = \"C expression\": N of them, less those that are done"),
    result_assigned = error_row("'%1' is a result of its loop, but %2 assigns it", "the loop itself sets it, at its end"),
    no_result = error_row("%1 reads the result of loop '%2', and no place of '%2' is before it",
        "a result is read behind the place of the loop, in a loop around it"),
    bad_default = error_row("the default of field '%1' is %2: %3", "%4"),
    bad_field = error_row("field '%1': %2", "%3"),
    bad_layer = error_row("%1: %2", "%3"),
    flag_taken = error_row("option '--%1' of field '%2' is taken: %3", "rename one of them"),
    file_scope_field = error_row("'$%1' in the trainer's code: no field is in scope there",
        "pass it to a function as an argument; only bodies and expressions may use fields"),

    -- devices
    not_on_device = error_row("%1 on a device: %2", "%3"),

    -- the layout of the emitted C
    no_format_program = error_row("no clang-format is installed that lays out C as clang-format 14 does: loopc prints it laid out",
        "apt-get install clang-format-14, or --no-format"),
    format_failed = error_row("%1 failed: %2", "--no-format leaves it out"),

    -- C text
    unclosed = error_row("%1 in C text is not closed"),
    unbalanced = warning_row("'%1' in C text has no matching bracket", "the text is copied as it is: its brackets must balance"),
    lone_dollar = error_row("'$' without a name", "$name is a field; $fail(...), $recover(), $cancel() and $stop() are signals"),
}
