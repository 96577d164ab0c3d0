#!/bin/sh
# The size of the code: lines by folder, median and longest function, longest files. Tests are counted apart.
set -eu
cd "$(dirname "$0")/../.."

sources()
{
    find "$@" \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' \) | LC_ALL=C sort
}

describe()
{
    files=$(sources "$@")
    # shellcheck disable=SC2086 # no file name here holds a space (lint.sh checks)
    cat $files | awk -v what="$*" -v files="$(echo "$files" | wc -l)" 'END { print what ": " NR " lines in " files " files" }'
    # shellcheck disable=SC2086
    wc -l $files | awk '$2 != "total" { print $1, $2 }' | sort -rn | awk '
        { lines[NR] = $1 }
        NR <= 3 { longest = longest sprintf("%s%d %s", NR > 1 ? ", " : "", $1, $2) }
        END { print "  files: median " lines[int((NR + 1) / 2)] " lines; longest " longest }'
    # shellcheck disable=SC2086
    tools/scripts/function-lengths.sh $files | sort -rn | awk '
        { lines[NR] = $1; over += $1 > 60 }
        NR <= 3 { longest = longest sprintf("%s%d %s (%s)", NR > 1 ? ", " : "", $1, $3, $2) }
        END { print "  functions: " NR ", median " lines[int((NR + 1) / 2)] " lines, 99th percentile " \
                    lines[int(NR / 100) + 1] ", over 60: " over + 0 "; longest " longest }'
}

describe sim models tools
describe tests
for folder in sim models tools; do
    describe "$folder" | sed -n "1s/^/  /p"
done
