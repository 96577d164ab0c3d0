#!/bin/sh
# run --monte-carlo N: N chips, each what --device-seed gives alone; the same for any --jobs, order and quantum; refused for
# chips without devices.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

chip=tests/support/chips/tiny-memristor.yaml
run()
{
    "$npusim" run --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt \
        --samples 20 "$@"
}
# The block of a key of the summary on stdin.
block() { sed -n "/^  \"$1\": {/,/^  }/p"; }
# The first number of a key on stdin.
value() { sed -n "s/^ *\"$1\": *\([-0-9.e+]*\),*$/\1/p" | head -n 1; }

run --chip $chip --monte-carlo 4 --out "$work/out" >"$work/text" || fail "--monte-carlo 4 failed"
block monte_carlo <"$work/out/summary.json" >"$work/expected"
[ "$(grep -c '"device_seed"' "$work/expected")" -eq 4 ] || fail "not four chips in summary.json"
grep -q "4 chips that differ in their devices (seeds 1 to 4)" "$work/text" || fail "no title in the summary"
grep -q "that is device noise" "$work/text" || fail "the summary does not say where differences come from"
grep -q "4 chips that differ in their devices" "$work/out/report.html" || fail "not on the page"

for how in "--jobs 3" "--order shuffled" "--quantum 1" "--jobs 2 --order reversed"; do
    # shellcheck disable=SC2086 # words
    run --chip $chip --monte-carlo 4 --json $how 2>/dev/null | block monte_carlo >"$work/got"
    cmp -s "$work/expected" "$work/got" || { diff "$work/expected" "$work/got"; fail "$how gives other figures"; }
done

# Each chip alone.
for seed in 1 2 3 4; do
    run --chip $chip --device-seed $seed --json >"$work/alone" || fail "--device-seed $seed failed"
    spikes=$(block counts <"$work/alone" | value spikes)
    together=$(grep -A 3 "\"device_seed\": $seed,\$" "$work/expected" | value spikes)
    awk "BEGIN { exit !($spikes == $together) }" || fail "seed $seed: $spikes spikes alone, $together in the Monte Carlo run"
    echo "$spikes"
done >"$work/spikes"
[ "$(sort -u "$work/spikes" | wc -l)" -gt 1 ] || fail "all seeds gave the same spikes"

# Ideal devices are those of the digital array.
run --chip tests/support/chips/tiny-dimc.yaml --json >"$work/digital"
grep -A 6 '"spike_agreement": {' "$work/expected" | value ideal >"$work/ideal"
value spike_agreement <"$work/digital" >"$work/agreement"
[ -s "$work/ideal" ] || fail "no ideal run"
cmp -s "$work/ideal" "$work/agreement" || fail "ideal devices: $(cat "$work/ideal"), digital array: $(cat "$work/agreement")"

if command -v h5dump >/dev/null; then
    for name in device_seed accuracy spike_agreement spikes energy_j latency_s; do
        h5dump -H -d "/monte_carlo/$name" "$work/out/result.h5" | grep -q '( 4 )' || fail "result.h5: no /monte_carlo/$name of 4"
    done
fi

# refused TEXT OPTION ...
refused()
{
    text=$1
    shift
    run "$@" --out "$work/refused" >/dev/null 2>"$work/stderr"
    [ $? -eq 2 ] || fail "$*: not refused"
    grep -q -e "$text" "$work/stderr" || { cat "$work/stderr"; fail "$*: expected \"$text\""; }
    [ ! -e "$work/refused" ] || fail "$*: left something behind"
}
refused "expected a chip with core.synapse.kind memristor" --chip tests/support/chips/tiny-dimc.yaml --monte-carlo 3
refused "expected a whole number from 1" --chip $chip --monte-carlo 0
refused "expected a whole number" --chip $chip --device-seed x
exit 0
