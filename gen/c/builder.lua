-- Adds statements (statements.lua) to the block of a function, self.block.

local Builder = {}

function Builder:add(statement)
    local block = self.block
    block[#block + 1] = statement
    return statement
end

function Builder:comment(...) return self:add { op = "comment", lines = { ... } } end

function Builder:paragraph() self:add { op = "paragraph" } end

function Builder:run(code, at) return self:add { op = "do", code = code, at = at } end

function Builder:set(to, code, at) return self:add { op = "set", to = to, code = code, at = at } end

function Builder:declare(type, name, value, dims, at)
    return self:add { op = "declare", type = type, name = name, value = value, dims = dims, at = at }
end

function Builder:exit(code, leave) return self:add { op = "exit", code = code, leave = leave } end

function Builder:put_label(label, remark) return self:add { op = "label", label = label, remark = remark } end

-- A test of st that is about its value: a signal that has reached its target is over.
function Builder:consume(test)
    return self:add { op = "if", test = test, block = { { op = "set", to = "st", code = "LOOPC_OK" } }, consumes = true }
end

-- A block of its own, filled by `fill`.
function Builder:within(fill)
    local outer, inner = self.block, {}
    self.block = inner
    fill()
    self.block = outer
    return inner
end

-- Gives the methods to a class.
function Builder.mix_into(class)
    for name, method in next, Builder do class[name] = method end
end

return Builder
