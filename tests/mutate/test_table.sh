#!/bin/sh
# Every mutant's line is where the table says, and the results name each of them; the mutants themselves are too slow
# for here (README.md).
set -eu
cd "$(dirname "$0")"
./mutate.sh --check
sed -n 's/^id //p' mutants.txt | while read -r mutant; do
    grep -q "^| $mutant |" results.md || { echo "$mutant is not in results.md, expected: make mutate"; exit 1; }
done
