-- Blocks: in a repetition of nothing but a call (check/calls.lua) one call does many. A coroutine makes single calls: each is a step.
--
-- Statements of the functions that element.lua makes.

local element_blocks = {}

local Blocks = {}

local block_most = 64

local letters = { "i", "j", "k", "m", "n", "p", "q" }

-- The name of the counter of a repetition at that depth.
function Blocks:letter(depth) return letters[depth] or "i_" .. depth end

local function place_of(text) return text and text.body.at end

-- The call of a block: what it fills, and how many.
function Blocks:call_block(tree, to, count)
    local names = { loopc_to = to, loopc_count = count }
    self:run(self:inline(tree.block):gsub("loopc_%l+", names), place_of(tree.block))
    if to then self:set(self:first_field(tree.el.leaf), ("%s[%s]"):format(to, tonumber(count) and count - 1 or count .. " - 1")) end
end

-- All in one call: `to` has room for them, or nothing is filled. after(count): what is done then.
function Blocks:one_block(tree, to, count, after)
    if tree.n.constant and tree.n.constant <= 0 then return end
    self:poll_events(tree.el)
    local inside = self:within(function()
        self:call_block(tree, to, count)
        if after then after(count) end
    end)
    if tree.n.text then self:add { op = "if", test = count .. " > 0", block = inside }
    else table.move(inside, 1, #inside, #self.block + 1, self.block) end
end

-- Blocks of as many as a local array holds.
function Blocks:several_blocks(tree, to, bound, after)
    local letter, wish = self:letter(self.depth + 1), self:number "count"
    local i, count = self:free(letter), self:free(wish)
    local start = ("int64_t %s = 0, %s"):format(i, count)
    if self.kept then
        i, count = self:keep(letter), self:keep(wish)
        start = i .. " = 0"
    end
    self:add { op = "for", start = start, test = ("%s < %s"):format(i, bound),
        step = ("%s += %s"):format(i, count), block = self:within(function()
            self:poll_events(tree.el)
            self:set(count, ("%s - %s < %d ? %s - %s : %d"):format(bound, i, block_most, bound, i, block_most))
            self:call_block(tree, to, count)
            if after then after(("%s + %s"):format(i, count)) end
        end) }
end

-- The number of values of a REPEAT in blocks, evaluated before.
function Blocks:block_bound(tree)
    local wish, value, place = self:number "times", self:whole(tree.n.text), place_of(tree.n.text)
    local bound = self.kept and self:keep(wish) or self:free(wish)
    if self.kept then self:set(bound, value, place) else self:declare("const int64_t", bound, value, nil, place) end
    return bound
end

-- A REPEAT in blocks: the last value is kept. before(bound) and after(count): for its counter.
function Blocks:repeat_blocks(tree, before, after)
    local into, constant = tree.block.into, tree.n.constant
    local live = #self.live
    local bound = constant and tostring(constant) or self:block_bound(tree)
    if before then before(bound) end
    if not into then
        self:one_block(tree, nil, bound, after)
        return self:keep_only(live)
    end
    local values, few = self:free(self:number "block"), constant and constant <= block_most
    if not few or constant > 0 then self:declare(into.scalar[2], values, nil, ("[%d]"):format(few and constant or block_most)) end
    if few then self:one_block(tree, values, bound, after) else self:several_blocks(tree, values, bound, after) end
    self:keep_only(live)
end

-- A BUFFER_REPEAT: all of the array.
function Blocks:fill_buffer(tree, before)
    local live = #self.live
    local into, bound = self:first_field(tree.buffers[1].into), self:bound_before(tree, "n")
    if before then before(bound) end
    self:one_block(tree, into, bound)
    self:keep_only(live)
end

function element_blocks.mix_into(class)
    for name, method in next, Blocks do class[name] = method end
end

return element_blocks
