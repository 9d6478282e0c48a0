-- gen/c/text.lua: which `$` of a C text are words, their meaning, and text that is left alone.

local ctext = require "gen.c.text"
local suite = require("tests.support.harness").suite "ctext"

-- The pieces of a text in short: text as it is, <name>, <name.member>, {word argument}.
local function short(text)
    local out = {}
    for i, piece in ipairs((ctext.scan(text))) do
        if piece.kind == "text" then out[i] = piece.text
        elseif piece.kind == "field" then out[i] = "<" .. piece.name .. (piece.member and "." .. piece.member or "") .. ">"
        else out[i] = "{" .. piece.word .. (piece.argument and " " .. piece.argument or "") .. "}" end
    end
    return table.concat(out)
end

local function problems(text)
    local out = {}
    for i, problem in ipairs((select(2, ctext.scan(text)))) do out[i] = problem[1] .. ":" .. problem[2] end
    return table.concat(out, " ")
end

-- How each field of a text is used: "eta:w total:r".
local function uses(text)
    local out = {}
    for _, piece in ipairs((ctext.scan(text))) do
        if piece.kind == "field" then
            out[#out + 1] = piece.name .. ":" .. piece.access .. (piece.assigned and "!" or "")
        end
    end
    return table.concat(out, " ")
end

local function case(name, run, list)
    suite:test(name, function()
        for _, row in ipairs(list) do suite:equal(run(row[1]), row[2], row[1]) end
    end)
end

case("fields are found, the rest is copied", short, {
    { "", "" }, { "x = 1;", "x = 1;" }, { "$x = 1;", "<x> = 1;" }, { "f($x,$y)", "f(<x>,<y>)" },
    { "$Fit.epoch++", "<Fit.epoch>++" }, { "$p->q", "<p>->q" }, { "$a.b.c", "<a.b>.c" }, { "$x . y", "<x> . y" },
    { "$x1_y", "<x1_y>" }, { "$x$y", "<x>$y" }, { "-$x", "-<x>" }, { "$x", "<x>" }, { "a[$i]", "a[<i>]" },
})

case("strings, character constants and comments are left alone", short, {
    { [[puts("$x");]], [[puts("$x");]] }, { [[puts("\"$x");$y]], [[puts("\"$x");<y>]] }, { [['$']], [['$']] },
    { [['"'; $x; '"']], [['"'; <x>; '"']] }, { [['\''; $x]], [['\''; <x>]] }, { "/* $x */ $y", "/* $x */ <y>" },
    { "// $x\n$y", "// $x\n<y>" }, { "// $x \\\n $y\n$z", "// $x \\\n $y\n<z>" }, { "$a / $b", "<a> / <b>" },
    { "$a / *$b", "<a> / *<b>" }, { [["//" $x]], [["//" <x>]] }, { [["/*" $x "*/"]], [["/*" <x> "*/"]] },
    { "/* \" */ $x /* \" */", "/* \" */ <x> /* \" */" }, { [[L"$x" u8"$y" $z]], [[L"$x" u8"$y" <z>]] },
    { [["a\
$x" $y]], [["a\
$x" <y>]] }, { "/**/ $x /***/ $y", "/**/ <x> /***/ <y>" }, { "$x//", "<x>//" }, { [["\\"$x"\\"]], [["\\"<x>"\\"]] },
})

case("signals", short, {
    { "$recover();", "{recover };" }, { "$cancel();", "{cancel };" }, { "$cancel( Fit.step );", "{cancel Fit.step};" },
    { "$stop (Fit) ;", "{stop Fit} ;" }, { [[$fail("a (%d", $x);]], [[{fail}"a (%d", <x>);]] },
    { "if (1) $stop(); else $cancel();", "if (1) {stop }; else {cancel };" }, { "$failed = 1;", "<failed> = 1;" },
    { "$stop_at = 1;", "<stop_at> = 1;" },
})

case("signals are statements", problems, {
    { "$stop();", "" }, { "{ $stop(); }", "" }, { "if (x) $stop();", "" }, { "else $stop();", "" }, { "do $stop(); while (0);", "" },
    { "#if A\n  $stop();\n#else\n\n  $fail(\"x\");\n#endif\n$stop();", "" }, { "case 1: $stop();", "" },
    { "a = 1; /* then */ $stop();", "" }, { "puts(\"x\");\n\n  $fail(\"%s\", \"y\");", "" },
    { "int x = $stop();", "bad_signal:1" }, { "return $stop();", "bad_signal:1" }, { "\n$stop()", "bad_signal:2" },
    { "$stop;", "bad_signal:1" }, { "$fail();", "bad_signal:1" }, { "$fail( /* nothing */ );", "bad_signal:1" },
    { "$recover(x);", "bad_signal:1" }, { "$cancel(a, b);", "bad_signal:1" }, { "$cancel(a + b);", "bad_signal:1" },
    { "$stop(Fit;", "bad_signal:1" }, { "f($stop());", "bad_signal:1" },
})

