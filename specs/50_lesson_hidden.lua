-- A lesson for a class: XOR, and why a net needs a hidden layer.
--
-- Two nets learn the same four points: one straight from inputs to output, one with a hidden layer. The page shows the answer of each for
-- every place, both losses, and a text that goes on with the training:
--
--     loopc build 50_lesson_hidden.lua -o lesson && loopc observe ./lesson
--
-- Without the page it learns a thousand batches and says how far each net came:
--
--     loopc run 50_lesson_hidden.lua
--
-- Try: --seed 2, 3, ... (does the hidden layer always find it?); --eta 0.05; a hidden layer of two (HIDDEN below)

local HIDDEN = 3
local SIDE = 24 -- pixels of a picture, each way

local Learn = loop "Learn" {
    times = "$batch_to",
    state = {
        lesson = str { "", show = "text", doc = "XOR, and why a hidden layer" },
        straight = f32[SIDE * SIDE] { show = "image", rows = SIDE, low = -1, high = 1, over = "points", doc = "without a hidden layer" },
        bent = f32[SIDE * SIDE] { show = "image", rows = SIDE, low = -1, high = 1, over = "corners", doc = "with one" },
        points = f32[4][3] { show = "points", doc = "true where the inputs differ" },
        corners = f32[4][3] { show = "points", doc = "the same points" },
        loss = f32 { report = true, doc = "of the net with a hidden layer" },
        straight_loss = f32 { report = true, doc = "of the net without" },
    },
    draw = [[
        float place[8];
        for (int i = 0; i < SIDE * SIDE; i += 4) {
            for (int k = 0; k < 4; k++) {
                place[2 * k] = ((float)((i + k) % SIDE) + 0.5f) * 2 / (float)SIDE - 1;
                place[2 * k + 1] = 1 - ((float)((i + k) / SIDE) + 0.5f) * 2 / (float)SIDE;
            }
            memcpy($straight + i, line_forward($line, place, 4), 4 * sizeof(float));
            memcpy($bent + i, net_forward($net, place, 4), 4 * sizeof(float));
        }
        for (int i = 0; i < 4; i++) {
            memcpy($points[i], inputs + 2 * i, 2 * sizeof(float));
            $points[i][2] = answers[i] > 0;
            memcpy($corners[i], $points[i], sizeof $corners[i]);
        }
        $lesson = lesson($total, $straight_loss, $loss);
    ]],
    on_batch = node(1, [[
        $straight_loss = line_train($line, $line_sgd, inputs, answers, 4, $eta);
        $loss = net_train($net, $sgd, inputs, answers, 4, $eta);
    ]]),
    after_run = node(2, [[
        printf("without a hidden layer: loss %.4f\nwith one: loss %.4f\n", (double)$straight_loss, (double)$loss);
    ]]),
}

return trainer "lesson_hidden" {
    doc = "Why XOR needs a hidden layer.",
    control = { target = "batch_to", samples = 4 },
    code = ("enum { SIDE = %d };\n"):format(SIDE) .. [[
static const float inputs[] = {-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0.5f};
static const float answers[] = {-0.5f, 0.5f, 0.5f, -0.5f};

/* What there is to see now. */
static const char *lesson(int64_t batches, float straight, float bent)
{
    if (batches == 0)
        return "Four points, two answers: orange squares where the two inputs differ, blue circles where they are "
               "equal.\n\nTwo nets are going to learn them. Neither has learned anything yet, so their pictures are chance. "
               "Press \"one batch\" a few times: what moves, and what does not?\n\nThen learn to batch 1000.";
    if (bent > 0.01f && batches < 1000)
        return "The picture without a hidden layer has one straight edge between blue and orange. Can one straight "
               "line have both squares on one side, and both circles on the other?\n\nThe loss of that net falls to 0.125, "
               "the loss of one that answers 0 everywhere. Go on to batch 1000.";
    if (bent > 0.01f)
        return "The net with a hidden layer has not found it this time: training is a search that begins at random. "
               "Go on for a while, or open \"another run\" and begin again with another seed.";
    if (straight > 0.1f)
        return "The net with a hidden layer has found it: each hidden node draws a straight edge of its own, and the "
               "output puts them together. The net without one still answers about 0: no straight line separates the "
               "points, however long it learns.\n\nNow look at the drawing of the net: which hidden nodes does the "
               "output add, and which does it take away? Begin again with another seed: is it the same solution?";
    return "Both nets have found it.";
}
]],
    state = {
        eta = f32 { 0.5, option = true, settable = true, min = 0, max = 10, doc = "learning rate" },
        batch_to = i64 { 1000, option = true, doc = "how many batches to learn" },
        line = mlp { 2, 1, activation = "tanh", output = "tanh", loss = "squared_error", batch = 4 },
        net = mlp { 2, HIDDEN, 1, activation = "tanh", output = "tanh", loss = "squared_error", batch = 4 },
        line_sgd = optimizer { "sgd", net = "line" },
        sgd = optimizer { "sgd", net = "net" },
    },
    Learn,
}
