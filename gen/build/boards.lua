-- Boards: for each device of `--device` the compiler, its flags, and the machine of QEMU on which its programs run.

local cli = require "gen.cli.cli"
local compiler = require "gen.build.compiler"
local host = require "host"

local boards = {}

-- What boards of one architecture have in common.
local arm = { compiler = "arm-none-eabi-gcc", size = "arm-none-eabi-size", packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    flags = { "-mthumb", "--specs=nano.specs" }, start = "start_arm.c", emulator = "qemu-system-arm",
    emulator_package = "qemu-system-arm", emulator_flags = {} }
local riscv = { compiler = "riscv64-unknown-elf-gcc", size = "riscv64-unknown-elf-size",
    packages = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf", flags = { "--specs=picolibc.specs" },
    start = "start_riscv.c", emulator = "qemu-system-riscv32", emulator_package = "qemu-system-misc", emulator_flags = { "-bios", "none" } }

-- floats: sources in the place of the compiler's arithmetic.
-- flash_at, ram_at: where 4 MiB of each begin; timer, step: that of Arm's boards, and the instructions of a tick.
local known = {
    { "cortex-m3", arm, "mps2-an385", { "-mcpu=cortex-m3", "-mfloat-abi=soft" } },
    { "cortex-m4", arm, "mps2-an386", { "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard" } },
    { "cortex-m7", arm, "mps2-an500", { "-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard" } },
    { "cortex-m33", arm, "mps2-an505", { "-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard" },
        flash_at = 0x10000000, ram_at = 0x38000000, timer = 0x50002000, step = 50 },
    { "rv32imac", riscv, "virt", { "-march=rv32imac", "-mabi=ilp32" }, flash_at = 0x80000000, ram_at = 0x80400000,
        floats = { "floats.c" } },
    { "rv32imafc", riscv, "virt", { "-march=rv32imafc", "-mabi=ilp32f" }, flash_at = 0x80000000, ram_at = 0x80400000 },
}

boards.names, boards.room = {}, 4 << 20
for i, row in ipairs(known) do boards.names[i] = row[1] end

-- The board of a name.
function boards.find(name)
    for _, row in ipairs(known) do
        if row[1] == name then
            local board = { flash_at = 0, ram_at = 0x20000000, timer = 0x40002000, step = 40 }
            for key, value in pairs(row[2]) do board[key] = value end
            for key, value in pairs(row) do board[key] = value end
            board.machine, board.flags = row[3], table.move(row[4], 1, #row[4], #row[2].flags + 1, table.move(row[2].flags, 1, #row[2].flags, 1, {}))
            return board
        end
    end
end

local function must_have(program, package, what)
    if compiler.which(program) then return end
    cli.fail(("there is no %s to %s for a device"):format(program, what), "apt-get install " .. package)
end

-- Refuses a board whose compiler or C library is missing.
function boards.check_compiler(board)
    must_have(board.compiler, board.packages, "compile")
    local try = table.move(board.flags, 1, #board.flags, 2, { board.compiler })
    table.move({ "-E", "-x", "c", "-" }, 1, 4, #try + 1, try)
    try.input = "#include <string.h>\n"
    if host.run(try) ~= 0 then
        cli.fail(board.compiler .. " has no C library", "apt-get install " .. board.packages:match "%S+$")
    end
end

-- The command that runs a program on its board.
function boards.runner(board, program)
    must_have(board.emulator, board.emulator_package, "run a program")
    local command = { board.emulator, "-M", board.machine, "-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
        "enable=on,target=native", "-icount", "shift=0", "-kernel", program }
    return table.move(board.emulator_flags, 1, #board.emulator_flags, #command + 1, command)
end

return boards
