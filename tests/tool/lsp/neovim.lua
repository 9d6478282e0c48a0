-- Neovim's own client against loopc lsp: what a person sees in it. Run by nvim --headless -l or -S; prints a line a test.

local uri_of, failed = vim.uri_from_bufnr, false

local function check(name, run)
    local ok, why = pcall(run)
    failed = failed or not ok
    print((ok and "ok Neovim: %s\n" or "not ok Neovim: %s - %s\n"):format(name, tostring(why):match "^[^\n]*"))
end

-- Waits for what comes on any machine, some time.
local function await(what, test) assert(vim.wait(600000, test, 20), "never came: " .. what) end

vim.cmd("edit " .. os.getenv "SPEC")
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client { name = "loopc", cmd = { os.getenv "LOOPC", "lsp" }, root_dir = vim.fn.getcwd() }
vim.lsp.buf_attach_client(buffer, id)
await("the server", function() return vim.lsp.get_client_by_id(id) and vim.lsp.get_client_by_id(id).initialized end)

local function lines() return vim.api.nvim_buf_get_lines(buffer, 0, -1, false) end

-- The place of a text, { line, character } from 0.
local function place(text)
    for i, line in ipairs(lines()) do
        local at = line:find(text, 1, true)
        if at then return { line = i - 1, character = vim.str_utfindex(line, at - 1) + 1 } end
    end
end

local function ask(method, text, more)
    local parameters = vim.tbl_extend("force", { textDocument = { uri = uri_of(buffer) }, position = text and place(text) }, more or {})
    local results = assert(vim.lsp.buf_request_sync(buffer, method, parameters, 600000))
    return results[id].result, results[id].error
end

local function replace(old, new)
    for i, line in ipairs(lines()) do
        local first, last = line:find(old, 1, true)
        if first then
            vim.api.nvim_buf_set_lines(buffer, i - 1, i, false, { line:sub(1, first - 1) .. new .. line:sub(last + 1) })
            return
        end
    end
    error("no line has " .. old)
end

check("an error appears while typing, and goes", function()
    replace("$labels, 4", "$label, 4")
    await("an error", function() return #vim.diagnostic.get(buffer) == 1 end)
    local row = vim.diagnostic.get(buffer)[1]
    assert(row.message:find("unknown field '$label'", 1, true), row.message)
    assert(lines()[row.lnum + 1]:find("net_train", 1, true), "on another line")
    replace("$label, 4", "$labels, 4")
    await("none", function() return #vim.diagnostic.get(buffer) == 0 end)
end)

check("hover, completion and definition", function()
    local text = ask("textDocument/hover", "$loss").contents.value
    assert(text:find("f32 Learn.loss", 1, true), text)
    local found = {}
    for _, item in ipairs(ask("textDocument/completion", "$loss").items) do found[item.label] = true end
    assert(found.loss and found.eta and found.stop, vim.inspect(found))
    local at = ask("textDocument/definition", "$points")[1].range.start
    assert(lines()[at.line + 1]:sub(at.character + 2):match "^points", vim.inspect(at)) -- behind an é, of two bytes
end)

check("a name is renamed everywhere", function()
    local edit = ask("textDocument/rename", "$points", { newName = "source" })
    vim.lsp.util.apply_workspace_edit(edit, "utf-16")
    local text = table.concat(lines(), "\n")
    assert(text:find("source = rng", 1, true) and text:find("loopc_rng_f32($source)", 1, true) and not text:find "points", text)
    await("no error", function() return #vim.diagnostic.get(buffer) == 0 end)
end)

check("it ends with the editor", function()
    local client = vim.lsp.get_client_by_id(id)
    client.stop()
    await("its end", function() return client.is_stopped() end)
end)

vim.cmd(failed and "cquit 1" or "qall!")
