#!/bin/sh
# The sample network (handwritten digits) on the Rain-style chip, beside four GPUs. Usage: demo.sh [BUILD]
set -eu
build=${1:-build}
out=out/demo

"$build/npusim" run --chip configs/chip/rain.yaml \
    --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt \
    --baseline configs/accelerator/h100-sxm.yaml \
    --baseline configs/accelerator/a100-sxm-80gb.yaml \
    --baseline configs/accelerator/l4.yaml \
    --baseline configs/accelerator/jetson-agx-orin-64gb.yaml \
    --out "$out"

echo
echo "The page: $(pwd)/$out/report.html (open it in any browser; it needs nothing else). The numbers: $out/summary.json"
echo "Accuracy, chip against reference: the same scans of handwritten digits, once in the chip's integers, cycle by"
echo "cycle, and once in floating point without hardware. Latency and energy are per scan: the chip's come from counted"
echo "cycles and events, a GPU's from an analytic model at the batch size named, launch overhead and idle power included."
