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
export NPUSIM REFERENCE CK_DEFAULT_TIMEOUT

output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
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

run_check_program()
{
    timeout "$TEST_TIMEOUT" "$1" >"$output" 2>&1
    status=$?
    cat "$output"
    skipped=$((skipped + $(count_skipped)))
    # shellcheck disable=SC2046 # two words
    set -- "$1" $(check_totals)
    if [ $# -ne 3 ] && [ "$status" -eq 0 ] && [ "$(count_skipped)" -gt 0 ]; then
        return # nothing of it can run without the reference data, and it says so
    fi
    if [ $# -ne 3 ]; then
        note_failure 1 "$1: ended without Check's totals (status $status)"
        return
    fi
    passed=$((passed + $2 - $3))
    if [ "$3" -gt 0 ]; then
        note_failure "$3" "$1: $3 of $2"
    elif [ "$status" -ne 0 ]; then
        note_failure 1 "$1: status $status"
    fi
}

run_shell_test()
{
    timeout "$TEST_TIMEOUT" sh "$1" >"$output" 2>&1
    status=$?
    cat "$output"
    skipped=$((skipped + $(count_skipped)))
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
    else
        note_failure 1 "$1: status $status"
    fi
}

for program in "$@"; do
    echo "== $program"
    run_check_program "$program"
done
for script in tests/*/test_*.sh; do
    [ -f "$script" ] || continue
    echo "== $script"
    run_shell_test "$script"
done

[ -z "$failures" ] || printf '\nfailed:%s\n' "$failures"
[ $((passed + failed)) -gt 0 ] || echo "no test ran"
echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
