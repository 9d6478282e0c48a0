-- Names that must differ from each other: of two equal requests the second one gets a number.

local Names = {}
Names.__index = Names

-- No names yet; taken[name] says whether a name is taken, and may be set. It is a table of its own: a name may be that of a
-- method.
function Names.new() return setmetatable({ taken = {} }, Names) end

-- Takes `wanted`, else wanted_2, wanted_3 ...; returns the name that was free. Behind a name that was taken here is its last number.
function Names:take(wanted)
    local name, last = wanted, self.taken[wanted]
    local number = math.type(last) and last or 1
    while self.taken[name] do
        number = number + 1
        name = wanted .. "_" .. number
    end
    self.taken[name] = 1
    self.taken[wanted] = number
    return name
end

return Names
