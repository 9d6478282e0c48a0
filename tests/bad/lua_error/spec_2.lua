-- An error of the spec's own, in a function.
local function layers(count)
    if count < 1 then error("a net has at least one layer") end
    return count
end
return trainer "bad" { loop "Fit" { times = layers(0), on_step = node(1, [[ puts("step"); ]]) } }
