#!/bin/sh
# "LINES FILE:LINE NAME" for each function of the files named: from the line of its name to its closing brace.
# universal-ctags knows C and C++; without it, the project's layout is enough for functions at the left margin: a brace
# alone on a line opens a body and one alone closes it.
set -u
[ $# -gt 0 ] || exit 0

if ctags --version 2>/dev/null | grep -q 'Universal Ctags'; then
    ctags --language-force=C++ --c++-kinds=f -x --_xformat='%n %e %F %N' "$@" |
        awk '$2 > 0 { print $2 - $1 + 1, $3 ":" $1, $4 }'
    exit
fi
awk '
    function name_of(text) {
        if (!match(text, /[A-Za-z_][A-Za-z_0-9:~]*[ ]*\(/))
            return ""
        return substr(text, RSTART, RLENGTH - 1)
    }
    FNR == 1 { inside = 0; name = "" }
    !inside && /^[A-Za-z_].*\(/ && !/;[ ]*$/ { name = name_of($0); start = FNR }
    /^{[ ]*$/ && name != "" { inside = 1 }
    /^}/ {
        if (inside)
            print FNR - start + 1, FILENAME ":" start, name
        inside = 0
        name = ""
    }' "$@"
