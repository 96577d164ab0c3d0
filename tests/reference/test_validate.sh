#!/bin/sh
# `npusim validate reference`: what others recorded of their networks comes out again, in another order of components and with
# another quantum too; without the data nothing is judged, and that is said. Findings of several suites are one JSON text.
set -eu
reference=${REFERENCE:-../shared/reference}
line=$(REFERENCE=/nowhere "$NPUSIM" validate reference 2>&1 | head -n 1)
[ "$line" = "npusim: reference: skipped, /nowhere/networks/nir is not there (set REFERENCE)" ] ||
    { echo "without data: $line, expected that it says so"; exit 1; }
both=$("$NPUSIM" validate tinyodin ranc --json)
[ "$(echo "$both" | grep -c '"verdict": "pass"')" = 48 ] || { echo "JSON of two suites: expected 48 rows that pass"; exit 1; }
[ "$(echo "$both" | grep -c '"state_hash"')" = 1 ] || { echo "JSON of two suites: expected one text"; exit 1; }
if [ ! -d "$reference/networks/nir" ]; then
    echo "test_validate: 1 cases skipped (no reference data)"
    exit 0
fi
first=$("$NPUSIM" validate reference | tail -n 1)
second=$("$NPUSIM" validate reference --order reversed --quantum 16 | tail -n 1)
case $first in
    "12 of 12 pass; state hash "*) ;;
    *) echo "$first, expected 12 of 12"; exit 1 ;;
esac
[ "$second" = "$first" ] || { echo "reversed, quantum 16: $second, expected $first"; exit 1; }
