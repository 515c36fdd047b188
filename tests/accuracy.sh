#!/bin/sh
# accuracy.sh - scalar operations are exact to 2 units of the last place, but
# those of special functions, and what follows from erfc, sin and cos of others
# SPDX-License-Identifier: MIT
set -u

info=$top_builddir/tools/keops-info

# within LIMITS DEVICE NAME...: no error is above what awk's LIMITS say.
within() {
	limits=$1
	shift
	"$info" --accuracy "$@" >table || exit 1
	awk "$limits"'
	NR == 1 { next }
	{ most = $1 in limit ? limit[$1] : 2 }
	!($2 <= most && $3 <= most) { print; bad = 1 }
	{ known += NF > 2 }
	END { print NR - 1 " operations, " known " in float64"; exit bad }' \
		table || { echo "more than 2 units on $1"; fail=1; }
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $info in /*) ;; *) info=$PWD/$info ;; esac
cd "$work" || exit 1
fail=0
limits='BEGIN {
	limit["Lgamma"] = limit["Digamma"] = limit["Powf"] = 4
	limit["Erfc"] = 3
	limit["SinXDivXDeriv"] = 2.5
}'
within "$limits" host
test "$(wc -l <table)" -gt 60 || { echo 'some are missing'; fail=1; }
if "$info" | grep -q '^  type  *cpu'; then
	within "$limits" cpu Erfc Exp Matern Polygamma SinXDivXDeriv Tan
fi
exit $fail
