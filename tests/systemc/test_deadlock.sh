#!/bin/sh
# A simulation that cannot go on ends with status 1, tells on stderr who waits for what, and leaves no result.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# A recurrent network on 16 cores whose queues have room for the inputs, not for the spikes of its own neurons.
"$npusim" bench --network "$work/network.nir" >/dev/null || exit 1
awk 'BEGIN { for (t = 0; t < 40; t++) for (i = 0; i < 1024; i++) if ((i * 7919 + t * 104729) % 20 == 0) print t, i }' \
    >"$work/input.txt"

# run DEPTH: status
run()
{
    "$npusim" run --chip configs/chip/bench-16.yaml --network "$work/network.nir" --input "$work/input.txt" \
        --columns tn --time-unit step --dt 1e-3 --set core.event_queue.depth="$1" \
        --set core.event_queue.policy=stall --set router.buffer_flits=4 --out "$work/out" \
        >"$work/stdout" 2>"$work/stderr"
    status=$?
    [ ! -s "$work/stdout" ] || { cat "$work/stdout"; exit 1; }
    for file in summary.json result.h5 report.html; do
        [ ! -e "$work/out/$file" ] || { echo "depth $1: $file was written"; exit 1; }
    done
}

run 64
[ $status -eq 1 ] || { echo "depth 64: status $status, expected 1"; exit 1; }
cores=$(grep -c '  core [0-9]* waits for .*room in its event queue (64 events), to take a packet' "$work/stderr")
senders=$(grep -c '  core [0-9]* waits for credit of its router, to send a packet; room ' "$work/stderr")
routers=$(grep -c '  router [0-3] waits for credit of ' "$work/stderr")
if [ "$cores $routers" != "16 4" ] || [ "$senders" -eq 0 ]; then
    cat "$work/stderr"
    exit 1
fi

# Where the inputs alone are too many for a queue, that is told before the first cycle.
run 1
[ $status -eq 2 ] || { echo "depth 1: status $status, expected 2"; exit 1; }
grep -q 'input.txt: sample 0, timestep .*: more than 1 input spikes wait in core [0-9]* for later timesteps' \
    "$work/stderr" || { cat "$work/stderr"; exit 1; }
