-- The model of vectors: the gradient by finite differences (KIND is the loss; the test sets it).
local environment = require "loopc.environment"
local differences = require "differences"

local KIND = "plain"

local HIDDEN, INPUTS = 4, 3 + 2
local WEIGHTS = HIDDEN * (INPUTS + 1) + 2 * (HIDDEN + 1)

local design = environment.new { vector = 3, room = 16, bs = 8, iters = 4 }

return design:trainer "vectors" {
    design:policy { hidden = { HIDDEN }, eta = 0.01, optimizer = { "sgd" }, slow = KIND == "ratio" and { every = 2, share = 0.1 } or nil },
    design:random { p_batch = 1 },
    design:reward { score = "score = item[0] - 0.5f * item[2];" },
    KIND == "likelihood" and design:likelihood {}
        or design:policy_gradient { baseline = "none", ratio = KIND == "ratio" and 0.2 or nil },
    design:entropy { weight = 0.1 },
    differences(design, WEIGHTS, 2, KIND),
}
