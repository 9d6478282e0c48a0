-- Principal component analysis of a stream: elements read blocks, a step at a time, which are then analysed.
--
-- BUFFER_REPEAT reads ROWS samples, each by a CALL that puts the next one into $sample; a CALL analyses the buffer. The REPEAT
-- around both goes over the stream block by block: the covariance is summed up, and power iteration finds the direction in
-- which the samples vary most. It is checked twice. A covariance of two dimensions has its components in closed form, which the
-- iteration must agree with to the last digits. And the samples are drawn so that the answer is known: independent normal
-- numbers of deviation 3 and 1, turned by an angle; the variances are then 9 and 1, and the first component points in the
-- direction of the angle, as nearly as so many samples tell.
--
--     loopc run 11_components.lua
--     loopc run 11_components.lua -- --angle 1.2 --blocks 50
--     loopc run 11_components.lua --step -- --steps 5000       the same, left after 5000 steps
--
-- Try: print the estimate after every block (PRINT inside of the REPEAT); three dimensions.

local ROWS = 256

local Read = BUFFER_REPEAT { ROWS, CALL { "next_sample", "stream", "angle", "sample" }, value = "sample", into = "block" }

local Analyse = SEQ {
    CALL { "add_block", "block", ROWS, "covariance", "rows" },
    CALL [[ $rows += ROWS; ]],
    CALL { "largest", "covariance", "rows", "component", into = "variance" },
}

local Components = loop "Components" {
    on_analysis = node(1, REPEAT { "$blocks", SEQ { Read, Analyse }, counter = "block_number" }),
    after_analysis = node(2, SEQ {
        CALL { "off", "component", "angle", into = "error" },
        CALL [[ $numerical = off($component, closed_form($covariance)); ]],
        PRINT("%d blocks, %d samples\n", "block_number", "rows"),
        PRINT("first component (%.3f, %.3f), variance %.2f\n", "$component[0]", "$component[1]", "variance"),
        PRINT("off the angle by %.3f, off the closed form by %.1e\n", "error", "numerical"),
    }),
}

return trainer "components" {
    Components,
    state = {
        angle = f64 { 0.5, option = true, doc = "the direction in which the samples vary most" },
        blocks = i32 { 20, option = true, doc = "how many blocks are read" },
        stream = rng(),
        sample = f64[2], block = f64[ROWS][2],
        covariance = f64[3], component = f64[2],
        variance = f64 { 0, report = true, doc = "along the first component" },
        error = f64 { 0, report = true, doc = "the sine of the component's angle to the angle of the stream" },
        numerical = f64 { 0, doc = "the sine of its angle to the closed form" },
        rows = i64(0), block_number = i32(0),
    },
    code = ([[
    enum { ROWS = %d };

    /* The next sample of the stream. */
    static void next_sample(struct loopc_rng *stream, double angle, double *sample)
    {
        const double along = 3 * loopc_rng_normal(stream), across = loopc_rng_normal(stream);
        sample[0] = along * loopc_cos(angle) - across * loopc_sin(angle);
        sample[1] = along * loopc_sin(angle) + across * loopc_cos(angle);
    }

    /* Adds the samples of a block to the covariance (xx, xy, yy) of the `before` samples before it; their mean is 0. */
    static void add_block(double (*block)[2], int rows, double *covariance, int64_t before)
    {
        for (int r = 0; r < rows; r++) {
            const double share = 1.0 / (double)(before + r + 1), x = block[r][0], y = block[r][1];
            covariance[0] += (x * x - covariance[0]) * share;
            covariance[1] += (x * y - covariance[1]) * share;
            covariance[2] += (y * y - covariance[2]) * share;
        }
    }

    /* Power iteration: the direction of largest variance, and that variance. */
    static double largest(const double *c, int64_t rows, double *v)
    {
        double length = 0;
        if (rows == 0) return 0;
        if (v[0] == 0 && v[1] == 0) v[0] = 1;
        for (int k = 0; k < 100; k++) {
            const double x = c[0] * v[0] + c[1] * v[1], y = c[1] * v[0] + c[2] * v[1];
            length = sqrt(x * x + y * y);
            if (length == 0) return 0;
            v[0] = x / length;
            v[1] = y / length;
        }
        return length;
    }

    /* The angle of the first component of a covariance. */
    static double closed_form(const double *c)
    {
        return atan2(2 * c[1], c[0] - c[2]) / 2;
    }

    /* The sine of the angle between a direction and an angle, without its sign. */
    static double off(const double *v, double angle)
    {
        return fabs(v[0] * loopc_sin(angle) - v[1] * loopc_cos(angle));
    }
    ]]):format(ROWS),
    doc = "Finds the direction in which the samples of a stream vary most.",
}
