-- Words that look like signals.
local Fit = loop "Fit" { times = 2, on_step = node(1, [[
    if ($iteration > 5) $fial("too many");
    $Stop();
    $cancle(Fit.step);
    $fall = 1;
]]) }
return trainer "bad" { Fit }
