-- Random numbers that are the same on every machine: xorshift64*, one stream a seed.

local Dice = {}
Dice.__index = Dice

local function new(seed)
    local dice = setmetatable({ state = (seed * 0x9E3779B97F4A7C15) | 1 }, Dice)
    for _ = 1, 8 do dice:next() end
    return dice
end

function Dice:next()
    local x = self.state
    x = x ~ (x >> 12)
    x = x ~ (x << 25)
    x = x ~ (x >> 27)
    self.state = x
    return (x * 0x2545F4914F6CDD1D) >> 33
end

-- A whole number from low to high, both included.
function Dice:int(low, high) return low + self:next() % (high - low + 1) end

function Dice:chance(probability) return self:next() < probability * 0x80000000 end

function Dice:pick(list) return list[self:int(1, #list)] end

function Dice:shuffle(list, first)
    for i = #list, (first or 1) + 1, -1 do
        local j = self:int(first or 1, i)
        list[i], list[j] = list[j], list[i]
    end
end

return new
