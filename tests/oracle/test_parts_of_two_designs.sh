#!/bin/sh
# The crossbar core of one recorded design on the merge routers of the other, joined by a chip file alone, runs the digits
# network: right as often as in float, within a point, and in the same state in any order, quantum and under the oracle.
set -eu
run()
{
    "$NPUSIM" run --chip configs/chip/crossbar-mesh.yaml --network traces/digits/digits.nir \
        --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt --json "$@"
}
value()
{
    sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" | head -n 1
}
whole=$(run)
chip=$(echo "$whole" | value accuracy)
float=$(echo "$whole" | value reference_accuracy)
awk -v chip="$chip" -v float="$float" 'BEGIN { exit !(chip >= 0.96 && chip >= float - 0.01) }' ||
    { echo "accuracy on the chip $chip, expected that in float, $float, within a point"; exit 1; }
first=$(run --samples 2 | value state_hash)
[ -n "$first" ] || { echo "expected a state hash"; exit 1; }
for how in "--order reversed" "--order shuffled" "--quantum 1" "--quantum 16" --oracle; do
    # shellcheck disable=SC2086 # words
    hash=$(run --samples 2 $how | value state_hash)
    [ "$hash" = "$first" ] || { echo "$how: state hash $hash, expected $first"; exit 1; }
done
