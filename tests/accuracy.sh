#!/bin/sh
# accuracy.sh - scalar operations are exact to 2 units of the last place, but
# those that are listed
# SPDX-License-Identifier: MIT
set -u

info=$top_builddir/tools/keops-info

# within DEVICE NAME...: no error is above 2, or its own limit.
within() {
	"$info" --accuracy "$@" >table || exit 1
	awk '
	BEGIN {
		limit["Lgamma"] = 4
		limit["Digamma"] = limit["Polygamma"] = 5
		limit["SinXDivXDeriv[2.9,3.3]^1;10"] = 6
	}
	NR == 1 { next }
	{ name = $1 }
	!(name in limit) { sub(/\[.*/, "", name) }
	{ most = name in limit ? limit[name] : 2 }
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
within host
test "$(wc -l <table)" -gt 60 || { echo 'some are missing'; fail=1; }
if "$info" | grep -q '^  type  *cpu'; then
	within cpu Acos Asinh Atan2 Erf Erfc Exp Exp2 Expm1 Matern Polygamma \
		Powf SinXDivXDeriv Tan
fi
exit $fail
