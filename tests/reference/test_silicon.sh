#!/bin/sh
# `npusim validate silicon`: published chips within the limits of docs/silicon.md, what misses them is what it says
# misses them, and every figure is in the drawing.
set -eu
reference=${REFERENCE:-../shared/reference}
for suite in silicon reference converters; do # what is absent is said, where it is looked for too, and no table is printed
    said=$(REFERENCE=/nowhere "$NPUSIM" validate $suite 2>&1) || { echo "$suite without data: status $?, expected 0"; exit 1; }
    case $said in
    "npusim: $suite: skipped, /nowhere/"*" is not there (set REFERENCE)
$suite: nothing was compared, for want of the reference data") ;;
    *) echo "$suite without data: $said"; exit 1 ;;
    esac
done
if [ ! -d "$reference/physics/neuromorphic" ]; then
    echo "test_silicon: 1 cases skipped (no reference data)"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# A chip is there while it runs: all of them at once would take 1.4 GB. A sanitizer takes far more for itself.
limit=900000
! nm "$NPUSIM" | grep -q __asan_init || limit=unlimited
status=0
# shellcheck disable=SC3045 # dash and bash have it
(ulimit -v "$limit" && exec "$NPUSIM" validate silicon --plot "$dir/silicon.svg") >"$dir/table" || status=$?
[ "$status" = 1 ] || { echo "exit status $status, expected 1: four rows miss their limit"; exit 1; }

# A row of the table: rows PATTERN COUNT WHAT.
rows()
{
    found=$(grep -c "$1" "$dir/table" || true)
    [ "$found" = "$2" ] || { grep -v '^    ' "$dir/table"; echo "$found rows of $3, expected $2"; exit 1; }
}
rows '^TrueNorth 0.80 V.* 2.0 %.*fitted *pass$' 2 "TrueNorth's sweep, fitted, within 2 %"
rows '^TrueNorth 0.80 V.* 2.0 %.*held out *pass$' 1 "TrueNorth's sweep, held out, within 2 %"
rows '^TrueNorth 0.7[57].* 5.0 %.*held out *pass$' 2 "TrueNorth at 0.775 and 0.75 V, held out, within 5 %"
rows '^ODIN .*power.* 2.0 %.*pass$' 2 "ODIN's operating points within 2 %"
rows '^ODIN .*operations.* 2.0 %.*held out *pass$' 2 "ODIN's rates of operations within 2 %"
rows '^Loihi barrier, .*chips .*pass$' 2 "barriers of many chips"
rows '^Loihi query, 768 chips .*latency.* 10.0 %.*pass$' 1 "the query's latency within 10 %"
rows '^Loihi query of .* MISS$' 4 "a query's energy by two sets of constants, known to miss 5 %"
rows '^Loihi synaptic operation.*pass$' 2 "a synaptic operation's time"
rows '^DIMC.* pass$' 6 "macros within the spread of their own figures"
rows '^SNN processor, 40 nm .* 5.0 %.*pass$' 3 "rate, power and energy of the 40 nm processor within 5 %"
rows '^IMPULSE, 85 % .* 5.0 %.*pass$' 1 "IMPULSE's energy-delay within 5 %"
rows 'MISS$' 4 "misses"
rows 'of 4096 cores' 7 "scales that are said"
rows 'nan' 0 "figures that are none"
tail -n 1 "$dir/table"

[ "$(head -c 4 "$dir/silicon.svg")" = "<svg" ] || { echo "no drawing"; exit 1; }
tail -n 1 "$dir/silicon.svg" | grep -q '^</svg>$' || { echo "half a drawing"; exit 1; }
points=$(grep -c 'class="bar"' "$dir/silicon.svg")
[ "$points" = 29 ] || { echo "$points points in the drawing, expected 29"; exit 1; }
