#!/bin/sh
# Fits every coefficients file again and judges it, in the order in which one starts from another: coefficients.sh [REFERENCE].
# A few minutes. start.yaml, start-amd.yaml and start-hopper.yaml are written by hand, but for what the latter takes over.
set -eu
cd "$(dirname "$0")/../.."
reference=${1:-../shared/reference}
npusim=${NPUSIM:-build/npusim}
accelerators=configs/accelerator
coefficients=$accelerators/coefficients
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

published() { # start, family, out
    "$npusim" calibrate --accelerator "$accelerators/a100-sxm-80gb.yaml" --published "$reference" --family "$2" \
        --start "$1" --out "$work/out.yaml" >"$work/log" || { cat "$work/log"; exit 1; }
    mv "$work/out.yaml" "$coefficients/$3"
}

# Values of a file, but for those keys that another sets by hand.
merged() { # values, file with chosen values, keys...
    values=$1 chosen=$2
    shift 2
    keys=$(printf '%s|' fitted_on "$@")
    grep -E "^(${keys%|}):" "$chosen" >"$work/chosen"
    grep -vE "^(${keys%|}):" "$values" >"$work/rest"
    head -n 1 "$work/chosen"
    { tail -n +2 "$work/chosen"; cat "$work/rest"; }
}

published "$coefficients/start.yaml" NVIDIA nvidia.yaml
published "$coefficients/nvidia.yaml" "NVIDIA A100" a100.yaml
published "$coefficients/start-amd.yaml" AMD amd.yaml
sed -e '1s/.*/fitted_on: "nothing: carried over from NVIDIA GPUs (nvidia.yaml), as no part of this maker was measured"/' \
    -e 's/source: "fitted/source: "carried over from NVIDIA GPUs, fitted/' "$coefficients/nvidia.yaml" >"$work/other.yaml"
mv "$work/other.yaml" "$coefficients/other.yaml"
merged "$coefficients/nvidia.yaml" "$coefficients/start-hopper.yaml" launch.host_bandwidth reduction.softmax_rows \
    tile.split_vector >"$work/start"
mv "$work/start" "$coefficients/start-hopper.yaml"
"$npusim" calibrate --accelerator "$accelerators/h100-sxm.yaml" --measured "$accelerators/measured/h100-sxm.csv" \
    --accelerator "$accelerators/h200-sxm.yaml" --measured "$accelerators/measured/h200-sxm.csv" \
    --start "$coefficients/start-hopper.yaml" --out "$work/hopper.yaml" >"$work/log" || { cat "$work/log"; exit 1; }
mv "$work/hopper.yaml" "$coefficients/hopper.yaml"
NPUSIM="$npusim" tools/scripts/model-errors.sh # which follow from them
