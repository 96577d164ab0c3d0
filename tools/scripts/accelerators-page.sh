#!/bin/sh
# One page: the sample network, the N-MNIST network (where the reference data is), and the bench network, on a Rain-style chip
# where that can run them, beside every accelerator of the catalogue at batch 1 and 256 in every mode.
# usage: tools/scripts/accelerators-page.sh [PAGE.html]
set -eu
cd "$(dirname "$0")/../.."
npusim=${NPUSIM:-build/npusim}
page=${1:-out/accelerators.html}
reference=${REFERENCE:-../shared/reference}
mkdir -p "$(dirname "$page")"
set --
for file in configs/accelerator/*.yaml; do
    set -- "$@" --accelerator "$file"
done
networks="--network traces/digits/digits.nir"
nmnist=$reference/networks/nir/cnn/cnn_sinabs.nir
if [ -f "$nmnist" ]; then
    networks="$networks --network $nmnist"
else
    echo "accelerators-page: without the N-MNIST network ($nmnist is not there)" >&2
fi
# shellcheck disable=SC2086 # words
"$npusim" compare $networks --chip configs/chip/rain.yaml "$@" --batch 1,256 --out "$page"
"$npusim" compare --network traces/workloads/bench-1024-fan-out-64.csv --steps 100 "$@" --batch 1,256 --out "${page%.html}-bench.html"
echo "$page and ${page%.html}-bench.html"
