# loopc: `make` builds build/loopc (the generator) and build/libloopc.a (the runtime); `make help` lists the rest.
#
# Variables: PREFIX and DESTDIR (install), CC, CFLAGS, LDFLAGS, WERROR=-Werror, BUILD (the folder of built things: another
# set of flags wants another folder), V=1 (show whole commands), and for the targets that use them SECONDS_EACH (fuzz),
# GRAPHS (soak), TARGETS (ports: triplets; all).

VERSION := $(shell sed -n 's/^.define LOOPC_VERSION "\(.*\)"/\1/p' runtime/base/version.h)
PREFIX = /usr/local
BUILD = build
CFLAGS ?= -O2 -g
WERROR =
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
STANDARD = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -ffp-contract=off

# Recursive on purpose: asked only when used, after what was missing has been installed.
LUA_CFLAGS = $(shell pkg-config --cflags lua5.4)
LUA_LIBRARY = $(shell pkg-config --variable=libdir lua5.4)/liblua5.4.a
MINIZIP_LIBRARY = $(shell pkg-config --variable=libdir minizip)/libminizip.a
LIBRARIES = -ljansson -lz -lm -pthread
# For those who say no -j themselves.
ALL_CORES = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
Q = $(if $(V),,@echo "  $@";)
COMPILE = $(CC) $(STANDARD) $(WARNINGS) $(WERROR) -Iruntime $(CFLAGS) -MMD -MP

