#!/bin/sh
# npusim compare and npusim cost: pages and tables that name what is missing, and mistakes that leave nothing behind.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
compare() { "$NPUSIM" compare --network traces/digits/digits.nir --accelerator configs/accelerator/a100-sxm-80gb.yaml "$@"; }
compare --accelerator configs/accelerator/tpu-v5e.yaml --accelerator configs/accelerator/hanguang-800.yaml \
    --chip configs/chip/rain.yaml --spike-rate 0.02,0.2 --samples 2 --steps 16 --out "$dir/page.html" >"$dir/table"
[ "$(grep -c 'the chip wins' "$dir/table")" = 4 ] || { cat "$dir/table"; echo "expected 4 lines"; exit 1; }
for text in "power.limit is unknown" "memory.bandwidth is unknown" "snn-layer" "Where each wins" "careful reader" \
    "Against the least energy of 3 accelerators, NVIDIA A100 SXM 80GB" "Of those with measured coefficients" \
    "Of those that do the same spiking steps, NVIDIA A100 SXM 80GB (snn-fused, measured"; do
    grep -q "$text" "$dir/page.html" || { echo "page: no \"$text\""; exit 1; }
done
! grep -q 'nan\|inf<' "$dir/page.html" || { echo "page: a number that is none"; exit 1; }
# what the model's error and the range of the chip's constants leave open is said: at batch 1 nothing, at 4096 all of it
compare --chip configs/chip/rain.yaml --batch 1,4096 --spike-rate 0.02,0.2 --samples 2 --steps 16 --out "$dir/open.html" >"$dir/table"
grep -q 'batch 1, energy: .*; the chip wins everywhere in the sweep$' "$dir/table" || { cat "$dir/table"; exit 1; }
grep -q "batch 4096, energy: .*; undecided .*(the model's error, +-[0-9]* %; the chip's constants)$" "$dir/table" ||
    { cat "$dir/table"; echo "expected the energy at batch 4096 undecided"; exit 1; }
grep -q '<th>error of latency</th>' "$dir/open.html" || { echo "no column for the error"; exit 1; }
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
# a recurrent network: one dense pass is no answer, and is in no comparison
"$NPUSIM" compare --network traces/workloads/bench-1024-fan-out-64.csv \
    --accelerator configs/accelerator/a100-sxm-80gb.yaml --out "$dir/layers.html" >/dev/null
"$NPUSIM" bench --network "$dir/bench.nir"
"$NPUSIM" compare --network "$dir/bench.nir" --chip configs/chip/rain.yaml --samples 1 --steps 8 --spike-rate 0.05 \
    --accelerator configs/accelerator/a100-sxm-80gb.yaml --out "$dir/bench.html" >"$dir/table"
grep -q "The network is recurrent" "$dir/bench.html" || { echo "bench: no word that it is recurrent"; exit 1; }
! grep -q "(ann" "$dir/table" || { cat "$dir/table"; echo "expected no ann among the best of a recurrent network"; exit 1; }

# a part without a power limit has latencies, and the run says what is missing and whose the coefficients are
"$NPUSIM" run --chip configs/chip/rain.yaml --network traces/digits/digits.nir --input traces/digits/test-spikes.h5 \
    --samples 2 --baseline configs/accelerator/tpu-v5e.yaml --baseline configs/accelerator/h100-sxm.yaml \
    --out "$dir/run" >"$dir/table"
for text in "Missing of Google TPU v5e: power and energy: power.limit is unknown" \
    "fitted on measurements of the part itself: NVIDIA H100 SXM" "carried over from measured relatives: Google TPU v5e"; do
    tr '\n' ' ' <"$dir/table" | sed 's/  */ /g' | grep -q "$text" || { cat "$dir/table"; echo "run: no \"$text\""; exit 1; }
done
grep -q '"missing": "power and energy: power.limit is unknown"' "$dir/run/summary.json" || { echo "summary: no missing"; exit 1; }
"$NPUSIM" cost --cost configs/cost/data-center.yaml --network traces/digits/digits.nir \
    --accelerator configs/accelerator/h100-sxm.yaml --accelerator configs/accelerator/tpu-v5e.yaml >"$dir/cost"
grep -q "TPU v5e .*missing: power and energy: power.limit is unknown" "$dir/cost" || { cat "$dir/cost"; exit 1; }
grep -q "^NVIDIA H100 SXM  *1 " "$dir/cost" || { cat "$dir/cost"; exit 1; }
