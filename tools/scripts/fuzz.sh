#!/bin/sh
# Runs every fuzz target for some seconds (default 10) and prints executions, coverage and crashes of each. Status 1 if any
# crashed, leaked, ran out of memory or hung. docs/fuzzing.md says how to build (make fuzz) and how to look at a finding.
#
#   tools/scripts/fuzz.sh [SECONDS [TARGET ...]]
#
# FUZZ_KEEP=DIR keeps the inputs that were found (DIR/TARGET/) for the next time; findings go to DIR/findings/, without it
# to build-fuzz/findings/. A target goes on after a finding until its time is over.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-10}
[ $# -eq 0 ] || shift
program=${FUZZ_PROGRAM:-build-fuzz/fuzz}
[ -x "$program" ] || { echo "fuzz.sh: no $program, expected one (make fuzz)" >&2; exit 2; }
keep=${FUZZ_KEEP:-}
work=${keep:-$(mktemp -d)} || exit 1
findings=${keep:-build-fuzz}/findings
mkdir -p "$findings" "$work"
log=$(mktemp) || exit 1
trap 'rm -f "$log"; [ -n "$keep" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Longest input: edits are 8 bytes each (tests/fuzz/bundle_edit.c), files are what they are.
longest()
{
    case $1 in
        *-bytes) echo 65536 ;;
        nmnist | npy | idx | labels | trace | measured | event-text) echo 1024 ;;
        chip | technology | accelerator | cost | layers | onnx | aedat) echo 16384 ;;
        *) echo 258 ;;
    esac
}

last()
{
    sed -n "s/.*$1: \([0-9]*\).*/\1/p" "$log" | tail -n 1
}

# One run of at most $2 seconds; sets executions, edges, features; status of libFuzzer.
run()
{
    dictionary=
    [ ! -s "$work/$1.dict" ] || dictionary="-dict=$work/$1.dict"
    # shellcheck disable=SC2086 # an option or none
    FUZZ_TARGET=$1 "$program" -max_total_time="$2" -max_len="$(longest "$1")" -timeout=25 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$findings/$1-" $dictionary "$work/$1" >"$log" 2>&1
    status=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(last cov)
    features=$(last ft)
    return "$status"
}

total=0 crashes=0
printf '%-16s %12s %8s %9s %8s\n' target executions edges features findings
for target in ${*:-$(FUZZ_LIST=1 "$program")}; do
    FUZZ_TARGET=$target FUZZ_SEEDS=$work/$target "$program" >"$log" 2>&1 || { cat "$log"; exit 1; }
    begin=$(date +%s) sum=0 found=0
    while left=$((seconds - $(date +%s) + begin)) && [ "$left" -gt 0 ] && [ "$found" -lt 20 ]; do
        if ! run "$target" "$left"; then
            found=$((found + 1))
            grep -E 'ERROR: |runtime error:|internal error|ALARM:' "$log" | head -n 1 >&2
        fi
        sum=$((sum + ${executions:-0}))
    done
    printf '%-16s %12s %8s %9s %8s\n' "$target" "$sum" "${edges:-0}" "${features:-0}" "$found"
    total=$((total + sum))
    crashes=$((crashes + found))
done
echo "fuzz: $total executions, $crashes findings"
[ "$crashes" -eq 0 ]
