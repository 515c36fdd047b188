#!/bin/sh
# exports.sh - the header's functions, the map and the library's names agree
# SPDX-License-Identifier: MIT
set -eu

header=$top_srcdir/include/keopscl.h
map=$top_srcdir/lib/libkeopscl.map
library=$top_builddir/lib/.libs/libkeopscl.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The name before the first parenthesis of each KCL_API declaration.
sed -n 's/^KCL_API [^(]*[ *]\(kcl_[a-z0-9_]*\)(.*/\1/p' "$header" |
	sort >"$work/header"
sed -n 's/^	\(kcl_[a-z0-9_]*\);$/\1/p' "$map" | sort >"$work/map"
test -s "$work/header" || { echo "no function found in $header"; exit 1; }

fail=0
agree() {
	diff -u "$work/$1" "$work/$2" || { echo "$1 and $2 differ"; fail=1; }
}
agree header map
if test -f "$library"; then
	$NM -D --defined-only "$library" | sed 's/@.*//' |
		awk '$2 != "A" { print $3 }' | sort >"$work/library"
	agree map library
else
	echo "no shared library here; its names are not looked at"
fi
exit $fail
