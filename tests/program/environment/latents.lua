-- Trainable latents: three points learn where the reward is highest, near (0.3, -0.6) in their space.
local environment = require "loopc.environment"

local design = environment.new { tokens = "ABCDEFGHIJ", length = 2, fixed = true, room = 64, bs = 48, iters = 300 }

return design:trainer "latents" {
    design:latents { count = 3, size = 2, p_batch = 0.75, buffer_size = 12, spread = 0.2, eta = 0.01, decode = [[
        for (int32_t k = 0; k < 2; k++)
            item[k] = (int32_t)fminf(fmaxf((z[k] + 1) * 5, 0), 9);
    ]] },
    design:buffer {},
    -- Tokens are tenths of -1 .. 1: G is 0.2 .. 0.4, B is -0.8 .. -0.6.
    design:reward { score = "score = -fabsf((float)item[0] - 6) - fabsf((float)item[1] - 1);" },
    callback "show" { after_train = [[
        for (int32_t i = 0; i < 3; i++)
            printf("%.3f %.3f\n", $latents.means[i][0], $latents.means[i][1]);
    ]] },
}
