#!/bin/sh
# Chips over the processes of mpirun: the same hash and the same results with any number; a rank that dies ends the run.
# Needs a build with MPI=1 ($NPUSIM_MPI, default build-mpi/npusim) and mpirun.
set -u
npusim=${NPUSIM:-build/npusim}
ranked=${NPUSIM_MPI:-build-mpi/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
input="--network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt"

# Without MPI, being one of several is a mistake, and told as one.
if OMPI_COMM_WORLD_SIZE=1 "$npusim" run --help >/dev/null && ! ldd "$npusim" 2>/dev/null | grep -q libmpi; then
    # shellcheck disable=SC2086 # words
    OMPI_COMM_WORLD_SIZE=2 "$npusim" run --chip configs/chip/two-chips.yaml $input --samples 1 >"$work/stdout" 2>"$work/stderr"
    status=$?
    [ $status -eq 2 ] || fail "without MPI: status $status, expected 2"
    grep -q "built without MPI; expected one process, or a build with 'make MPI=1'" "$work/stderr" || fail "without MPI: no message"
fi

if [ ! -x "$ranked" ] || ! command -v mpirun >/dev/null; then
    echo "test_ranks: 9 cases skipped (no build with MPI=1, or no mpirun)"
    exit 0
fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ranks() { count=$1; shift; timeout 300 mpirun -q --oversubscribe -n "$count" "$ranked" "$@"; }
same_part() { sed -e '/"command"/d' -e '/"host": {/,/}/d' "$1/summary.json"; }

# same CHIP RANKS OPTION ...
same()
{
    chip=$1 counts=$2
    shift 2
    # shellcheck disable=SC2086
    "$npusim" run --chip "$chip" $input --out "$work/1" --quiet "$@" || fail "$chip: one process"
    same_part "$work/1" >"$work/expected"
    for count in $counts; do
        # shellcheck disable=SC2086
        ranks "$count" run --chip "$chip" $input --out "$work/$count" --quiet "$@" || fail "$chip: $count ranks: status $?"
        same_part "$work/$count" | diff "$work/expected" - || fail "$chip: $count ranks give another summary"
        command -v h5diff >/dev/null || continue
        h5diff -q --exclude-path=/provenance "$work/1/result.h5" "$work/$count/result.h5" || fail "$chip: another result.h5"
    done
}
same tests/support/chips/tiny-two-chips.yaml 2 --samples 5
same configs/chip/two-chips.yaml 2 --samples 5 --quantum 3
same tests/support/chips/tiny-two-chips.yaml "2 3 4" --samples 3 --set chips.count=4 --set core.neurons=20
same tests/support/chips/tiny-two-chips.yaml 2 --samples 3 --set chips.link.latency=1 --set chips.link.buffer_packets=1
# As between machines: messages instead of shared memory.
export NPUSIM_NO_SHARED_MEMORY=1
same tests/support/chips/tiny-two-chips.yaml 2 --samples 5
same tests/support/chips/tiny-two-chips.yaml "2 3 4" --samples 3 --set chips.count=4 --set core.neurons=20
unset NPUSIM_NO_SHARED_MEMORY

# refused STATUS TEXT RANKS OPTION ...
refused()
{
    expected=$1 text=$2 count=$3
    shift 3
    # shellcheck disable=SC2086
    ranks "$count" run --chip tests/support/chips/tiny-two-chips.yaml $input --out "$work/refused" "$@" >"$work/stdout" 2>"$work/stderr"
    status=$?
    [ $status -eq "$expected" ] || { cat "$work/stderr"; fail "$count ranks, $*: status $status, expected $expected"; }
    grep -q "$text" "$work/stderr" || { cat "$work/stderr"; fail "$count ranks, $*: expected '$text'"; }
    if [ -s "$work/stdout" ] || [ -e "$work/refused/summary.json" ]; then
        fail "$count ranks, $*: something was written"
    fi
}
refused 2 'there are no more than 2 chips (chips.count)' 3 --samples 1
refused 2 'expected no --jobs with it' 2 --samples 2 --jobs 2
refused 2 'a trace is of one' 2 --samples 1 --trace "$work/events.trace"
refused 2 'nowhere' 2 --samples 1 --network nowhere
refused 1 'waits for room in its event queue' 2 --samples 1 --set core.event_queue.depth=1
NPUSIM_NO_SHARED_MEMORY=1 refused 1 'waits for room in its event queue' 2 --samples 1 --set core.event_queue.depth=1

# The bench row does it with four chips, and compares the state itself.
"$ranked" bench --rows mpi_2 --steps 3 --runs 1 >"$work/stdout" 2>"$work/stderr" ||
    { cat "$work/stderr"; fail "npusim bench --rows mpi_2"; }
grep -q '^mpi_2 .* x\|^mpi_2 .*1/' "$work/stdout" || { cat "$work/stdout"; fail "mpi_2: nothing measured"; }

# A rank that is killed: mpirun ends the others.
if [ ! -r "/proc/$$/task/$$/children" ]; then
    echo "test_ranks: 1 cases skipped (no /proc/PID/task/PID/children)"
    exit 0
fi
# shellcheck disable=SC2086
mpirun --oversubscribe -n 2 "$ranked" run --chip configs/chip/two-chips.yaml $input --oracle \
    --out "$work/dead" >"$work/stdout" 2>"$work/stderr" &
launcher=$!
victim=
tries=0
while [ -z "$victim" ] && [ $tries -lt 200 ]; do
    victim=$(cat /proc/$launcher/task/$launcher/children 2>/dev/null | cut -d' ' -f2)
    [ -n "$victim" ] || sleep 0.05
    tries=$((tries + 1))
done
[ -n "$victim" ] || fail "rank 1 was not found"
sleep 0.5 # into the simulation
kill -9 "$victim"
wait $launcher
status=$?
[ $status -ne 0 ] || fail "a rank was killed: status 0"
grep -q 'signal 9' "$work/stderr" || { cat "$work/stderr"; fail "nothing says that a rank was killed"; }
[ ! -e "$work/dead/summary.json" ] || fail "a summary was written though a rank was killed"
