# npusim: one Makefile. Targets: all setup demo test fuzz bench lint mutate install clean
# MPI=1 builds with Open MPI (in build-mpi/).
# SAN=1 builds with AddressSanitizer and UBSan (in build-san/); CC=clang works too.
# FUZZ=1, what `make fuzz` sets, builds with clang's libFuzzer and both sanitizers (in build-fuzz/; docs/fuzzing.md).
FUZZ ?= 0
ifeq ($(FUZZ),1)
CC := clang
CXX := clang++
endif
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CXX ?= g++
PREFIX ?= /usr/local
REFERENCE ?= ../shared/reference
SAN ?= 0
MPI ?= 0

VERSION := 0.1.0
ifeq ($(SAN),1)
BUILD ?= build-san
SANFLAGS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=undefined,float-cast-overflow \
	-fno-omit-frame-pointer
OPTIMISE ?= -O1 -g
else ifeq ($(FUZZ),1)
BUILD ?= build-fuzz
SANFLAGS := -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow \
	-fno-sanitize-recover=undefined,float-cast-overflow -fno-omit-frame-pointer
OPTIMISE ?= -O1 -g
else
BUILD ?= build
SANFLAGS :=
OPTIMISE ?= -O2 -g
endif

# MPI=1: chips over several processes (docs/scale-out.md), in a folder of its own.
ifeq ($(MPI),1)
BUILD := $(BUILD)-mpi
MPI_CPPFLAGS := -DNPUSIM_MPI $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I ompi-c))
MPI_LIBS := $(shell pkg-config --libs ompi-c)
ifeq ($(MPI_LIBS),)
$(error MPI=1: Open MPI is not installed, expected libopenmpi-dev; tools/scripts/setup --mpi installs it)
endif
endif

PACKAGES := gsl jansson yaml-0.1 zlib libcrypto libprotobuf-c liblz4 libzstd expat
HDF5_INCLUDE := $(shell pkg-config --cflags-only-I hdf5-serial 2>/dev/null || echo -I/usr/include/hdf5/serial)
HDF5_LIBS := $(shell pkg-config --libs hdf5-serial 2>/dev/null || echo -L/usr/lib/x86_64-linux-gnu/hdf5/serial -lhdf5)
WARN := -Wall -Wextra -Wshadow -Wconversion -Werror
CPPFLAGS += -I. -I$(BUILD)/generated $(MPI_CPPFLAGS) -D_POSIX_C_SOURCE=200809L -DNPUSIM_VERSION='"$(VERSION)"' $(HDF5_INCLUDE) $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CFLAGS := -std=c11 $(WARN) $(OPTIMISE) $(SANFLAGS)
# SystemC's own headers are not clean under these warnings, so they come in as system headers.
CXXFLAGS := -std=c++17 $(WARN) $(OPTIMISE) $(SANFLAGS)
LDLIBS := -lsystemc $(MPI_LIBS) $(HDF5_LIBS) $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm -lpthread
LDFLAGS += $(SANFLAGS)

LIB_C := $(filter-out sim/main.c,$(wildcard sim/*.c)) $(wildcard sim/top/*.c models/*.c models/*/*.c tools/*/*.c)
LIB_CXX := $(wildcard sim/top/*.cpp)
# Parsers that protobuf-c makes of schemas.
PROTO := $(wildcard tools/*/*.proto)
PROTO_C := $(PROTO:%.proto=$(BUILD)/generated/%.pb-c.c)
LIB_OBJ := $(LIB_C:%.c=$(BUILD)/%.o) $(LIB_CXX:%.cpp=$(BUILD)/%.o) $(PROTO_C:%.c=%.o)
LIB := $(BUILD)/libnpusim.a

# Every tests/*/test_NAME.c is a Check program of its own; tests/support holds what they share.
TEST_C := $(wildcard tests/*/test_*.c)
TEST_BIN := $(TEST_C:%.c=$(BUILD)/%)
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))

all: $(BUILD)/npusim $(LIB)

# Every source compiled and nothing linked, for tools/scripts/lint.sh.
objects: $(LIB_OBJ) $(BUILD)/sim/main.o $(TEST_C:%.c=$(BUILD)/%.o) $(SUPPORT_OBJ)

$(BUILD)/npusim: $(BUILD)/sim/main.o $(LIB)
	@echo "  link $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/generated/%.pb-c.c $(BUILD)/generated/%.pb-c.h &: %.proto
	@mkdir -p $(BUILD)/generated
	@echo "  generate $<"
	@protoc-c --c_out=$(BUILD)/generated $<

$(PROTO_C:%.c=%.o): %.o: %.c
	@echo "  compile $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The generated header must be there before the first compilation; afterwards the .d files know who needs it.
$(LIB_OBJ): | $(PROTO_C:%.c=%.h)

$(BUILD)/%.o: %.cpp
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJ) $(LIB)
	@echo "  link $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lsubunit -lrt)

# One program for all formats; tools/scripts/fuzz.sh runs it for each.
FUZZ_C := $(filter-out tests/fuzz/test_%,$(wildcard tests/fuzz/*.c)) tests/support/network_equal.c tests/support/record.c \
	tests/support/small_networks.c

fuzz:
	$(MAKE) FUZZ=1 build-fuzz/fuzz

$(BUILD)/fuzz: $(FUZZ_C:%.c=$(BUILD)/%.o) $(LIB)
	@echo "  link $@"
	@$(CXX) $(LDFLAGS) -fsanitize=fuzzer -Wl,--wrap=h5_probe,-u,sc_main -o $@ $^ $(LDLIBS)

setup:
	tools/scripts/setup

demo: all
	tools/scripts/demo.sh $(BUILD)

test: all $(TEST_BIN)
	NPUSIM=$(BUILD)/npusim REFERENCE=$(REFERENCE) tools/scripts/run-tests.sh $(TEST_BIN)

bench: all
	$(BUILD)/npusim bench

lint:
	tools/scripts/lint.sh

# Takes minutes; tests/mutate/README.md.
mutate:
	tests/mutate/mutate.sh

install: all
	install -D $(BUILD)/npusim $(DESTDIR)$(PREFIX)/bin/npusim
	mkdir -p $(DESTDIR)$(PREFIX)/share/npusim
	cp -r configs traces $(DESTDIR)$(PREFIX)/share/npusim/

clean:
	rm -rf build build-san build-lint build-mpi build-san-mpi build-fuzz

.PHONY: all objects setup demo test fuzz bench lint mutate install clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
