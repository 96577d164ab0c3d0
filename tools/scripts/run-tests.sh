#!/bin/sh
# Runs each Check program named on the command line and each tests/*/test_*.sh, prints what they print, and ends with
# "N passed, N failed" (", N skipped") alone on the last line. Status 1 if anything failed or nothing ran.
#
# A Check program counts by its own totals ("100%: Checks: 7, Failures: 0, Errors: 0"); one that ends without totals,
# or with a status other than 0 though its totals name no failure, is one failure; one that says that it skipped all
# its cases is none. A shell test is one test.
set -u
: "${NPUSIM:=build/npusim}"
: "${REFERENCE:=../shared/reference}"
: "${CK_DEFAULT_TIMEOUT:=300}" # seconds a test; Check's own 4 are too few for a sanitised build on two cores
: "${TEST_TIMEOUT:=1800}"      # seconds a program
: "${TEST_JOBS:=$(nproc)}"     # programs at once
export NPUSIM REFERENCE CK_DEFAULT_TIMEOUT TEST_TIMEOUT

work=$(mktemp -d) || exit 1
output=
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0 failures=

note_failure()
{
    failed=$((failed + $1))
    failures="$failures
  $2"
}

# "checks failures errors" of all totals in the output, or nothing.
check_totals()
{
    awk '/^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
             gsub(/[^0-9 ]/, ""); checks += $2; bad += $3 + $4; seen = 1
         }
         END { if (seen) print checks, bad }' "$output"
}

count_skipped()
{
    awk '/: [0-9]+ cases? skipped/ { sub(/ cases? skipped.*/, ""); sub(/.*: /, ""); n += $0 } END { print n + 0 }' "$output"
}

# $1: the program, $2: its status; its output is in $output.
count_check_program()
{
    program=$1 status=$2
    # shellcheck disable=SC2046 # two words
    set -- $(check_totals)
    if [ $# -ne 2 ] && [ "$status" -eq 0 ] && [ "$(count_skipped)" -gt 0 ]; then
        return # nothing of it can run without the reference data, and it says so
    fi
    if [ $# -ne 2 ]; then
        note_failure 1 "$program: ended without Check's totals (status $status)"
        return
    fi
    passed=$((passed + $1 - $2))
    if [ "$2" -gt 0 ]; then
        note_failure "$2" "$program: $2 of $1"
    elif [ "$status" -ne 0 ]; then
        note_failure 1 "$program: status $status"
    fi
}

count_shell_test()
{
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        note_failure 1 "$1: status $2"
    fi
}

# Shell tests first, as the longest are among them. What a test prints stays together.
for script in tests/*/test_*.sh; do
    [ ! -f "$script" ] || echo "$script"
done >"$work/list"
[ $# -eq 0 ] || printf '%s\n' "$@" >>"$work/list"
nl -ba -w1 -s ' ' "$work/list" | xargs -r -P "$TEST_JOBS" -L 1 "$(dirname "$0")/run-test.sh" "$work"

number=0
while read -r test; do
    number=$((number + 1))
    output=$work/$number.out
    skipped=$((skipped + $(count_skipped)))
    status=$(cat "$work/$number.status" 2>/dev/null || echo 125)
    case $test in
        *.sh) count_shell_test "$test" "$status" ;;
        *) count_check_program "$test" "$status" ;;
    esac
done <"$work/list"

[ -z "$failures" ] || printf '\nfailed:%s\n' "$failures"
[ $((passed + failed)) -gt 0 ] || echo "no test ran"
echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
