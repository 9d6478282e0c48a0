-- A lesson for a class: overfitting. A net that is too large for its data learns them by heart.
--
-- Forty noisy points of two spirals are all that the net may learn from; a thousand others tell how well it knows the spirals. The page
-- shows its answer for every place, the losses of both sets in one look, and a text that goes on with the training:
--
--     loopc build 51_lesson_overfitting.lua -o lesson && loopc observe ./lesson
--
-- Without the page it learns 2000 batches, and says when it knew the other points best:
--
--     loopc run 51_lesson_overfitting.lua
--
-- Try: --points 400 (how low, and when?); --noise 0; --seed 2; fewer nodes (NODES below)

local spirals = require "lib.spirals"

local NODES = 24
local SIDE, MOST, OTHERS = 40, 400, 1000

local Learn = loop "Learn" {
    times = "$batch_to",
    state = {
        lesson = str { "", show = "text", doc = "spirals, and learning by heart" },
        plane = f32[SIDE * SIDE] { show = "image", rows = SIDE, low = -6, high = 6, over = "learned", doc = "which spiral each place is of" },
        learned = f32[MOST][3] { show = "points", doc = "the points that it learns from" },
        x = f32[MOST * 2],
        labels = i32[MOST],
        other_x = f32[OTHERS * 2],
        other_labels = i32[OTHERS],
        loss = f32 { report = true, doc = "of the points that it learns from" },
        other_loss = f32 { report = true, doc = "of the others" },
        best = f32 { doc = "the lowest loss of the others" },
        best_at = i64 { doc = "its batch" },
    },
    draw = [[
        float places[2 * SIDE];
        for (int line = 0; line < SIDE; line++) {
            for (int i = 0; i < SIDE; i++) {
                places[2 * i] = ((float)(2 * i + 1) / (float)SIDE - 1) * 6;
                places[2 * i + 1] = (1 - (float)(2 * line + 1) / (float)SIDE) * 6;
            }
            const float *p = net_forward($net, places, SIDE);
            for (int i = 0; i < SIDE; i++)
                $plane[line * SIDE + i] = 2 * p[2 * i + 1] - 1;
        }
        for (int i = 0; i < MOST; i++) {
            $learned[i][0] = i < $points ? $x[2 * i] : NAN;
            $learned[i][1] = $x[2 * i + 1];
            $learned[i][2] = (float)$labels[i];
        }
        $lesson = lesson($total, $loss, $other_loss, $best, $points);
    ]],
    before_run = node(0, [[
        spirals($stream, $points, 1, $noise, $x, $labels);
        spirals($stream, OTHERS, 1, $noise, $other_x, $other_labels);
    ]]),
    on_batch = node(1, [[
        $loss = net_train($net, $adam, $x, $labels, $points, $eta);
        if ($iteration % 10 == 0) {
            net_forward($net, $other_x, OTHERS);
            $other_loss = net_loss($net, $other_labels, OTHERS);
            if ($iteration == 0 || $other_loss < $best) {
                $best = $other_loss;
                $best_at = $iteration + 1;
            }
        }
    ]]),
    after_run = node(2, [[
        printf("loss %.4f of the points it learned from, %.4f of others; these were at %.4f at batch %d\n", (double)$loss,
               (double)$other_loss, (double)$best, (int)$best_at);
    ]]),
}

return trainer "lesson_overfitting" {
    doc = "How a net learns its data by heart.",
    control = { target = "batch_to" },
    code = ("enum { SIDE = %d, MOST = %d, OTHERS = %d };\n"):format(SIDE, MOST, OTHERS) .. spirals.code .. [[

/* What there is to see now. */
static const char *lesson(int64_t batches, float loss, float other, float best, int32_t points)
{
    if (batches == 0)
        return "The points are of two spirals, and they are few and noisy. The net learns from them; a thousand "
               "others, which it never learns from, tell how well it knows the spirals themselves.\n\nLearn to batch 100: "
               "watch both losses.";
    if (other < 1.1f * best && batches < 1000)
        return "Both losses fall: what the net learns from its points holds for the others as well. Go on: learn to "
               "batch 2000, and watch the curve of the other loss.";
    if (other < 1.1f * best)
        return "The loss of the others is about as low as it ever was: these points are enough for this net. Open "
               "\"another run\", take fewer points, 40 of them, and compare.";
    if (loss < 0.05f && points < 200)
        return "The net has learned its points by heart: their loss is next to nothing, but the other loss has turned "
               "and rises. Look at the picture: the edge bends around single points, and the noise in them has become "
               "part of what it believes.\n\nWhen was the best time to stop? Open \"another run\" with 400 points: how low "
               "does the other loss come, and when does it turn?";
    return "The other loss has turned and rises, while that of the learned points still falls: from here on the net "
           "learns the noise of its points.";
}
]],
    state = {
        stream = rng { doc = "of the points" },
        points = i32 { 40, option = true, min = 4, max = MOST, doc = "to learn from" },
        noise = f32 { 0.6, option = true, min = 0, max = 5, doc = "deviation of the points from their spiral" },
        eta = f32 { 0.01, option = true, settable = true, min = 0, max = 1, doc = "learning rate" },
        batch_to = i64 { 2000, option = true, doc = "how many batches to learn" },
        net = mlp { 2, NODES, NODES, 2, activation = "tanh", batch = OTHERS },
        adam = optimizer { "adam", net = "net" },
    },
    Learn,
}
