#!/bin/sh
# --jobs N: any number of processes gives what one gives, to the last bit of state, and a process that dies ends the run.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

# What two runs may differ in: the command, and what the simulation cost.
same_part()
{
    sed -e '/"command"/d' -e '/"host": {/,/}/d' "$1/summary.json"
}
# run JOBS CHIP SAMPLES [OPTION ...]
run()
{
    jobs=$1 chip=$2 samples=$3
    shift 3
    "$npusim" run --chip "$chip" --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 \
        --labels traces/digits/labels.txt --samples "$samples" --jobs "$jobs" --out "$work/$jobs" --quiet "$@"
}
# Every dataset of result.h5 and nothing else of it: provenance holds the command.
same_result()
{
    same_part "$work/1" >"$work/expected" || exit 1
    same_part "$work/$1" >"$work/got" || exit 1
    [ -s "$work/expected" ] || fail "no summary"
    cmp -s "$work/expected" "$work/got" || { diff "$work/expected" "$work/got"; fail "$2: --jobs $1 gives another summary"; }
    command -v h5diff >/dev/null || return 0
    h5diff -q --exclude-path=/provenance "$work/1/result.h5" "$work/$1/result.h5" || fail "$2: --jobs $1 gives another result.h5"
}

for chip in tiny-sparse tiny-dimc tiny-multicast tiny-processor tiny-tick tiny-two-chips tiny-crossbar tiny-memristor; do
    file=tests/support/chips/$chip.yaml
    run 1 "$file" 7 || fail "$chip: --jobs 1"
    for jobs in 2 3 7 50; do # as many as samples, and more
        run "$jobs" "$file" 7 || fail "$chip: --jobs $jobs"
        same_result "$jobs" "$chip"
    done
done
# Long packets and slow credits; buffers that are often full.
for settings in "--set router.flit_bits=8 --set router.buffer_flits=8 --set router.credit_latency=3" \
    "--set chips.link.buffer_packets=1 --set host.buffer_events=1 --set router.buffer_flits=2"; do
    # shellcheck disable=SC2086 # words
    run 1 tests/support/chips/tiny-two-chips.yaml 5 $settings || fail "--jobs 1 $settings"
    # shellcheck disable=SC2086
    run 2 tests/support/chips/tiny-two-chips.yaml 5 $settings || fail "--jobs 2 $settings"
    same_result 2 "$settings"
done

# refused OPTION TEXT OPTION ...: status 2, a message, nothing written
refused()
{
    text=$1
    shift
    rm -rf "$work/refused"
    "$npusim" run --chip tests/support/chips/tiny-sparse.yaml --network traces/digits/digits.nir \
        --input traces/digits/test-spikes.h5 --samples 3 --out "$work/refused" "$@" >"$work/stdout" 2>"$work/stderr"
    status=$?
    [ $status -eq 2 ] || fail "$*: status $status, expected 2"
    grep -q "^npusim: --jobs: .*$text" "$work/stderr" || { cat "$work/stderr"; fail "$*: expected '$text'"; }
    if [ -s "$work/stdout" ] || [ -e "$work/refused" ]; then
        fail "$*: something was written"
    fi
}
refused "'0', expected a whole number from 1" --jobs 0
refused "'abc', expected a whole number from 1" --jobs abc
refused "'-1', expected a whole number from 1" --jobs -1
refused "expected no --trace with it" --jobs 2 --trace "$work/events.trace"
refused "expected no --trace-systemc with it" --jobs 2 --trace-systemc "$work/waves.vcd"
refused "router.credit_latency is so long" --jobs 2 --set router.credit_latency=400
[ ! -e "$work/events.trace" ] || fail "a trace was begun"

# nothing_left STATUS WHAT: the run failed cleanly
nothing_left()
{
    [ "$1" -eq 1 ] || { cat "$work/stderr"; fail "$2: status $1, expected 1"; }
    for file in summary.json result.h5 report.html; do
        [ ! -e "$work/dead/$file" ] || fail "$2: $file was written"
    done
}

# A deadlock in a process is one of the run.
"$npusim" bench --network "$work/network.nir" >/dev/null || fail "no network"
mkdir "$work/samples"
for sample in 0 1 2 3; do
    awk 'BEGIN { for (t = 0; t < 40; t++) for (i = 0; i < 1024; i++) if ((i * 7919 + t * 104729) % 20 == 0) print t, i }' \
        >"$work/samples/$sample.txt"
done
"$npusim" run --chip configs/chip/bench-16.yaml --network "$work/network.nir" --input "$work/samples" --columns tn \
    --time-unit step --dt 1e-3 --jobs 2 --set core.event_queue.depth=64 --set core.event_queue.policy=stall \
    --set router.buffer_flits=4 --out "$work/dead" >"$work/stdout" 2>"$work/stderr"
nothing_left $? deadlock
grep -q 'core 1 waits for room in its event queue' "$work/stderr" || fail "a deadlock: nothing says who waits"
grep -q '^npusim: --jobs: process [12] of 2 (samples .*) failed with status 1' "$work/stderr" || fail "a deadlock: no process"

# A process that is killed, by whomever, when both are at work: files are read by one child alone, before.
killed()
{
    : >"$work/stderr"
    "$npusim" run --chip configs/chip/rain.yaml --network traces/digits/digits.nir \
        --input traces/digits/test-spikes.h5 --jobs 2 --oracle --out "$work/dead" >"$work/stdout" 2>"$work/stderr" &
    parent=$!
    child=
    tries=0
    while [ -z "$child" ] && [ $tries -lt 200 ]; do
        children=$(tr -s ' ' ' ' <"/proc/$parent/task/$parent/children" 2>/dev/null)
        case $children in
            *' '*[0-9]*) child=$(echo "$children" | cut -d' ' -f"$1") ;;
            *) sleep 0.05 ;;
        esac
        tries=$((tries + 1))
    done
    [ -n "$child" ] || fail "the run has no processes"
    kill -9 "$child"
    wait $parent
    nothing_left $? "process $1 killed"
    grep -q "^npusim: --jobs: process $1 of 2 (samples .*) was ended by signal 9" "$work/stderr" ||
        { cat "$work/stderr"; fail "nothing says that process $1 died"; }
}
if [ -r "/proc/$$/task/$$/children" ]; then
    killed 1
    killed 2
else
    echo "test_jobs: 2 cases skipped (no /proc/PID/task/PID/children)"
fi
