#!/bin/sh
# A simulation that cannot go on ends with status 1, tells on stderr who waits for what, and leaves no result.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

"$npusim" run --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir \
    --input traces/digits/test-spikes.h5 --samples 1 --set core.event_queue.depth=1 --out "$work/out" \
    >"$work/stdout" 2>"$work/stderr"
status=$?
[ $status -eq 1 ] || { echo "status $status, expected 1"; exit 1; }
[ ! -s "$work/stdout" ] || { cat "$work/stdout"; exit 1; }
for file in summary.json result.h5 report.html; do
    [ ! -e "$work/out/$file" ] || { echo "$file was written"; exit 1; }
done
grep -q 'core 1 waits for room in its event queue (1 events)' "$work/stderr" &&
    grep -q 'host interface 0 waits for credit' "$work/stderr"
