#!/bin/sh
# tools/measure-gpu without a GPU: its self-check, and that npusim calibrate reads what it writes.
set -eu
command -v python3 >/dev/null || { echo "test_measure_gpu: 1 cases skipped (no python3)"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tools/measure-gpu/measure.py --self-check --out "$dir/made.csv"
"$NPUSIM" calibrate --accelerator configs/accelerator/h100-sxm.yaml --measured "$dir/made.csv" --out "$dir/fitted.yaml" |
    grep -q "^made .* fitted" || { echo "calibrate does not read what measure-gpu writes"; exit 1; }
if tools/measure-gpu/measure.py --layers traces/workloads/vgg16-cifar10.csv --out "$dir/none.csv" --precisions fp7 2>/dev/null; then
    echo "precision fp7: accepted, expected an error"
    exit 1
fi
[ ! -e "$dir/none.csv" ] || { echo "a mistake left a file behind"; exit 1; }
