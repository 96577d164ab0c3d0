#!/bin/sh
# Every formula of the suite `theory` holds to the cycle, in any order of components, with any quantum and under the
# oracle, with the same state hash each time.
set -eu
first=
for how in "" "--order reversed" "--order shuffled" "--quantum 1" "--quantum 7" "--oracle"; do
    # shellcheck disable=SC2086 # words
    table=$("$NPUSIM" validate theory $how) || { echo "$table" | grep FAIL; exit 1; }
    line=$(echo "$table" | tail -n 1)
    rows=$(echo "$table" | grep -c '^theory .* pass$')
    case $line in
        "$rows of $rows pass; state hash "*) ;;
        *) echo "$how: $line, expected $rows of $rows"; exit 1 ;;
    esac
    [ -n "$first" ] || first=$line
    [ "$line" = "$first" ] || { echo "$how: $line, expected $first"; exit 1; }
done
[ "$rows" -ge 100 ] || { echo "$rows rows, expected all cases"; exit 1; }
status=0
"$NPUSIM" validate theory --cases tests/golden/ranc >/dev/null 2>&1 || status=$?
[ $status -eq 2 ] || { echo "cases for theory: status $status, expected 2"; exit 1; }
