#!/bin/sh
# Engine and hardware know nothing of the reference simulation: no object of theirs names a symbol of tools/reference,
# and no source of theirs includes anything from tools/ (the program's main, which calls the commands, apart).
set -u
build=$(dirname "${NPUSIM:-build/npusim}")
status=0

includes=$(grep -n '#include "tools/' -r sim models | grep -v '^sim/main.c:')
[ -z "$includes" ] || { echo "$includes"; status=1; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
find "$build/tools/reference" -name '*.o' -exec nm --defined-only {} + | awk 'NF == 3 && $2 == "T" { print $3 }' |
    sort -u >"$work/reference"
find "$build/sim" "$build/models" -name '*.o' ! -path "$build/sim/main.o" -exec nm --undefined-only {} + |
    awk 'NF == 2 { print $2 }' | sort -u >"$work/used"
grep -qx reference_run "$work/reference" || { echo "no symbol reference_run below $build/tools/reference"; status=1; }
grep -qx engine_wake_far "$work/used" || { echo "no use of engine_wake_far below $build/models"; status=1; }
used=$(comm -12 "$work/reference" "$work/used")
[ -z "$used" ] || { echo "used by sim or models: $used"; status=1; }
exit $status
