#!/bin/sh
# One page: the sample network, the N-MNIST network (where the reference data is), and the bench network, on a Rain-style chip,
# beside every accelerator of the catalogue at batch 1 and 256 in every mode, with what a careful reader would say of it.
# usage: tools/scripts/accelerators-page.sh [PAGE.html]
set -eu
cd "$(dirname "$0")/../.."
npusim=${NPUSIM:-build/npusim}
page=${1:-out/accelerators.html}
reference=${REFERENCE:-../shared/reference}
mkdir -p "$(dirname "$page")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
set --
for file in configs/accelerator/*.yaml; do
    set -- "$@" --accelerator "$file"
done
"$npusim" bench --network "$dir/bench.nir"
networks="--network traces/digits/digits.nir"
nmnist=$reference/networks/nir/cnn/cnn_sinabs.nir
if [ -f "$nmnist" ]; then
    networks="$networks --network $nmnist"
else
    echo "accelerators-page: without the N-MNIST network ($nmnist is not there)" >&2
fi
# shellcheck disable=SC2086 # words
"$npusim" compare $networks --network "$dir/bench.nir" --chip configs/chip/rain.yaml "$@" --batch 1,256 --out "$page"
echo "$page"
