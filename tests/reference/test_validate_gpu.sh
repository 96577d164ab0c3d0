#!/bin/sh
# `npusim validate gpu`: the shipped coefficients are what the published tables give, the model is nearer to them than the
# plain roofline, and what it misses is what docs/baseline.md says it misses.
set -eu
reference=${REFERENCE:-../shared/reference}
line=$(REFERENCE=/nowhere "$NPUSIM" validate gpu 2>&1 | head -n 1)
[ "$line" = "npusim: gpu: published tables skipped, /nowhere/physics/neusight is not there (set REFERENCE)" ] ||
    { echo "without data: $line, expected that it says so"; exit 1; }
if [ ! -d "$reference/physics/neusight" ]; then
    echo "test_validate_gpu: 1 cases skipped (no reference data)"
    exit 0
fi
table=$("$NPUSIM" validate gpu) || true
echo "$table" | tail -n 2
missed=$(echo "$table" | grep -c 'MISS$' || true)
[ "$(echo "$table" | grep -c 'shipped against fit.*pass$')" = 6 ] || { echo "shipped coefficients are not those of the fit"; exit 1; }
[ "$missed" -le 8 ] || { echo "$table" | grep MISS; echo "$missed misses, expected at most the 8 of docs/baseline.md"; exit 1; }
echo "$table" | awk '/network language *unseen/ { n++; if ($(NF-2) > 20 || $(NF-2) > $(NF-1)) bad++ } END { exit !(n == 2 && bad == 0) }' ||
    { echo "language models on boards that the fit has not seen: expected at most 20 % and less than the roofline"; exit 1; }
echo "$table" | grep -q 'A100 PCIe 40GB, neusight models .*held out.*pass$' ||
    { echo "networks on A100: expected an error of at most 10 %"; exit 1; }
worse=$(echo "$table" | grep 'left out' | grep -c 'MISS$' || true)
[ "$worse" = 0 ] || { echo "$worse accelerators that the fit has not seen are worse than the roofline"; exit 1; }
