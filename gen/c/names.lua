-- Names that must differ from each other: of two equal requests the second one gets a number.

local Names = {}
Names.__index = Names

-- An empty set of names; names[name] says whether a name is taken, and may be set.
function Names.new() return setmetatable({}, Names) end

-- Takes `wanted`, else wanted_2, wanted_3 ...; returns the name that was free.
function Names:take(wanted)
    local name, number = wanted, 1
    while rawget(self, name) do
        number = number + 1
        name = wanted .. "_" .. number
    end
    self[name] = true
    return name
end

return Names
