-- loopc lsp: a language server for specs.

local server = require "gen.editor.server"

local lsp = {
    name = "lsp",
    summary = "Serves an editor: errors while typing, completion, documentation, renaming",
    usage = "[--stdio]",
    text = "Speaks the Language Server Protocol over standard input and output, which editors start by themselves:\n" ..
        "  Neovim     vim.lsp.start { name = \"loopc\", cmd = { \"loopc\", \"lsp\" }, root_dir = vim.fn.getcwd() }\n" ..
        "  Helix      [language-server.loopc]  command = \"loopc\", args = [\"lsp\"]\n" ..
        "Errors are those of loopc check, in Lua and in C bodies; when a spec is opened and saved those of the C compiler, too.\n" ..
        "The command loopc.showC (arguments: URI, loop) answers with the C of a loop.",
    options = { { "--stdio", nil, "what editors add; it is the only way" } },
}

function lsp.run() return server.new():run() end

return lsp
