#!/bin/sh
# The recordings of two RTL designs, run again: nothing may differ, in any order of components, with any quantum, under
# the oracle; and the same state hash each time. No file of the engine or the models knows either design by name.
set -eu
for suite in tinyodin ranc; do
    first=
    for how in "" "--order reversed" "--order shuffled" "--quantum 1" "--quantum 16" "--oracle"; do
        # shellcheck disable=SC2086 # words
        line=$("$NPUSIM" validate "$suite" $how | tail -n 1)
        case $line in
            "24 of 24 pass; state hash "*) ;;
            *) echo "$suite $how: $line, expected 24 of 24"; exit 1 ;;
        esac
        [ -n "$first" ] || first=$line
        [ "$line" = "$first" ] || { echo "$suite $how: $line, expected $first"; exit 1; }
    done
    if [ -d "${REFERENCE:-../shared/reference}/$suite" ]; then
        line=$("$NPUSIM" validate "$suite" --cases "${REFERENCE:-../shared/reference}/$suite" | tail -n 1)
        [ "$line" = "$first" ] || { echo "$suite from CSV: $line, expected $first"; exit 1; }
    else
        echo "test_recordings: 1 cases skipped (no reference data)"
    fi
done
status=0
"$NPUSIM" validate tinyodin --cases tests/golden/ranc >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || { echo "recordings of the other design: status $status, expected 2"; exit 1; }
if grep -rniE 'odin|ranc' models sim; then
    echo "expected no name of a recorded design in models/ or sim/"
    exit 1
fi
