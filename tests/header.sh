#!/bin/sh
# header.sh - keopscl.h compiles alone in C99, C11, C++11 and C++17
# SPDX-License-Identifier: MIT
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '#include "keopscl.h"
int main(void) { return kcl_version() == NULL; }' >"$work/use.c"
cp "$work/use.c" "$work/use.cc"

fail=0
try() {
	"$@" -pedantic -Wall -Wextra -Werror -fsyntax-only \
		-I "$top_srcdir/include" || { echo "failed: $*"; fail=1; }
}
# $CC may hold options, so it is not quoted; the standard comes after them.
try $CC -std=c99 "$work/use.c"
try $CC -std=c11 "$work/use.c"
try $CXX -std=c++11 "$work/use.cc"
try $CXX -std=c++17 "$work/use.cc"
exit $fail
