#!/bin/sh
# Invariant 7: a result carries what made it, and the command that it names makes it again, bit for bit.
set -u
npusim=${NPUSIM:-build/npusim}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# value KEY: of the summary's provenance
value()
{
    sed -n '/"provenance": {/,/}/p' "$work/out/summary.json" |
        sed -n "s/^ *\"$1\": \"\{0,1\}\([^\"]*[^\",]\)\"\{0,1\},\{0,1\}$/\1/p"
}
fail() { echo "$*"; exit 1; }

"$npusim" run --chip tests/support/chips/tiny-dimc.yaml --network traces/digits/digits.nir \
    --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt --samples 3 --seed 7 \
    --set core.axon_cycles=3 --out "$work/out" --quiet || fail "the first run ended with status $?"
hash=$(value state_hash) command=$(value command)
[ ${#hash} -eq 16 ] || fail "state_hash: '$hash'"
[ "$(value seed)" = 7 ] || fail "seed: '$(value seed)'"
[ "npusim $(value version)" = "$("$npusim" --version)" ] || fail "version: '$(value version)'"
for file in network:traces/digits/digits.nir input:traces/digits/test-spikes.h5; do
    sum=$(sha256sum "${file#*:}") || exit 1
    [ "$(value "${file%%:*}_sha256")" = "${sum%% *}" ] || fail "${file%%:*}_sha256 is not that of ${file#*:}"
done
config=$(value config_sha256)
[ ${#config} -eq 64 ] || fail "config_sha256: '$config'"

rm -r "$work/out"
case $command in "npusim run "*) ;; *) fail "command: '$command'" ;; esac
eval "\"$npusim\" ${command#npusim }" || fail "the second run ended with status $?"
[ "$(value state_hash)" = "$hash" ] || fail "state_hash: '$(value state_hash)', expected '$hash'"
[ "$(value config_sha256)" = "$config" ] || fail "config_sha256 differs"

# another setting is another configuration, and shows in the state
"$npusim" run --chip tests/support/chips/tiny-dimc.yaml --network traces/digits/digits.nir \
    --input traces/digits/test-spikes.h5 --labels traces/digits/labels.txt --samples 3 --seed 7 \
    --set core.axon_cycles=4 --out "$work/out" --quiet || fail "the third run ended with status $?"
[ "$(value state_hash)" != "$hash" ] || fail "the state hash does not see core.axon_cycles"
[ "$(value config_sha256)" != "$config" ] || fail "config_sha256 does not see core.axon_cycles"
exit 0
