#!/bin/sh
# Invariant 4: no result depends on what memory held before, or on where it lies. glibc fills memory with a byte of
# MALLOC_PERTURB_ when it is allocated and with its complement when it is freed; a page more or less of environment
# moves the stack, address space randomisation the rest.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for fill in 0 85 170; do
    room=$(printf "%$((fill * 16 + 1))s" .)
    MALLOC_PERTURB_=$fill ROOM=$room "$npusim" run --chip tests/support/chips/tiny-two-chips.yaml \
        --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 \
        --labels traces/digits/labels.txt --samples 5 --json >"$work/$fill.json" || exit 1
    # all but what the simulation itself cost
    sed '/"host": {/,/}/d' "$work/$fill.json" >"$work/$fill.kept"
done
grep -q '"state_hash"' "$work/0.kept" || { echo "no state hash in the summary"; exit 1; }
cmp "$work/0.kept" "$work/85.kept" && cmp "$work/0.kept" "$work/170.kept"
