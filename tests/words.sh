#!/bin/sh
# words.sh - words that must not stand in the sources
# SPDX-License-Identifier: MIT
set -eu
cd "$top_srcdir"

fail=0
# forbid WHY PATTERN PATH...: no line of PATH may match PATTERN.
forbid() {
	why=$1 pattern=$2
	shift 2
	if grep -rnE --include='*.[ch]' --include='*.def' --include='*.mk' \
		--include='*.sh' --include='*.txt' --include='*.py' \
		--exclude=words.sh --exclude=ltmain.sh \
		--exclude=tap-driver.sh -- "$pattern" "$@"; then
		echo "$why"
		fail=1
	fi
}

all='include lib tools examples bench tests build-aux'
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
exit $fail
