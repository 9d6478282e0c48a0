-- In an expression it is an error: no macro can close it.
local Fit = loop "Fit" {
    times = "3)",
    skip = "late(",
    done = "$iteration > ')'",
    on_step = node(1, REPEAT("lots(]", CALL [[ puts("("); ]])),
}
return trainer "bad" { Fit }
