#!/bin/sh
# Writes the accelerator model's errors again, as they follow from the coefficients and the measured boards:
# unseen.yaml by coefficients that have seen nothing of that generation, hopper.yaml each board by a fit on the other.
# a100.yaml is unseen.yaml but for snn-layer, where an A100 itself was measured.
# Run it after every new fit. Usage: model-errors.sh [DIR], by default configs/accelerator/errors
set -eu
npusim=${NPUSIM:-build/npusim}
dir=${1:-configs/accelerator/errors}
folder=configs/accelerator
boards="--accelerator $folder/h100-sxm.yaml --measured $folder/measured/h100-sxm.csv
    --accelerator $folder/h200-sxm.yaml --measured $folder/measured/h200-sxm.csv"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2086 # words
"$npusim" calibrate $boards --judge $folder/coefficients/nvidia.yaml --errors "$dir/unseen.yaml"
# shellcheck disable=SC2086
"$npusim" calibrate $boards --start $folder/coefficients/start-hopper.yaml --out "$work/hopper.yaml" \
    --errors "$dir/hopper.yaml" >"$work/table"
# Rows "latency left out" of snn-layer in `npusim validate gpu`: 15.4, 16.4, 2.4, 8.9, 18.0 and 34.5 %.
sed -e '1s/"$/; snn-layer on an A100"/' -e 's/^latency.snn-layer: .*/latency.snn-layer: {value: 15.9, unit: "%", '\
'source: "six rows of spiking networks on an A100 at batch 1 (published with Prosperity), each by a fit on the others"}/' \
    "$dir/unseen.yaml" >"$dir/a100.yaml"
