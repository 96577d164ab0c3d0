#!/bin/sh
# Memory does not grow with the number of samples: ten times as many, and what a process has at its peak stays within a
# fifth, with --jobs as well. And what is written of them is what fewer samples would have written.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

files=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do files="$files traces/digits/test-spikes.h5"; done
# shellcheck disable=SC2086 # words
"$npusim" import $files --inputs 64 --out "$work/many.h5" >/dev/null || fail "import"

# peak SAMPLES [OPTION ...]: MiB
peak()
{
    samples=$1
    shift
    TMPDIR=$work "$npusim" run --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir \
        --input "$work/many.h5" --samples "$samples" --out "$work/$samples" --quiet "$@" || fail "$samples samples: status $?"
    sed -n 's/.*"peak_rss_mib": *\([0-9.]*\).*/\1/p' "$work/$samples/summary.json"
}
bounded()
{
    few=$(peak 426 "$@")
    many=$(peak 4260 "$@")
    echo "426 samples: $few MiB, 4260: $many MiB $*"
    awk -v few="$few" -v many="$many" 'BEGIN { exit !(few > 0 && many < 1.2 * few) }' || fail "memory grows with samples"
}
if nm -D "$npusim" 2>/dev/null | grep -q __asan_init; then
    echo "test_memory: 1 cases skipped (a sanitizer keeps what is freed)"
else
    bounded
    bounded --jobs 2
fi

# interrupted SIGNAL [OPTION ...]: nothing is left of a run that is told to end while it writes
interrupted()
{
    signal=$1
    shift
    rm -rf "$work/ended"
    TMPDIR=$work "$npusim" run --chip configs/chip/rain.yaml --network traces/digits/digits.nir \
        --input traces/digits/test-spikes.h5 --oracle --out "$work/ended" --quiet "$@" 2>/dev/null &
    child=$!
    tries=0
    while [ ! -s "$work/ended/result.h5.part" ] && [ $tries -lt 200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    [ -e "$work/ended/result.h5.part" ] || fail "$signal: nothing was begun"
    kill -s "$signal" $child
    wait $child 2>/dev/null
    status=$?
    [ $status -gt 128 ] || fail "$signal: status $status, expected that of the signal"
    left=$(find "$work" -name '*.part' -o -name 'npusim-spikes-*' -o -path '*ended/*')
    [ -z "$left" ] || fail "$signal: left behind: $left"
}
interrupted TERM
interrupted HUP
interrupted TERM --jobs 2
