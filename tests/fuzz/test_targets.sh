#!/bin/sh
# Every fuzz target for $FUZZ_SECONDS (10): nothing crashes, leaks, hangs or takes too much memory. Prints how often each
# ran. Skipped where clang or its libFuzzer is missing (tools/scripts/setup --fuzz).
set -eu
cd "$(dirname "$0")/../.."
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'int LLVMFuzzerTestOneInput(const unsigned char *b, unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char *b, unsigned long n) { return b && n ? 0 : 0; }' >"$probe/probe.c"
if ! clang -fsanitize=fuzzer,address,undefined -o "$probe/probe" "$probe/probe.c" 2>/dev/null; then
    echo "test_targets: 1 case skipped (no clang with libFuzzer)"
    exit 0
fi
make fuzz >"$probe/log" 2>&1 || { tail -n 20 "$probe/log"; exit 1; }
tools/scripts/fuzz.sh "${FUZZ_SECONDS:-10}"
