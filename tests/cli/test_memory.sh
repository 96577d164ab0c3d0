#!/bin/sh
# npusim memory: what the fit gives stands in the technology files, a larger memory costs more, and a clock that memories
# cannot follow is refused when asked.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$NPUSIM" memory --points configs/technology/sram-points.csv >"$dir/fit"
for text in "planar: read, pJ a word .*28 points .*capacity ^ 0.616 .*width ^ 0.440 .*ports ^ 0.354" \
    "planar: area, um2 a bit .*25 points .*capacity ^ -0.038 .*ports ^ 1.299" "finfet: read, pJ a word .*capacity ^ 0.132" \
    "Horowitz 2014, 45 nm .*8192 bytes .*64 bits, 1 ports .*32.7 %" "not fitted"; do
    grep -q "$text" "$dir/fit" || { cat "$dir/fit"; echo "fit: no \"$text\""; exit 1; }
done

# Read energy of a memory of the chip, in pJ.
read_pj() { "$NPUSIM" memory --chip configs/chip/rain.yaml --set "$1" | awk -v name="$2" '$1 == name { print $6 }'; }
small=$(read_pj core.event_queue.depth=4096 core.event_queue)
large=$(read_pj core.event_queue.depth=8192 core.event_queue)
awk -v a="$small" -v b="$large" 'BEGIN { ratio = b / a; exit !(ratio > 1.53 && ratio < 1.534) }' ||
    { echo "twice the queue: $small pJ, then $large pJ, expected 2 ^ 0.616 = 1.53 times as much"; exit 1; }

# Synapses in an array that multiplies are there too: of Rain's, 256 weights of 8 bits at 1.479 fJ a bit are 3.029 pJ a row.
row=$("$NPUSIM" memory --chip configs/chip/rain.yaml | awk '$1 == "core.synapse" { print $6 }')
awk -v row="$row" 'BEGIN { exit !(row > 3.028 && row < 3.030) }' ||
    { echo "an active row of the synapse array: \"$row\" pJ, expected 3.029"; exit 1; }

status=0
"$NPUSIM" run --chip configs/chip/rain.yaml --set power.clock_limit=memories --set clock_hz=2e10 --samples 1 \
    --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --out "$dir/out" >"$dir/said" 2>&1 || status=$?
if [ "$status" != 2 ] || [ -e "$dir/out" ] || ! grep -q "clock_hz is 2e+10, expected at most .*core.event_queue" "$dir/said"; then
    cat "$dir/said"
    echo "20 GHz: status $status, expected 2, the memory's name and no output"
    exit 1
fi
for mistake in "" "--points none.csv" "--chip configs/chip/loihi.yaml" "--points configs/chip/rain.yaml"; do
    status=0
    # shellcheck disable=SC2086
    "$NPUSIM" memory $mistake >/dev/null 2>"$dir/message" || status=$?
    if [ "$status" != 2 ] || [ ! -s "$dir/message" ]; then
        echo "memory $mistake: status $status, expected 2 and a message"
        exit 1
    fi
done
