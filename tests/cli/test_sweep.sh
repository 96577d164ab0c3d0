#!/bin/sh
# npusim sweep: each point is what `npusim run` gives there; chips beside it; digital chips too; nothing written when a
# point cannot be run.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

digits="--network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt --samples 12"
noise=core.synapse.memristor.read_noise
bits=core.synapse.memristor.converter.bits
chips=tests/support/chips
# shellcheck disable=SC2086 # words
"$npusim" sweep --chip $chips/tiny-memristor.yaml --against $chips/tiny-dimc.yaml $digits --monte-carlo 3 --jobs 2 \
    --vary $noise=0,0.5 --vary $bits=2,7 --out "$work/page.html" >"$work/text" 2>"$work/stderr" || { cat "$work/stderr"; fail "sweep failed"; }
# agreement FILE NAME: of the line that begins with NAME
agreement() { awk -v name="$2" 'index($0, "  " name " ") == 1 { sub(/.*agreement */, ""); sub(/ .*/, ""); print; exit }' "$1"; }
# expect NAME RUN-OPTION ...: the mean of the summary's Monte Carlo block, or its only figure
expect()
{
    name=$1
    shift
    # shellcheck disable=SC2086
    "$npusim" run $digits "$@" --json >"$work/json" || fail "$*: run failed"
    wanted=$(sed -n '/"monte_carlo": {/,$p' "$work/json" | sed -n '/"spike_agreement": {/,/}/s/^ *"mean": \([0-9.e-]*\),$/\1/p' | head -n 1)
    [ -n "$wanted" ] || wanted=$(sed -n 's/^  "spike_agreement": \([0-9.e-]*\),$/\1/p' "$work/json")
    wanted=$(awk "BEGIN { printf \"%.2f\", 100 * $wanted }")
    got=$(agreement "$work/text" "$name")
    [ "$got" = "$wanted" ] || { cat "$work/text"; fail "$name: agreement $got %, expected $wanted %"; }
    grep -q "<td>$name</td>.*<td>$wanted %</td>" "$work/page.html" || fail "$name: not in the page's tables"
}
expect "tiny memristor" --chip $chips/tiny-memristor.yaml --monte-carlo 3
expect "tiny dimc" --chip $chips/tiny-dimc.yaml
expect 0.5 --chip $chips/tiny-memristor.yaml --monte-carlo 3 --set $noise=0.5
expect 2 --chip $chips/tiny-memristor.yaml --monte-carlo 3 --set $bits=2
[ "$(agreement "$work/text" 0)" != "$(agreement "$work/text" 0.5)" ] || fail "noise changes nothing"
[ "$(grep -c '<svg' "$work/page.html")" -eq 6 ] || fail "not three charts for each key"
[ "$(grep -o '<circle' "$work/page.html" | wc -l)" -eq $((4 * 3 + 4 * 3)) ] || fail "not a dot for each mean and each chip"

# A digital chip has one figure a point.
# shellcheck disable=SC2086
"$npusim" sweep --chip $chips/tiny-sparse.yaml $digits --vary core.axon_cycles=1,20 --out "$work/digital.html" >"$work/text" ||
    fail "sweep of a digital chip failed"
[ "$(agreement "$work/text" 1)" = "$(agreement "$work/text" 20)" ] || fail "cycles change spikes"

# refused TEXT OPTION ...
refused()
{
    text=$1
    shift
    # shellcheck disable=SC2086
    "$npusim" sweep $digits "$@" --out "$work/refused.html" >/dev/null 2>"$work/stderr"
    [ $? -eq 2 ] || fail "$*: not refused"
    grep -q -e "$text" "$work/stderr" || { cat "$work/stderr"; fail "$*: expected \"$text\""; }
    [ ! -e "$work/refused.html" ] || fail "$*: left a page behind"
}
refused "expected KEY=VALUE,VALUE" --chip $chips/tiny-sparse.yaml --vary core.axon_cycles
refused "expected KEY=VALUE,VALUE" --chip $chips/tiny-sparse.yaml --vary core.axon_cycles=1,,2
refused "core.axon_cylces" --chip $chips/tiny-sparse.yaml --vary core.axon_cylces=1
refused "core.axon_cycles" --chip $chips/tiny-sparse.yaml --vary core.axon_cycles=1,x
refused "expected a chip with core.synapse.kind memristor" --chip $chips/tiny-sparse.yaml --vary core.axon_cycles=1 --monte-carlo 2
refused "missing" --chip $chips/tiny-sparse.yaml
exit 0
