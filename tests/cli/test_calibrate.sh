#!/bin/sh
# npusim calibrate: finds again the coefficients by which launches were made up, and says what is wrong with a table.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
part=configs/accelerator/a100-sxm-80gb.yaml
head="device,operator,precision,m,n,k,groups,elements,operations,row,inputs,outputs,weights,latency_s,power_w"
{
    echo "$head"
    for n in 10 12 14 16 18 20 22 24 26 28; do # 2039 GB/s x 0.60: 2^n fp32 values read and written
        awk -v n="$n" 'BEGIN { e = 2 ^ n; printf "A100,elementwise,fp32,0,0,0,0,%d,1,0,%d,%d,0,%.9g,0\n", e, e, e, 9e-6 + 8 * e / (2039e9 * 0.60) }'
    done
} >"$dir/made.csv"
"$NPUSIM" calibrate --accelerator $part --measured "$dir/made.csv" --out "$dir/fitted.yaml" >"$dir/table"
found=$(sed -n 's/^efficiency.memory: {value: \([0-9.]*\),.*/\1/p' "$dir/fitted.yaml")
awk -v found="$found" 'BEGIN { exit !(found > 0.58 && found < 0.62) }' ||
    { echo "efficiency.memory $found, expected the 0.60 that the table was made with"; exit 1; }
grep -q "^overhead of a launch in made: [89]\.[0-9] us" "$dir/table" || { cat "$dir/table"; exit 1; }
grep -q '^efficiency.memory: .*source: "fitted: npusim calibrate, 8 rows' "$dir/fitted.yaml" ||
    { echo "the source does not say what was fitted"; exit 1; }

complains() # TEXT OF THE TABLE, MESSAGE
{
    printf '%s\n' "$1" >"$dir/bad.csv"
    status=0
    "$NPUSIM" calibrate --accelerator $part --measured "$dir/bad.csv" --out "$dir/never.yaml" 2>"$dir/message" || status=$?
    if [ "$status" != 2 ] || [ -e "$dir/never.yaml" ] || ! grep -q "bad.csv$2" "$dir/message"; then
        echo "status $status, expected 2 and \"bad.csv$2\":"
        cat "$dir/message"
        exit 1
    fi
}
complains "device,operator,m,n,k" ':1:1: no column "latency_s", expected one in the header'
complains "$head" ': no measured launch'
complains "$head
A100,matrix,fp16,64,64,64,1,0,0,0,4096,4096,4096,-1,0" ':2:14: latency_s is "-1"'
complains "$head
A100,matrix,fp99,64,64,64,1,0,0,0,4096,4096,4096,1e-5,0" ':2:3: precision is "fp99"'
complains "$head
A100,matrix,fp16,64,64" ':2:1: 5 cells, expected 15'

printf '%s\n' "layer,kind,repeat,m,n,k,groups,batch,elements,operations,row,inputs,outputs,weights,state" >"$dir/empty.csv"
status=0
"$NPUSIM" baseline --accelerator $part --network "$dir/empty.csv" 2>"$dir/message" || status=$?
if [ "$status" != 2 ] || ! grep -q "empty.csv: no layers" "$dir/message"; then
    cat "$dir/message"
    exit 1
fi

# a part is measured or not by what its coefficients were fitted on
said() { "$NPUSIM" baseline --accelerator "configs/accelerator/$1.yaml" --network traces/digits/digits.nir | grep coefficients; }
for part in a100-pcie-40gb h100-sxm h200-sxm; do
    said $part | grep -q "measured: fitted on" || { said $part; exit 1; }
done
for relative in h100-pcie b200 a100-sxm-40gb mi300x tpu-v4; do
    said $relative | grep -q "carried over from relatives" || { said $relative; exit 1; }
done

# the model's errors are those that the shipped coefficients have on the measured boards, in every mode
tools/scripts/model-errors.sh "$dir"
for file in unseen hopper; do
    shipped=configs/accelerator/errors/$file.yaml
    [ "$(grep -c 'unit: "%", source: "npusim calibrate' "$shipped")" = 7 ] || { cat "$shipped"; exit 1; }
    awk -F 'value: |, unit' 'FNR == NR { was[FNR] = $2; next } FNR > 1 && ($2 / was[FNR] > 1.02 || $2 / was[FNR] < 0.98) { wrong = 1; print }
        END { exit wrong }' "$shipped" "$dir/$file.yaml" ||
        { echo "errors/$file.yaml is not what the coefficients give: run tools/scripts/model-errors.sh"; exit 1; }
done
cmp configs/accelerator/errors/a100.yaml "$dir/a100.yaml" || { echo "errors/a100.yaml: run tools/scripts/model-errors.sh"; exit 1; }
# one board alone is judged by the fit on it, a mode that nobody measured is unknown
sed '/,snn-graph,/d' configs/accelerator/measured/h100-sxm.csv >"$dir/one.csv"
"$NPUSIM" calibrate --accelerator configs/accelerator/h100-sxm.yaml --measured "$dir/one.csv" --out "$dir/one.yaml" \
    --errors "$dir/errors.yaml" >/dev/null
grep -q '^judged_on: "NVIDIA H100 SXM, by the fit on it"' "$dir/errors.yaml" || { cat "$dir/errors.yaml"; exit 1; }
grep -q '^latency.snn-graph: {value: 0, unit: "%", source: "unknown"}' "$dir/errors.yaml" || { cat "$dir/errors.yaml"; exit 1; }
for mistake in "--judge $dir/one.yaml" "--judge $dir/one.yaml --errors $dir/never --out $dir/never" ""; do
    status=0
    # shellcheck disable=SC2086
    "$NPUSIM" calibrate --accelerator configs/accelerator/h100-sxm.yaml --measured "$dir/one.csv" $mistake \
        2>"$dir/message" || status=$?
    if [ "$status" != 2 ] || [ -e "$dir/never" ] || [ ! -s "$dir/message" ]; then
        echo "calibrate $mistake: status $status, expected 2 and a message"
        exit 1
    fi
done
