#!/bin/sh
# What the compiler's warnings do not say: the layering of includes, lengths, marks left behind, headers that compile
# alone, shell scripts. Then every C and C++ file under gcc's and, when it is installed, clang's warnings.
# Prints "FILE:LINE: what, expected ..." for each finding; status 1 if there was any.
# shellcheck disable=SC2317 # the checks are called by name at the end
set -u
cd "$(dirname "$0")/../.." || exit 1

FILE_LINES=600
FUNCTION_LINES=60
LINE_COLUMNS=140 # 120 is the aim

findings=$(mktemp) || exit 1
trap 'rm -f "$findings"' EXIT
trap 'exit 130' INT TERM

sources=$(find sim models tools tests \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' \) | LC_ALL=C sort)
odd=$(find . -path ./.git -prune -o -name '* *' -print)
[ -z "$odd" ] || { echo "lint: file names with spaces: $odd" >&2; exit 1; }

report()
{
    echo "$*" >>"$findings"
}

# ---- includes follow the layout ----
# sim/ sees sim/ alone; sim/top/ and sim/main.c also what they join. A family in models/ sees the engine, itself, and what
# lies in models/ directly (the program, the configuration, the results); only the builder (models/*.c) sees every family.
# Widths and costs that one part takes from another's configuration or counters are no meeting of components: headers
# named *_config.h and *_counters.h are open to all of models/; so is models/mem/, memories that other parts are made of. tools/ sees everything; nothing sees tools/ but tools/
# and sim/main.c.
layering()
{
    # shellcheck disable=SC2086 # words
    grep -nE '^#include "' $sources | awk -F: '
        {
            file = $1
            header = $3
            sub(/^#include "/, "", header)
            sub(/".*/, "", header)
            if (!allowed(file, header))
                print file ":" $2 ": includes \"" header "\", expected " rule
        }
        function begins(text, start) { return substr(text, 1, length(start)) == start }
        function allowed(file, header,    part) {
            if (begins(file, "tools/") || begins(file, "tests/") || file == "sim/main.c") {
                rule = "a path from the root of the project"
                return header ~ /^(sim|models|tools|tests)\//
            }
            if (begins(file, "sim/top/")) {
                rule = "sim/ or models/"
                return header ~ /^(sim|models)\//
            }
            if (begins(file, "sim/")) {
                rule = "sim/ only: the engine knows no hardware"
                return begins(header, "sim/") && !begins(header, "sim/top/")
            }
            if (file ~ /^models\/[^\/]*\.c$/) {
                rule = "sim/ or models/"
                return header ~ /^(sim|models)\// && !begins(header, "sim/top/")
            }
            if (file ~ /^models\/[^\/]*\.h$/) {
                rule = "sim/ or models/"
                return header ~ /^(sim|models)\// && !begins(header, "sim/top/")
            }
            split(file, part, "/")
            rule = "sim/, models/" part[2] "/, models/mem/, models/*.h, *_config.h or *_counters.h: families meet as links, in the builder"
            if (begins(header, "sim/top/"))
                return 0
            return header ~ /^sim\// || begins(header, "models/" part[2] "/") || header ~ /^models\/[^\/]*$/ ||
                   header ~ /^models\/.*_(config|counters)\.h$/ || begins(header, "models/mem/")
        }'
}

# Every library stands behind its wrappers. Tests may read what the project writes with the library itself.
one_door()
{
    door=$1
    shift
    # shellcheck disable=SC2046,SC2086
    grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($door)" $(printf '%s\n' $sources | grep -v '^tests/') |
        while IFS=: read -r file line rest; do
            for place in "$@"; do
                # shellcheck disable=SC2254 # a pattern
                case $file in $place) continue 2 ;; esac
            done
            echo "$file:$line: ${rest#*include }, expected only in $*"
        done
}

doors()
{
    one_door 'hdf5' 'tools/file/h5*'
    one_door 'yaml' sim/settings.c
    one_door 'gsl/' sim/random.c 'models/physics/*' 'tools/calibrate/*' tools/cli/compare.c tools/read/idx.c \
        tools/report/quantile.c tools/report/monte_carlo.c 'tools/validate/silicon_*' \
        tools/reference/neuron_exact.c
    one_door 'systemc|tlm' 'sim/top/*' sim/main.c
    one_door 'jansson' tools/report/json.c tools/read/keras.c tools/read/keras.h tools/read/keras_layer.c tools/read/sonata.c tools/validate/recording.c tools/validate/networks.c 'tools/cli/*.c'
    one_door 'zlib' tools/file/file.c
    one_door 'openssl/' tools/file/sha256.c
    one_door 'protobuf-c/|tools/read/.*pb-c' 'tools/read/onnx*.c'
    one_door 'lz4|zstd' tools/file/unpack.c
    one_door 'expat' tools/read/aedat4_info.c
}

# ---- lengths and marks ----
lengths()
{
    # shellcheck disable=SC2086
    wc -l $sources | awk -v most=$FILE_LINES '$2 != "total" && $1 > most { print $2 ":1: " $1 " lines, expected at most " most }'
    # shellcheck disable=SC2086
    tools/scripts/function-lengths.sh $sources | awk -v most=$FUNCTION_LINES '
        $1 > most { print $2 ": " $3 " has " $1 " lines, expected at most " most }'
    # shellcheck disable=SC2086
    awk -v most=$LINE_COLUMNS 'length($0) > most { print FILENAME ":" FNR ": " length($0) " columns, expected at most " most }
        /[ \t]+$/ { print FILENAME ":" FNR ": blanks at the end of the line, expected none" }
        /\t/ { print FILENAME ":" FNR ": a tab, expected spaces" }' $sources
}

marks()
{
    # shellcheck disable=SC2086
    grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $sources | sed -E 's/^([^:]*:[0-9]+):.*\b(TODO|FIXME|XXX|HACK)\b.*/\1: \2, expected it done/'
}

# ---- headers compile alone, as C11, and those that C++ sees as C++17 too ----
headers()
{
    hdf5=$(pkg-config --cflags hdf5-serial 2>/dev/null)
    for header in $(printf '%s\n' "$sources" | grep '\.h$'); do
        # shellcheck disable=SC2086
        gcc -std=c11 -D_POSIX_C_SOURCE=200809L -I. $hdf5 -Wall -Wextra -fsyntax-only -x c "$header" 2>/dev/null ||
            echo "$header:1: does not compile alone as C11, expected every header to"
        grep -q 'extern "C"' "$header" || continue
        g++ -std=c++17 -I. -Wall -Wextra -fsyntax-only -x c++ "$header" 2>/dev/null ||
            echo "$header:1: does not compile alone as C++17, expected that of a header with extern \"C\""
    done
}

scripts()
{
    for script in tools/demo tools/test tools/scripts/* .ci/run $(find tests -name '*.sh'); do
        [ -f "$script" ] || continue
        case $(head -n 1 "$script") in
            *python3) continue ;;
            *bash) bash -n "$script" 2>&1 ;;
            *) sh -n "$script" 2>&1 ;;
        esac
        if command -v shellcheck >/dev/null 2>&1; then
            shellcheck -f gcc "$script"
        fi
    done
}

# Warnings are errors there. Objects go to folders of their own, so that a second run is quick.
compiler()
{
    command -v "$1" >/dev/null 2>&1 || { echo "lint: $1 is not installed: skipped" >&2; return; }
    log=$(make -s -k -j2 CC="$1" CXX="$2" BUILD="build-lint/$1" objects 2>&1) && return
    if ! printf '%s\n' "$log" | grep -E '^[^ ]+:[0-9]+:[0-9]+: (fatal error|error|warning)' >>"$findings"; then
        printf '%s\n' "$log" | grep -F '***' >>"$findings"
    fi
}

for check in layering doors lengths marks headers scripts; do
    $check >>"$findings"
done
compiler gcc g++
compiler clang clang++

sort -u "$findings"
count=$(sort -u "$findings" | wc -l)
[ "$count" -eq 0 ] && echo "lint: nothing to say about $(printf '%s\n' "$sources" | wc -l) files" && exit 0
echo "lint: $count findings" >&2
exit 1
