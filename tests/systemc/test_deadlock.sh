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
for text in 'core 1 waits for room in its event queue (1 events)' 'host interface 0 waits for credit'; do
    grep -q "$text" "$work/stderr" || { cat "$work/stderr"; exit 1; }
done

# A recurrent network on 16 cores: every core can neither send nor take.
bench=${REFERENCE:-../shared/reference}/bench
[ -r "$bench/r1024_f64.nir" ] || { echo "test_deadlock: 1 cases skipped (no reference data)"; exit 0; }
"$npusim" run --chip configs/chip/bench-16.yaml --network "$bench/r1024_f64.nir" --input "$bench/r1024_f64_input.h5" \
    --set core.event_queue.depth=1 --set core.event_queue.policy=stall --set router.buffer_flits=4 \
    --out "$work/out" >"$work/stdout" 2>"$work/stderr"
status=$?
[ $status -eq 1 ] || { echo "status $status, expected 1"; exit 1; }
cores=$(grep -c '  core [0-9]* waits for credit of its router, .*; room in its event queue (1 events)' "$work/stderr")
routers=$(grep -c '  router [0-3] waits for credit of ' "$work/stderr")
[ "$cores $routers" = "16 4" ] || { cat "$work/stderr"; exit 1; }
