/* The Lua module `host`: all that the passes and commands can do to the outside.
 *
 * Functions that can fail return nil and a message ("cannot read x.lua: No such file or
 * directory"); arguments of the wrong type raise a Lua error, which is a bug of the caller. Texts
 * are byte strings and may hold zeros.
 *
 * Files (files.c)
 *   host.read(path, from)      -> text | nil, message; at most 1 GiB. From byte `from` (0) on, or
 *                                 the last -from ones
 *   host.write(path, text)     -> true | nil, message; a regular file is replaced at once
 *                                 (temporary file, rename), through symbolic links and with its
 *                                 permissions kept; a device is written to
 *   host.exists(path)          -> boolean
 *   host.isfile(path)          -> boolean: a regular file
 *   host.isdir(path)           -> boolean
 *   host.list(folder)          -> sorted list of names | nil, message
 *   host.mkdirs(folder)        -> true | nil, message; makes parents too; one that is there is no
 *                                 error
 *   host.remove(path)          -> true | nil, message; a file, or a folder with all that is in it
 *   host.rename(from, to)      -> true | nil, message
 *   host.tempdir()             -> path of a new folder under TMPDIR (/tmp) | nil, message
 *   host.realpath(path)        -> absolute path without links | nil, message
 *   host.cwd()                 -> path of the working folder
 *   host.lock(path, shared)    -> true | nil, message: makes the file and holds a lock of it until
 *                                 the program ends (flock), alone or with others that share it
 *
 * Processes (process.c)
 *   host.run{argv..., input = text, cwd = folder, env = { "NAME=VALUE", ... }, inherit = true}
 *                              -> status, stdout, stderr | nil, message. No shell. Standard input
 *                                 is `input` or empty. `env` adds to the environment ("NAME" alone
 *                                 removes). With `inherit` the program has our own streams and
 *                                 only the status is returned. status: exit code, or 128 + n after
 *                                 signal n
 *   host.exec{argv...}         -> does not return | nil, message; the program takes the place of
 *                                 this process
 *   host.getenv(name)          -> text | nil
 *   host.unset(prefix)         -> nothing: takes all variables whose names begin so out of our
 *                                 environment, and of that of programs started from then on
 *   host.exe()                 -> real path of this program | nil, message
 *   host.isatty(fd)            -> boolean
 *   host.pid()                 -> process id, for names of temporary files
 *   host.stdout(text)          -> nothing; a failure to write is reported at the end, with exit
 *                                 code 1
 *   host.stderr(text)          -> nothing
 *   host.flush()               -> whether all of standard output is written
 *   host.receive(milliseconds) -> text | nil: what is there of standard input, at most 64 KiB; ""
 *                                 after so long without any (-1: waits), nil at its end
 *
 * Programs side by side (jobs.c)
 *   host.start{argv..., output = path}
 *                              -> pid | nil, message; the program runs in a process group of its
 *                                 own, its output is added to the file, or without one goes where
 *                                 ours goes. SIGINT, SIGTERM and SIGHUP to us wait for host.await
 *                                 from then on
 *   host.await(seconds)        -> "ended", pid, status (as of host.run) | "signal", number | nil:
 *                                 nothing came in that time
 *   host.kill(pid, number)     -> nothing: sends the signal
 *   host.clock()               -> seconds since some time
 *
 * Built-in files (source.c)
 *   host.script(path)          -> text | nil: a file of the binary, "gen/lib/x.lua", or the one
 *                                 that --scripts puts in its place
 *   host.template(name)        -> text | nil: host.script("templates/" .. name)
 *   host.script_names()        -> sorted list of the paths built in
 *   host.testing(folder)       -> nothing: for tests, all of Lua's libraries; `require` also looks
 *                                 in `folder`
 *   host.version               the version, "0.1.0"
 *
 * Others
 *   host.sandbox(text, chunkname, env, limits) -> true, result | false, error: sandbox.h
 *   host.spent()               -> whether a bound of the sandbox in force was hit
 *   host.strip(table, keep)    -> nothing: takes the table's metatable off if it is not a key of
 *                                 `keep`
 *   host.sha256(text)          -> 64 hexadecimal digits
 */
#ifndef LOOPC_GEN_HOST_H
#define LOOPC_GEN_HOST_H

#include <lauxlib.h>
#include <lua.h>

/* Pushes the module. */
int host_open(lua_State *L);

/* The parts of the module, each ending in {NULL, NULL}. */
extern const luaL_Reg host_files[];
extern const luaL_Reg host_processes[];
extern const luaL_Reg host_jobs[];
extern const luaL_Reg host_sources[];

/* Pushes nil and "cannot VERB WHAT: REASON" with errno's reason. Returns 2, for a C function to
 * return. */
int host_fail(lua_State *L, const char *verb, const char *what);

/* Pushes the whole of a file and returns 1, or returns 0 with errno set and nothing pushed. */
int host_push_file(lua_State *L, const char *path);

/* Where scripts are read from before the ones built in; NULL: nowhere. `folder` must live as long
 * as the process. */
void source_set_folder(const char *folder);

/* The global `require`: modules by dotted names, "gen.check" is gen/check/check.lua; "host" is this
 * module. */
int source_require(lua_State *L);

#endif
