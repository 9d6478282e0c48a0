-- A name misspelt in the list of the trainer: the loop would be lost without a word.
Step = node(1, [[ puts("step"); ]])
local Fit = loop "Fit" { on_step = Step }
log = callback "log" { on_step = [[ puts("log"); ]] }
return trainer "bad" { Fit, lgo }
