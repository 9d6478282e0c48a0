-- Learning from standard input: a line an example, learned as it comes, until the input ends.
--
-- A line has the inputs and then the target, numbers with blanks between them. Each is predicted before it is learned, so
-- the error is that on data never seen. loopc_read_line waits for the next line; unlike fgets it comes back when a signal
-- asks the run to end, which then saves its state and ends in good order.
--
--     loopc build 15_stream.lua -o stream
--     awk 'BEGIN { for (i = 0; i < 20000; i++) { a = rand(); b = rand(); print a, b, a * b } }' | ./stream
--     tail -f measurements | ./stream --checkpoint saved          Ctrl-C; later: tail -f ... | ./stream --checkpoint saved --resume
--
-- Try: a line that is not an example as a failure (--strict); the predictions on standard output, for the next in the pipe.

local INPUTS <const> = 2

local Stream = loop "Stream" {
    done = "false",
    state = {
        examples = i64 { doc = "lines that were learned" },
        skipped = i64 { doc = "lines that were none" },
        error = f32 { report = 100, doc = "running mean of the squared error, before each example is learned" },
        x = f32[INPUTS], y = f32(0),
        good = bool {},
    },
    before_line = node(1, [[
        char line[1024];
        switch (loopc_read_line($loopc, line, sizeof line)) {
        case LOOPC_LINE: break;
        case LOOPC_LINE_END: $stop();
        case LOOPC_LINE_INTERRUPTED: $cancel(); /* nothing to learn; the run ends before the next iteration */
        default: $fail("standard input: %s", strerror(errno));
        }
        $good = take_example(line, $x, &$y);
        if (!$good && $strict) $fail("line %lld is not an example: %s", (long long)($examples + $skipped + 1), line);
        $skipped += !$good;
    ]]),
    on_line = node(2, [[
        if ($good) {
            const float wrong = net_forward($net, $x, 1)[0] - $y;
            $examples++;
            $error += (wrong * wrong - $error) / (float)($examples < 1000 ? $examples : 1000);
            net_train($net, $adam, $x, &$y, 1, $eta);
        }
    ]]),
    after_run = node(3, [[
        printf("%lld examples, %lld other lines, error %.3g\n", (long long)$examples, (long long)$skipped, (double)$error);
    ]]),
}

return trainer "stream" {
    doc = "Learns from lines on standard input.",
    include = { "<errno.h>", "<stdlib.h>" },
    code = ([[
        /* The numbers of a line; false when there are fewer. */
        static bool take_example(const char *line, float *x, float *y)
        {
            for (int i = 0; i <= INPUTS; i++) {
                char *end;
                const float value = strtof(line, &end);
                if (end == line) return false;
                *(i < INPUTS ? &x[i] : y) = value;
                line = end;
            }
            return true;
        }
    ]]):gsub("INPUTS", INPUTS),
    state = {
        eta = f32 { 0.003, option = true, settable = true, doc = "learning rate" },
        strict = bool { option = true, doc = "a line that is not an example is a failure" },
        net = mlp { INPUTS, 16, 1, activation = "tanh", loss = "squared_error", batch = 1 },
        adam = optimizer { "adam", net = "net" },
    },
    Stream,
}
