# A small spec with a module beside it; sourced by tests of commands. cp_spec [FOLDER] puts both there.

cat >"$TMP/nested.lua" <<'SPEC'
local helper = require "helper"
local Outer = loop "Outer" {
    before_step = node(1, [[ puts("before_step"); ]]),
    on_step = node(2, [[ puts("on_step"); ]]),
    finally_step = node(3, [[ puts("finally_step"); ]]),
}
local Inner = loop "Inner" {
    call_on = { Outer.on_step },
    on_iteration = node(1, helper.body),
}
return trainer "nested" { Outer, Inner }
SPEC
echo 'return { body = [[ puts("on_iteration"); ]] }' >"$TMP/helper.lua"
cp_spec() { cp "$TMP/nested.lua" "$TMP/helper.lua" "${1:-.}"; }
