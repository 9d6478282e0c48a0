local Outer = loop "Outer" {
  before_step  = node(1, [[ puts("before_step"); ]]),
  on_step      = node(2, [[ puts("on_step"); ]]),
  after_step   = node(3, [[ puts("after_step"); ]]),
  failed_step  = node(4, [[ puts("failed_step"); ]]),
  finally_step = node(5, [[ puts("finally_step"); ]]),
  before_jump  = node(6, [[ puts("before_jump"); ]]),
  on_jump      = node(7, [[ puts("on_jump"); ]]),
  after_jump   = node(8, [[ puts("after_jump"); ]]),
  failed_jump  = node(9, [[ puts("failed_jump"); ]]),
  finally_jump = node(10, [[ puts("finally_jump"); ]]),
}

local Inner = loop "Inner" {
  call_on = { Outer.on_step, Outer.after_step, Outer.finally_jump },
  before_iteration = node(1, [[ puts("before_iteration"); ]]),
  on_iteration = node(2, [[ puts("on_iteration"); ]]),
  after_iteration = node(3, [[ puts("after_iteration"); ]]),
  failed_iteration = node(4, [[ puts("failed_iteration"); ]]),
  finally_iteration = node(5, [[ puts("finally_iteration"); ]]),
}
local FailingInner = loop "FailingInner" {
  call_on = { Inner.finally_iteration },
  on_force_fail = node(1, [[ puts("on_force_fail"); $fail("forced"); ]]),
}

return trainer "nested" { Outer, Inner, FailingInner }
