#!/bin/sh
# npusim compare and npusim cost: pages and tables that name what is missing, and mistakes that leave nothing behind.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
compare() { "$NPUSIM" compare --network traces/digits/digits.nir --accelerator configs/accelerator/a100-sxm-80gb.yaml "$@"; }
compare --accelerator configs/accelerator/tpu-v5e.yaml --accelerator configs/accelerator/hanguang-800.yaml \
    --chip configs/chip/rain.yaml --spike-rate 0.02,0.2 --samples 2 --steps 16 --out "$dir/page.html" >"$dir/table"
[ "$(grep -c 'the chip wins' "$dir/table")" = 4 ] || { cat "$dir/table"; echo "expected 4 lines"; exit 1; }
for text in "power.limit is unknown" "memory.bandwidth is unknown" "snn-layer" "Where each wins" "careful reader"; do
    grep -q "$text" "$dir/page.html" || { echo "page: no \"$text\""; exit 1; }
done
! grep -q 'nan\|inf<' "$dir/page.html" || { echo "page: a number that is none"; exit 1; }
# more spikes cost the chip more
energy() { sed -n "s/.*<td>$1<\/td><td>[^<]*<\/td><td>\([0-9.]*\).*/\1/p" "$dir/page.html"; }
awk -v few="$(energy 0.02)" -v many="$(energy 0.2)" 'BEGIN { exit !(few > 0 && many > few) }' ||
    { echo "energy at 0.02: $(energy 0.02), at 0.2: $(energy 0.2), expected it to rise"; exit 1; }
for mistake in "--batch 4,2" "--batch x" "--spike-rate 2" "--batch 1.5" "--chip none.yaml"; do
    status=0
    # shellcheck disable=SC2086
    compare $mistake --out "$dir/never.html" 2>"$dir/message" || status=$?
    if [ "$status" != 2 ] || [ ! -s "$dir/message" ] || [ -e "$dir/never.html" ]; then
        echo "$mistake: status $status, expected 2, a message and no page"
        exit 1
    fi
done
"$NPUSIM" cost --cost configs/cost/data-center.yaml --network traces/digits/digits.nir \
    --accelerator configs/accelerator/h100-sxm.yaml --accelerator configs/accelerator/tpu-v5e.yaml >"$dir/cost"
grep -q "TPU v5e .*missing: power and energy: power.limit is unknown" "$dir/cost" || { cat "$dir/cost"; exit 1; }
grep -q "^NVIDIA H100 SXM  *1 " "$dir/cost" || { cat "$dir/cost"; exit 1; }