# What devices have in the place of other parts is compiled for them alone.
DEVICE := $(sort $(wildcard runtime/device/*.c))
RUNTIME := $(filter-out $(DEVICE),$(sort $(shell find runtime -name '*.c')))
HEADERS := $(sort $(shell find runtime -name '*.h'))
HOST := $(filter-out gen/host/embed.c,$(sort $(wildcard gen/host/*.c)))
SCRIPTS := $(sort $(shell find gen -name '*.lua') $(shell find templates -type f -not -path 'templates/observe/*')) runtime/main/flags.def $(HEADERS) .clang-format
OBSERVE := $(sort $(wildcard gen/observe/*.c))
PAGE := $(sort $(wildcard templates/observe/*))
KERNELS := $(filter runtime/nn/%,$(RUNTIME))
TESTS := $(sort $(shell find tests/runtime -name 'test_*.c'))
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))

# Kernels are there once more for each generation of processors that makes a difference to them (runtime/nn/cpu.h).
GENERATIONS := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),v3 v4)
RUNTIME_OBJECTS = $(RUNTIME:%.c=$(BUILD)/%.o) $(foreach cpu,$(GENERATIONS),$(KERNELS:%.c=$(BUILD)/%.$(cpu).o))
HOST_OBJECTS = $(HOST:%.c=$(BUILD)/%.o) $(BUILD)/embedded.o
TEST_PROGRAMS = $(TESTS:tests/%.c=$(BUILD)/tests/%)

.PHONY: all
all: $(BUILD)/loopc $(BUILD)/loopc-observe $(BUILD)/loopc-read $(BUILD)/libloopc.a $(BUILD)/python/loopc $(BUILD)/sources ## builds the generator and the runtime (the default)

$(BUILD)/loopc: $(BUILD)/gen/host/main.o $(BUILD)/libhost.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LUA_LIBRARY) -lm -ldl

# The page server is a program of its own, so that loopc itself needs no web server.
$(BUILD)/loopc-observe: $(OBSERVE:%.c=$(BUILD)/%.o) $(BUILD)/page.o $(BUILD)/libloopc.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmicrohttpd -lm -pthread

# So is the reader of tables, for loopc init: it is that of trainers.
$(BUILD)/loopc-read: $(BUILD)/gen/read/main.o $(BUILD)/libloopc.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -o $@ $^ $(LIBRARIES)

DYGRAPHS = /usr/share/javascript/dygraphs
$(BUILD)/page.c: $(BUILD)/embed $(PAGE)
	@$(BUILD)/embed $@ $(PAGE) $(DYGRAPHS)/dygraph.min.js $(DYGRAPHS)/dygraph.min.css

$(BUILD)/page.o: $(BUILD)/page.c
	$(CC) $(STANDARD) -Igen/host -c -o $@ $<

# All of the generator but its main: what its tests link.
$(BUILD)/libhost.a: $(filter-out $(BUILD)/gen/host/main.o,$(HOST_OBJECTS))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# The reader of archives comes from minizip, and goes into the library, so that trainers link as before.
MINIZIP = ioapi.o unzip.o
$(BUILD)/libloopc.a: $(RUNTIME_OBJECTS)
	@rm -f $@
	@mkdir -p $(BUILD)/minizip
	@cd $(BUILD)/minizip && $(AR) x $(MINIZIP_LIBRARY) $(MINIZIP)
	$(Q)$(AR) rcs $@ $^ $(MINIZIP:%=$(BUILD)/minizip/%)

# With PYTHONPATH=build/python as after make install.
PYTHON := $(sort $(wildcard runtime/python/loopc/*.py))
$(BUILD)/python/loopc: $(PYTHON)
	@rm -rf $@
	@mkdir -p $@
	@cp $^ $@

$(BUILD)/gen/%.o: gen/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(LUA_CFLAGS) -c -o $@ $<

# The library is compiled for size, except for kernels and the parts that read or make much data or meet threads: each of
# these patterns has to match a file.
QUICK_PARTS = nn/% parallel/% export/model export/model_predict base/number base/rng base/distributions base/shuffle \
    $(addprefix data/,array binary_array categories cell_text classes csv csv_cell csv_reader dataset dataset_rows dictionary \
    finish fit input loading_text measure samples values)
$(foreach part,$(QUICK_PARTS),$(if $(filter $(part),$(RUNTIME:runtime/%.c=%)),,$(error QUICK_PARTS: no file of runtime/ is $(part).c)))
# Loops over all values of a table.
WIDE_PARTS = data/measure data/fit data/samples data/values
WIDE = $(if $(findstring -O2,$(CFLAGS)),-O3)
SMALL = $(if $(findstring -O2,$(CFLAGS)),-Os)
# Every trainer links the library: names and lines of functions are enough there, and link a quarter faster.
LINES = $(if $(filter -g,$(CFLAGS)),-g1)
$(BUILD)/runtime/%.o: runtime/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(if $(filter $(QUICK_PARTS),$*),$(if $(filter $(WIDE_PARTS),$*),$(WIDE)),$(SMALL)) \
	    $(LINES) -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -pthread -c -o $@ $<

v3_FLAGS = -mavx2 -mfma
v4_FLAGS = $(v3_FLAGS) -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl
define KERNEL_RULE
$(BUILD)/runtime/nn/%.$(1).o: runtime/nn/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(Q)$$(COMPILE) $$($(1)_FLAGS) $$(LINES) -ffunction-sections -fdata-sections -c -o $$@ $$<
endef
$(foreach cpu,$(GENERATIONS),$(eval $(call KERNEL_RULE,$(cpu))))
$(BUILD)/runtime/nn/%.o: private CFLAGS += -fno-math-errno

$(BUILD)/embed: gen/host/embed.c $(BUILD)/flags
	$(Q)$(CC) $(STANDARD) $(WARNINGS) $(WERROR) $(CFLAGS) $(LUA_CFLAGS) $(LDFLAGS) -o $@ $< $(LUA_LIBRARY) -lm -ldl

$(BUILD)/embedded.c: $(BUILD)/embed $(BUILD)/scripts.list $(SCRIPTS)
	$(Q)$(BUILD)/embed $@ $(SCRIPTS)

$(BUILD)/embedded.o: $(BUILD)/embedded.c
	$(Q)$(CC) $(STANDARD) -Igen/host -c -o $@ $<

# Tests of kernels as trainers are compiled: for this processor. The others wait for the compiler longer than they run.
NATIVE_TESTS = $(BUILD)/tests/runtime/nn/test_dense_native $(BUILD)/tests/runtime/nn/test_narrow
$(BUILD)/tests/%: private QUICKLY = $(if $(findstring -O2,$(CFLAGS)),-O1)
$(NATIVE_TESTS): private QUICKLY = -march=native

$(BUILD)/tests/%: tests/%.c $(BUILD)/libloopc.a $(BUILD)/libhost.a $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(QUICKLY) $(LUA_CFLAGS) -Igen/host -Itests/support -pthread $(LDFLAGS) -o $@ $< $(BUILD)/libhost.a $(BUILD)/libloopc.a $(LUA_LIBRARY) \
	    -lcmocka $(LIBRARIES) -ldl

# Files that change only when their text does: other flags, or a script that came or went, rebuild what they must.
.PHONY: FORCE
FORCE:
keep_text = @mkdir -p $(@D); echo '$(subst ','\'',$(1))' | cmp -s - $@ || echo '$(subst ','\'',$(1))' > $@
$(BUILD)/flags: FORCE
	$(call keep_text,$(filter-out -Werror,$(COMPILE) $(LDFLAGS) $(SMALL) $(LINES)))
$(BUILD)/scripts.list: FORCE
	$(call keep_text,$(SCRIPTS))
# Where loopc finds the headers when this folder is elsewhere.
$(BUILD)/sources: FORCE
	$(call keep_text,$(CURDIR))

-include $(HOST_OBJECTS:.o=.d) $(OBSERVE:%.c=$(BUILD)/%.d) $(RUNTIME_OBJECTS:.o=.d) $(TEST_PROGRAMS:=.d)

.PHONY: install-packages
install-packages:
	@tests/install.sh

.PHONY: demo
demo: install-packages ## trains on generated data; shows the C, the times, the result
	+@$(MAKE) --no-print-directory $(ALL_CORES) all
	@BUILD=$(BUILD) tests/demo.sh

.PHONY: test
test: install-packages ## runs all tests; first installs missing packages with apt-get
	+@$(MAKE) --no-print-directory $(ALL_CORES) all $(TEST_PROGRAMS)
	@BUILD=$(BUILD) tests/run

.PHONY: test-programs
test-programs: all $(TEST_PROGRAMS) ## builds all that tests/run WORD... needs

.PHONY: golden
golden: all ## rewrites the golden files from what loopc prints now
	$(BUILD)/loopc golden --update tests/golden

.PHONY: bench
bench: all ## speed beside peers and of loopc; QUICK=1: in two minutes
	@BUILD=$(BUILD) tests/bench/run

SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
.PHONY: asan
asan: ## runs all tests under the address and UB sanitizers
	+@$(MAKE) --no-print-directory BUILD=build/asan CFLAGS="$(SANITIZE)" test

SECONDS_EACH = 60
.PHONY: fuzz
fuzz: all ## feeds random bytes to what reads input, SECONDS_EACH (60) each
	@BUILD=$(BUILD) SECONDS_EACH=$(SECONDS_EACH) tests/fuzz/run $(FUZZERS)

GRAPHS = 5000
.PHONY: soak
soak: all ## the long forms of tests: GRAPHS (5000) random specs, ...
	LOOPC=$(BUILD)/loopc LOOPC_GRAPHS=$(GRAPHS) $(BUILD)/loopc --test tests/differential/test_differential.lua
	LOOPC=$(BUILD)/loopc LOOPC_BOTH=1 $(BUILD)/loopc --test tests/differential/test_cases.lua
	LOOPC=$(BUILD)/loopc LOOPC_GRAPHS=$(GRAPHS) $(BUILD)/loopc --test tests/differential/test_refusals.lua
	LOOPC=$(BUILD)/loopc LOOPC_TREES=$(GRAPHS) $(BUILD)/loopc --test tests/elements/test_elements.lua
	LOOPC=$(CURDIR)/$(BUILD)/loopc LOOPC_DESIGNS=100 bash tests/program/test_environment.sh
	BUILD=$(CURDIR)/$(BUILD) LOOPC=$(CURDIR)/$(BUILD)/loopc SOAK=1 bash tests/program/test_rl.sh
	@BUILD=$(BUILD) tests/program/ten_seeds.sh
	LOOPC=$(CURDIR)/$(BUILD)/loopc KILLS=200 bash tests/program/test_resume.sh
	LOOPC=$(CURDIR)/$(BUILD)/loopc APART=1 bash tests/program/test_memory.sh
	LOOPC=$(CURDIR)/$(BUILD)/loopc GENERATIONS=50 EVERY=1 bash tests/tool/test_determinism.sh
	BUILD=$(CURDIR)/$(BUILD) LOOPC=$(CURDIR)/$(BUILD)/loopc SOAK=1 bash tests/tool/test_init_data.sh
	for suite in program/test_mpi program/test_mpich program/test_srun program/test_device program/test_signals tool/test_line tool/test_emitted; do \
	    BUILD=$(CURDIR)/$(BUILD) LOOPC=$(CURDIR)/$(BUILD)/loopc SOAK=1 bash tests/$$suite.sh || exit 1; \
	done
	BUILD=$(CURDIR)/$(BUILD) LOOPC=$(CURDIR)/$(BUILD)/loopc SOAK=1 ONLY=libreoffice bash tests/program/test_data.sh
	$(CC) $(STANDARD) -O2 -march=native -fno-math-errno -Iruntime -Itests/support -o $(BUILD)/elementary tests/runtime/nn/test_elementary.c \
	    $(BUILD)/libloopc.a -lcmocka -lm -pthread
	LOOPC_EVERY=1 $(BUILD)/elementary
	+@$(MAKE) --no-print-directory $(BUILD)/tests/runtime/nn/test_curve
	LOOPC_EVERY=97 $(BUILD)/tests/runtime/nn/test_curve
	LOOPC=$(CURDIR)/$(BUILD)/loopc LAYER_STEPS=50 bash tests/program/test_layers.sh
	+@$(MAKE) --no-print-directory $(BUILD)/tests/runtime/base/test_number
	LOOPC_NUMBERS=100000000 $(BUILD)/tests/runtime/base/test_number

.PHONY: ports
ports: all ## compares the bits of other processors, under qemu-user
	@BUILD=$(CURDIR)/$(BUILD) tests/ports/run $(TARGETS)

ALL_C = $(sort $(shell find gen runtime tests templates -name '*.c' -o -name '*.h'))
TIDY_FLAGS = $(STANDARD) -Iruntime -Igen/host -Itests/support $(LUA_CFLAGS)
.PHONY: check
check: install-packages ## format, layers, luacheck, cppcheck, clang-tidy, -Werror
	+@$(MAKE) --no-print-directory check-format check-layers check-lua check-cppcheck check-tidy check-warnings

.PHONY: check-format check-layers check-lua check-cppcheck check-tidy check-warnings
check-format:
	clang-format-14 --dry-run -Werror $(ALL_C)
	@! grep -nE '^.{101}' $(ALL_C) || { echo 'lines of C have at most 100 columns'; exit 1; }
check-layers: all
	$(BUILD)/loopc --test tests/tool/test_layers.lua
	BUILD=$(BUILD) bash tests/tool/test_layers_of_calls.sh
check-lua: all
	luacheck -q gen tests --exclude-files 'gen/lib/**' 'tests/program/**' 'tests/bench/**' 'tests/observe/**' 'tests/tool/lsp/**' tests/support/bits.lua
	@{ cat .luacheckrc; $(BUILD)/loopc types --luacheck; echo 'std = "loopc"'; } > $(BUILD)/specs.luacheckrc
	luacheck -q --config $(BUILD)/specs.luacheckrc specs templates/init tests/bench tests/observe tests/tool/lsp/moons.lua tests/support/bits.lua
	luacheck -q --config $(BUILD)/specs.luacheckrc --ignore 143 -- gen/lib tests/program
check-cppcheck:
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -Iruntime -Igen/host gen runtime
TIDY_MARKS = $(patsubst %.c,$(BUILD)/tidy/%.ok,$(HOST) $(OBSERVE) gen/host/embed.c $(RUNTIME) $(TESTS))
check-tidy: $(TIDY_MARKS)
$(BUILD)/tidy/%.ok: %.c .clang-tidy $(HEADERS) $(wildcard gen/*/*.h tests/support/*.h)
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- $(TIDY_FLAGS)
	@touch $@
check-warnings:
	+@$(MAKE) --no-print-directory BUILD=build/gcc CC=gcc WERROR=-Werror all $(TESTS:tests/%.c=build/gcc/tests/%)
	+@$(MAKE) --no-print-directory BUILD=build/clang CC=clang WERROR=-Werror all $(TESTS:tests/%.c=build/clang/tests/%)

$(BUILD)/loopc.1: $(BUILD)/loopc
	@$(BUILD)/loopc help --man > $@
$(BUILD)/loopc.bash: $(BUILD)/loopc
	@$(BUILD)/loopc completion > $@
$(BUILD)/loopc.pc: Makefile FORCE
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include/loopc' '' \
	    'Name: loopc' 'Description: runtime of the programs that loopc makes' 'Version: $(VERSION)' \
	    'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -lloopc $(LIBRARIES)' > $@

# With quotes: a folder's name may have blanks.
ROOT = "$(DESTDIR)$(PREFIX)"
# Where python3 looks, below PREFIX.
PYTHON_FOLDER = $(or $(shell python3 -c 'import site, sys; print(next((p for p in site.getsitepackages() if p.startswith(sys.argv[1] + "/lib/")), ""))' \
    '$(PREFIX)' 2>/dev/null),$(PREFIX)/lib/python3/dist-packages)
# A folder of runtime/ at a time: a process for each file takes seconds.
define install_folder
	install -D -m 644 -t $(ROOT)/$(2)/$(1:runtime/%=%) $(filter $(addprefix $(1),$(notdir $(3))),$(3))

endef
.PHONY: install
install: all $(BUILD)/loopc.1 $(BUILD)/loopc.bash $(BUILD)/loopc.pc ## installs under PREFIX (/usr/local), below DESTDIR
	install -D -m 755 $(BUILD)/loopc $(ROOT)/bin/loopc
	install -D -m 755 $(BUILD)/loopc-observe $(ROOT)/bin/loopc-observe
	install -D -m 755 $(BUILD)/loopc-read $(ROOT)/bin/loopc-read
	install -D -m 644 $(BUILD)/libloopc.a $(ROOT)/lib/libloopc.a
	install -D -m 644 $(BUILD)/loopc.pc $(ROOT)/lib/pkgconfig/loopc.pc
	install -D -m 644 $(BUILD)/loopc.1 $(ROOT)/share/man/man1/loopc.1
	install -D -m 644 $(BUILD)/loopc.bash $(ROOT)/share/bash-completion/completions/loopc
	$(foreach folder,$(sort $(dir $(HEADERS))),$(call install_folder,$(folder),include/loopc,$(HEADERS)))
	$(foreach folder,$(sort $(dir $(RUNTIME) $(DEVICE))),$(call install_folder,$(folder),share/loopc/runtime,$(RUNTIME) $(DEVICE)))
	install -d "$(DESTDIR)$(PYTHON_FOLDER)/loopc"
	install -m 644 $(PYTHON) "$(DESTDIR)$(PYTHON_FOLDER)/loopc"

.PHONY: uninstall
uninstall: ## removes what install put there
	rm -f $(ROOT)/bin/loopc $(ROOT)/bin/loopc-observe $(ROOT)/bin/loopc-read $(ROOT)/lib/libloopc.a $(ROOT)/lib/pkgconfig/loopc.pc $(ROOT)/share/man/man1/loopc.1
	rm -f $(ROOT)/share/bash-completion/completions/loopc
	rm -rf $(ROOT)/include/loopc $(ROOT)/share/loopc "$(DESTDIR)$(PYTHON_FOLDER)/loopc"

.PHONY: clean
clean: ## removes everything that was built
	rm -rf build $(BUILD)

.PHONY: help
help: ## shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
