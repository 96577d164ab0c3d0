#!/bin/sh
# run-test.sh DIRECTORY NUMBER TEST, for run-tests.sh: runs a Check program or a shell test, leaves what it printed and its
# status in DIRECTORY/NUMBER.out and .status, and prints all of it at once, since others run at the same time.
set -u
case $3 in
    *.sh) timeout "$TEST_TIMEOUT" sh "$3" ;;
    *) timeout "$TEST_TIMEOUT" "$3" ;;
esac >"$1/$2.out" 2>&1
echo $? >"$1/$2.status"
exec 9>"$1/lock"
flock 9
echo "== $3"
cat "$1/$2.out"
