-- Names that must differ from each other: of two equal requests the second one gets a number.

local Names = {}
Names.__index = Names

-- No names yet; taken[name] says whether a name is taken, and may be set. It is a table of its own: a name may be that of a
-- method.
function Names.new() return setmetatable({ taken = {} }, Names) end

-- Takes `wanted`, else wanted_2, wanted_3 ...; returns the name that was free.
function Names:take(wanted)
    local name, number = wanted, 1
    while self.taken[name] do
        number = number + 1
        name = wanted .. "_" .. number
    end
    self.taken[name] = true
    return name
end

return Names
