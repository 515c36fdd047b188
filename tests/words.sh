#!/bin/sh
# words.sh - words that must not stand in the sources
# SPDX-License-Identifier: MIT
set -eu
cd "$top_srcdir"

fail=0
# forbid WHY PATTERN FOLDER...: no line in FOLDER may match PATTERN.
forbid() {
	why=$1 pattern=$2
	shift 2
	found=$(find "$@" -type f ! -name words.sh ! -name ltmain.sh \
		! -name tap-driver.sh \( -name '*.[ch]' -o -name '*.def' -o \
		-name '*.fn' -o -name '*.mk' -o -name '*.sh' -o -name '*.py' \
		-o -name '*.txt' \) -exec grep -nE "$pattern" /dev/null {} +) ||
		true
	test -z "$found" || { echo "$found"; echo "$why"; fail=1; }
}

all='include lib tools examples tests build-aux'
test ! -d bench || all="$all bench"
forbid 'unfinished work belongs in an issue' \
	'\<(TODO|FIXME|XXX|HACK)\>' $all
forbid 'paths of one machine do not belong here' \
	'(^|[^A-Za-z0-9_.])/(work|home|root|Users)/' $all
forbid 'comments are /* */' '^[	 ]*//' include lib tools examples
forbid 'the library neither prints nor ends the program' \
	'\<(printf|puts|putchar|perror|abort|exit|_exit|assert)\(' \
	lib
forbid 'texts go through lib/sb.h or have their room counted' \
	'\<(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca)\(' lib
forbid 'numbers with a point go through kcl__decimal of lib/sb.h' \
	'%[-+#0-9*]*(\.([1-9][0-9]*|\*))?l?[aefgAEFG]([^a-z]|$)' \
	$(find lib -name '*.[ch]' ! -name 'sb.[ch]')
exit $fail
