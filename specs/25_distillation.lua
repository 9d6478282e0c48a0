-- Distillation: a small net learns what a large one thinks (Hinton, Vinyals and Dean, 2015).
--
-- A teacher has seen many points with their classes. Two students of the same small description have only a few of them: one learns
-- their classes, the other one the probabilities that the teacher gives to points without a class, of which there are plenty.
-- `targets = "values"` makes a distribution over the classes what the cross-entropy compares with. The probabilities are softened:
-- the teacher's logits are divided by a temperature, so that what is nearly excluded still says how nearly.
--
--     loopc run 25_distillation.lua
--     loopc run 25_distillation.lua -- --temperature 1 --seed 2
--
-- Try: fewer labelled points; a teacher of two layers; students as wide as the teacher.

local moons = require "lib.moons"

local MANY, FEW, BATCH, TEST = 2000, 24, 50, 1000

local Teach = loop "Teach" {
    times = 60 * MANY // BATCH,
    state = { points = rng {}, x = f32[MANY][2], labels = i32[MANY], loss = f32 { report = 100 } },
    before_run = node(0, [[ moons($points, MANY, 0.25, &$x[0][0], $labels); ]]),
    on_batch = node(1, [[
        const int64_t first = $iteration * BATCH % MANY;
        $loss = teacher_train($teacher, $teacher_adam, &$x[first][0], &$labels[first], BATCH, 0.01f);
    ]]),
    after_run = node(2),
}

-- Both students take the same number of steps.
local Learn = loop "Learn" {
    call_on = { Teach.after_run },
    times = 3000,
    state = {
        temperature = f32 { 3, option = true, min = 0.01, doc = "what the teacher's logits are divided by" },
        points = rng {}, x = f32[BATCH][2], unknown = i32[BATCH], soft = f32[BATCH][2],
        right = i32[3] { doc = "right answers of the teacher and of both students" },
    },
    before_batch = node(1, [[
        moons($points, BATCH, 0.25, &$x[0][0], $unknown); /* their classes are not looked at */
        teacher_forward($teacher, &$x[0][0], BATCH);
        for (int i = 0; i < BATCH; i++) {
            const float *const p = &$teacher.out[2 * i];
            const float odds = (float)loopc_pow((double)(p[1] / p[0]), (double)(1.0f / $temperature));
            $soft[i][0] = 1.0f / (1.0f + odds);
            $soft[i][1] = 1.0f - $soft[i][0];
        }
    ]]),
    on_batch = node(2, [[
        alone_train($alone, $alone_adam, &$Teach.x[0][0], $Teach.labels, FEW, 0.01f);
        pupil_train($pupil, $pupil_adam, &$x[0][0], &$soft[0][0], BATCH, 0.01f);
    ]]),
    after_run = node(3, [[
        for (int part = 0; part < TEST / BATCH; part++) {
            moons($points, BATCH, 0.25, &$x[0][0], $unknown);
            teacher_forward($teacher, &$x[0][0], BATCH);
            alone_forward($alone, &$x[0][0], BATCH);
            pupil_forward($pupil, &$x[0][0], BATCH);
            for (int i = 0; i < BATCH; i++) {
                $right[0] += teacher_argmax($teacher, i) == $unknown[i];
                $right[1] += alone_argmax($alone, i) == $unknown[i];
                $right[2] += pupil_argmax($pupil, i) == $unknown[i];
            }
        }
        printf("teacher %.3f\nstudent of %d points %.3f\nstudent of the teacher %.3f\n", $right[0] / (double)TEST, FEW,
               $right[1] / (double)TEST, $right[2] / (double)TEST);
    ]]),
}

local function student(more)
    return mlp { inputs = 2, batch = BATCH, dense { 8, "tanh" }, dense { 2 }, targets = more }
end

return trainer "distillation" {
    doc = "A small net learns from a large one.",
    code = moons.code .. ("\nenum { MANY = %d, FEW = %d, BATCH = %d, TEST = %d };"):format(MANY, FEW, BATCH, TEST),
    state = {
        teacher = mlp { inputs = 2, batch = BATCH, dense { 64, "gelu" }, dense { 64, "gelu" }, dense { 2 } },
        alone = student(), pupil = student "values",
        teacher_adam = optimizer { "adam", net = "teacher" },
        alone_adam = optimizer { "adam", net = "alone" },
        pupil_adam = optimizer { "adam", net = "pupil" },
    },
    Teach, Learn,
}
