-- command gen PATH=bin
return trainer "plain" { loop "Fit" { on_fit = node(1, [[ puts("fit"); ]]) } }
