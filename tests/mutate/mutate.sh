#!/bin/sh
# Changes the models one line at a time (mutants.txt) in a copy of the tree, builds what depends on the line, runs the
# tests fastest first, and prints which test noticed: `tests/mutate/mutate.sh [ID ...]`, all mutants by default. One
# that no test notices fails the run. A run of all of them that kills every one writes results.md. `--check` only sees
# whether every mutant's line is where the table says. JOBS trees are worked on at once (default 2). OWN=1 runs only the
# component's own tests.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
root=$(cd "$here/../.." && pwd) || exit 1
table=$here/mutants.txt
: "${JOBS:=2}"

# After the component's own tests, for every mutant. "recordings X" is what tests/golden/test_recordings.sh begins with.
GENERAL="recordings:tinyodin recordings:ranc tests/theory/test_* tests/oracle/test_state_hash.c
    tests/oracle/test_own_spikes.c tests/systemc/test_two_chips.c tests/oracle/test_invariants.c
    tests/golden/test_*.sh tests/systemc/test_deadlock.c tests/oracle/test_rerun.sh tests/bench/test_bench.c"
[ -z "${OWN-}" ] || GENERAL=

check_table()
{
    bad=0
    awk -f "$here/table.awk" "$table" | cut -f 1,2 >"$work/places" || bad=1
    while read -r id file; do
        awk -v id="$id" -f "$here/table.awk" "$table" "$root/$file" >/dev/null || bad=1
    done <"$work/places"
    return $bad
}

# ---- the copy ----

copy_tree()
{
    mkdir "$work/0" &&
        (cd "$root" && tar -c --exclude=./.git --exclude='./build*' --exclude=./out .) | tar -x -C "$work/0"
}

build()
{
    make -s WARN= OPTIMISE=-O1 BUILD=b "$@" >"$log" 2>&1
}

binary() { echo "b/${1%.c}"; }

# What run_test needs, built.
build_for()
{
    case $1 in
        recordings:* | *.sh) build b/npusim ;;
        *) build "$(binary "$1")" ;;
    esac
}

limit_of()
{
    sed -n "s|^$1 ||p" "$work/limits"
}

# One test of the tree in the current directory, its output in $log; at most the second argument's seconds.
run_test()
{
    case $1 in
        recordings:*) set -- "$2" b/npusim validate "${1#*:}" ;;
        *.sh) set -- "$2" sh "$1" ;;
        *) set -- "$2" "$(binary "$1")" ;;
    esac
    timeout -k 5 "$@" >"$log" 2>&1
}

tests_of_all()
{
    # shellcheck disable=SC2046,SC2086 # words and patterns
    (cd "$work/0" && printf '%s\n' $GENERAL $(cut -f 5 "$work/list")) | awk '!seen[$0]++'
}

# Everything must pass before anything is changed; how long it took bounds how long a mutant may take.
baseline()
{
    cd "$work/0" || return 1
    log=$work/log.baseline
    build "-j$JOBS" b/npusim || { cat "$log"; return 1; }
    for test in $(tests_of_all); do
        build_for "$test" || { cat "$log"; return 1; }
        began=$(date +%s)
        run_test "$test" 600 || { cat "$log"; echo "$test fails without any change"; return 1; }
        echo "$test $((10 + 5 * ($(date +%s) - began)))" >>"$work/limits"
    done
}

# ---- one mutant ----

# What in the output names the claim that does not hold: Check's FILE:LINE:F:CASE:TEST:..., or a row of `validate`.
claim()
{
    awk -F : '
        $3 ~ /^[FE]$/ && what == "" { what = $5 }
        / FAIL$/ && what == "" {
            fields = split($0, field, " +")
            for (i = 2; i <= fields - 4; i++)
                what = what (i == 2 ? "" : " ") field[i]
        }
        /internal error/ { panics = 1 }
        END { print what == "" && panics ? "internal error" : what }' "$log"
}

# Prints which of the tests noticed, or nothing.
killer()
{
    # shellcheck disable=SC2086 # words and patterns
    for test in $(printf '%s\n' $1 $GENERAL | awk '!seen[$0]++'); do
        build_for "$test" || { echo "does not compile"; return; }
        run_test "$test" "$(limit_of "$test")"
        status=$?
        [ $status -eq 0 ] && continue
        case $status in
            124 | 137) how=" (does not end)" ;;
            *) how=$(claim) how=${how:+: $how} ;;
        esac
        echo "$test$how"
        return
    done
}

# Brings source and build back to what they were, times included, so that nothing is built twice.
restore()
{
    find b -type f -newer "$stamp" | while read -r built; do
        cp -p "$work/clean/$built" "$built" 2>/dev/null || rm -f "$built"
    done
    cp -p "$root/$1" "$1"
}

try_mutant()
{
    touch "$stamp"
    sleep 0.01
    awk -v id="$1" -f "$here/table.awk" "$table" "$root/$2" >"$2" || return
    by=$(killer "$5")
    restore "$2"
    case $by in
        "") state=SURVIVES ;;
        "does not compile") state=BROKEN ;;
        *) state=killed ;;
    esac
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$3" "$4" "$state" "$by" >>"$work/results.$worker"
    printf '%-9s %-28s %s\n' "$state" "$1" "$by"
}

# Every JOBS-th mutant, in a tree of its own.
work_on()
{
    worker=$1
    cd "$work/$worker" || exit 1
    log=$work/log.$worker stamp=$work/stamp.$worker
    tab=$(printf '\t')
    awk -v w="$worker" -v n="$JOBS" 'NR % n == w' "$work/list" >"$work/list.$worker"
    while IFS=$tab read -r id file component what tests; do
        try_mutant "$id" "$file" "$component" "$what" "$tests" </dev/null
    done <"$work/list.$worker"
}

write_results()
{
    echo "# Mutants and the tests that kill them"
    echo
    echo "Written by \`make mutate\` (see [README.md](README.md)): $1 mutants, each killed by the first test named."
    echo
    echo "| mutant | component | change | killed by |"
    echo "|---|---|---|---|"
    awk -F '\t' 'NR == FNR { row[$1] = "| " $1 " | " $2 " | " $3 " | " $5 " |"; next } { print row[$1] }' \
        "$work/results" "$work/list"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
check_table || exit 1
[ "${1-}" = --check ] && exit 0
awk -f "$here/table.awk" "$table" | awk -F '\t' -v wanted=" $* " \
    'wanted == "  " || index(wanted, " " $1 " ")' >"$work/list"
[ -s "$work/list" ] || { echo "no such mutant: $*" >&2; exit 1; }

export NPUSIM=b/npusim REFERENCE=/nonexistent # the kill must not depend on reference data
copy_tree && baseline || exit 1
cp -a "$work/0/." "$work/clean"
worker=1
while [ $worker -lt "$JOBS" ]; do
    cp -a "$work/clean" "$work/$worker"
    worker=$((worker + 1))
done
while [ $worker -gt 0 ]; do
    worker=$((worker - 1))
    work_on $worker &
done
wait
cat "$work"/results.* >"$work/results"

total=$(wc -l <"$work/list") killed=$(grep -c "	killed	" "$work/results")
echo "$killed of $total mutants killed"
[ "$killed" -eq "$total" ] || exit 1
[ $# -gt 0 ] || write_results "$total" >"$here/results.md"
