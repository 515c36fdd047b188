#!/bin/sh
# again.sh - run a test again when LeakSanitizer itself has failed
# SPDX-License-Identifier: MIT
#
# usage: again.sh PROGRAM [ARGUMENT...]
#
# LeakSanitizer stops all threads with ptrace when a program ends, and gives up
# with a "fatal error" where one of a driver's threads ends just then, or where
# its record of threads' own data is wrong, as with gcc 12 when PoCL has loaded
# many kernels.  That says nothing of leaks, so the program is run again, twice
# at most, and such data is then not looked at.
set -u
out=$(mktemp) || exit 99
trap 'rm -f "$out"' EXIT
for try in 1 2 3; do
	"$@" >"$out" 2>&1
	status=$?
	grep -q 'LeakSanitizer has encountered a fatal error' "$out" || break
	export LSAN_OPTIONS="${LSAN_OPTIONS:-}:use_tls=0"
done
cat "$out"
exit $status
