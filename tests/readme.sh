#!/bin/sh
# readme.sh - the program of the README, with the library as installed
# SPDX-License-Identifier: MIT
#
# make installcheck runs it, with PKG_CONFIG_PATH for the installed files.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n '/^```c$/,/^```$/p' "$top_srcdir/README" | sed '1d;$d' >"$work/first.c"

lines=$(sed -n '/^{$/,/^}$/p' "$work/first.c" | sed '1d;$d' | grep -c .)
test "$lines" -gt 0 || { echo "no program in the README"; exit 1; }
test "$lines" -le 15 || { echo "its main has $lines lines, not 15"; exit 1; }

expected=$(awk 'BEGIN {
	printf "%g %g", exp(0) + 2 * exp(-.5) + 3 * exp(-2),
		exp(-.5) + 2 * exp(-1) + 3 * exp(-.5) }')

grep -q "^prints $expected," "$top_srcdir/README" || {
	echo "the README does not say that it prints $expected"
	exit 1
}

# program OPTION...: compile with these and look at what it prints.
program() {
	$CC -Wall -Wextra -Werror "$work/first.c" -o "$work/first" "$@"
	got=$("$work/first")
	test "$got" = "$expected" || {
		echo "it printed \"$got\", not \"$expected\""
		exit 1
	}
}
libdir=$(pkg-config --variable=libdir keopscl)
libdir=${PKG_CONFIG_SYSROOT_DIR:-}$libdir
if test -f "$libdir/libkeopscl.so"; then
	LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
	program $(pkg-config --cflags --libs keopscl)
fi
if test -f "$libdir/libkeopscl.a"; then
	program $(pkg-config --cflags keopscl) "$libdir/libkeopscl.a" \
		-lm -lpthread -ldl
fi
echo "the README's program: $lines lines, $got"