case("what is not closed, lone dollars, stray brackets", problems, {
    { [[puts("x);]], "unclosed:1" }, { "a;\n/* b", "unclosed:2" }, { "'a", "unclosed:1" }, { "\"a\nb\";", "unclosed:1 unclosed:2" },
    { "$ x", "lone_dollar:1" }, { "$", "lone_dollar:1" }, { "\n\n$1", "lone_dollar:3" }, { "a$b", "lone_dollar:1" },
    { "if (x) {", "unbalanced:1" }, { "}\n", "unbalanced:1" }, { "f((1);", "unbalanced:1" }, { "a[(1])", "unbalanced:1" },
    { "puts(\"{\");", "" }, { "#if A\n{\n#else\n{\n#endif\n}", "" }, { "'{' /* { */;", "" },
})

case("lines are counted", function(text)
    local out = {}
    for _, piece in ipairs((ctext.scan(text))) do out[#out + 1] = piece.line end
    return table.concat(out, " ")
end, { { "$a\n$b\n\n$c;$d", "1 2 4 4" }, { "/* \n */ $a \"\\\n\" $b", "2 3" }, { "\n$stop();\n$x;", "2 3" } })

case("reads and writes", uses, {
    { "$x;", "x:r" }, { "$x = 1;", "x:w!" }, { "$x == 1;", "x:r" }, { "$x=1", "x:w!" }, { "$x= =", "x:w!" }, { "$x != 1", "x:r" },
    { "$x <= 1; $x >= 1; $x < 1", "x:r x:r x:r" }, { "$x += 1; $x <<= 1; $x >>= 1; $x ^= 1; $x %= 2; $x |= 1; $x &= 1",
        "x:rw! x:rw! x:rw! x:rw! x:rw! x:rw! x:rw!" },
    { "$x++; $x --; ++$x; --  $x", "x:rw! x:rw! x:rw! x:rw!" }, { "$x - -$y", "x:r y:r" }, { "$x + +$y", "x:r y:r" },
    { "$x[$i] = $y[2];", "x:rw! i:r y:r" }, { "$x[f(\"]\", 1)][2] += 1", "x:rw!" }, { "$x.y = 1", "x:rw!" }, { "$x->y = 1", "x:rw!" },
    { "$x[1] == 2", "x:r" }, { "&$x", "x:a" }, { "f(&$x, & $y)", "x:a y:a" }, { "a & $x", "x:r" }, { "a && $x", "x:r" },
    { "1 & $x", "x:r" }, { "f(1) & $x", "x:r" }, { "a[1] & $x", "x:r" }, { "(char *)&$x", "x:a" }, { "(void*) & $x", "x:a" },
    { "return &$x;", "x:a" }, { "= &$x", "x:a" }, { "$x /* = */ = 1", "x:w!" }, { "$x // c\n = 1", "x:w!" },
    { "/* & */ $x", "x:r" }, { "/* ++ */ $x", "x:r" }, { "($x) = 1", "x:w!" }, { "(($x))++", "x:rw!" }, { "f($x) = 1", "x:r" },
    { "sizeof ($x)", "x:r" }, { "++($x)", "x:rw!" }, { "$x = $x + 1", "x:w! x:r" }, { "\"&\" $x", "x:r" },
})

suite:test("identifiers outside strings and comments", function()
    local found = ctext.identifiers([[net_train($net, x); /* net_loss */ puts("net_init"); // s]])
    for _, name in ipairs { "net_train", "net", "x", "puts" } do suite:check(found[name], name) end
    for _, name in ipairs { "net_loss", "net_init", "s" } do suite:check(not found[name], name) end
end)

case("blank texts", function(text) return tostring(ctext.is_blank(text)) end, {
    { "", "true" }, { " \n\t", "true" }, { "/* x */ // y", "true" }, { ";", "false" }, { "\"\"", "false" }, { "/ /", "false" },
    { "/* a */ x /* b */", "false" },
})

case("expressions on one line", ctext.one_line, {
    { " a\n  +\tb ", "a + b" }, { "a // c\n+ b", "a + b" }, { "a /* \n */ + b", "a + b" }, { [[f("a  b") == 1]], [[f("a  b") == 1]] },
    { [["//" + x]], [["//" + x]] }, { "a \\\n + b", "a + b" }, { "' '", "' '" }, { "a // end", "a" },
})

suite:test("common indentation goes, lines dropped at the front are counted", function()
    local text, front = ctext.dedent("\n\n    a;\n      b;\n\n    c;\n  ")
    suite:equal(text, "a;\n  b;\n\nc;")
    suite:equal(front, 2)
    suite:equal(ctext.dedent("a;\r\n  b;\r\n"), "a;\n  b;")
    suite:equal(ctext.dedent(""), "")
end)

suite:test("long texts take linear time", function()
    local text = ("$x[$i] = f(\"$\", $y); /* $ */\n"):rep(20000)
    local pieces = ctext.scan(text)
    suite:equal(pieces[#pieces - 1].line, 20000)
end)

return suite:finish()
