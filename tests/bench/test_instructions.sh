#!/bin/sh
# How many instructions a synaptic event takes, which no other work on the machine disturbs: short rows of `npusim
# bench` under callgrind against the bounds of tests/bench/instructions.txt.
set -u
npusim=${NPUSIM:-build/npusim}
bounds=$(dirname "$0")/instructions.txt
if ! command -v valgrind >/dev/null; then
    echo "test_instructions: 1 cases skipped (no valgrind)"
    exit 0
fi
if nm "$npusim" | grep -q __asan_init; then
    echo "test_instructions: 1 cases skipped (the sanitizer and valgrind exclude each other)"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# measure ROW STEPS: instructions for an event, with two digits
measure()
{
    rm -f "$work"/callgrind.*
    valgrind --tool=callgrind --collect-atstart=no --toggle-collect=engine_run \
        --callgrind-out-file="$work/callgrind.%p" "$npusim" bench --rows "$1" --steps "$2" --runs 1 --json \
        >"$work/bench.json" 2>"$work/messages" || { cat "$work/messages" >&2; return 1; }
    events=$(sed -n 's/^ *"synaptic_events": \([0-9]*\),\{0,1\}$/\1/p' "$work/bench.json")
    # one file a process; the parent has none of engine_run
    cat "$work"/callgrind.* | awk -v events="$events" '
        /^(summary|totals):/ && $2 > most { most = $2 }
        END { if (events < 1 || most < 1) exit 1; printf "%.2f\n", most / events }'
}

while read -r row steps bound; do
    case $row in '#'*|'') continue ;; esac
    got=$(measure "$row" "$steps") || { echo "$row: not measured"; failed=1; continue; }
    echo "$row: $got instructions a synaptic event, at most $bound"
    if awk -v got="$got" -v bound="$bound" 'BEGIN { exit !(got > bound) }'; then
        echo "$row: more than $bound: see $bounds"
        failed=1
    elif awk -v got="$got" -v bound="$bound" 'BEGIN { exit !(got < 0.8 * bound) }'; then
        echo "$row: far less than $bound: lower it in $bounds"
    fi
done <"$bounds"
exit $failed
