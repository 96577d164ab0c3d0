#!/bin/sh
# Writes the accelerator model's errors again, as they follow from the coefficients and the measured boards:
# unseen.yaml by coefficients that have seen nothing of that generation, hopper.yaml each board by a fit on the other.
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
