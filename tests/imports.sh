#!/bin/sh
# imports.sh - what the library needs, and that it keeps no global state
# SPDX-License-Identifier: MIT
set -eu

if test -n "$sanitizers"; then
	echo "skipped: the sanitizers bring libraries and data of their own"
	exit 77
fi
shared=$top_builddir/lib/.libs/libkeopscl.so
static=$top_builddir/lib/.libs/libkeopscl.a
fail=0

# complain WHAT TEXT: a failure if TEXT is not empty.
complain() {
	test -z "$2" || { echo "$1:"; echo "$2"; fail=1; }
}

# Functions that print, end the program or change its state.
forbidden='(__)?(v?printf|puts|putchar|perror)(_chk)?|stdout|stderr'
forbidden="$forbidden|_?_?exit|_Exit|abort|__assert_fail"
forbidden="$forbidden|signal|sigaction|setlocale"

# Data that can change, by name; each is allowed for a reason.
data='^$'

if test -f "$shared"; then
	complain "libraries other than libc, libm, libpthread and libdl" \
		"$(objdump -p "$shared" | sed -n 's/^ *NEEDED *//p' |
		grep -vE '^(libc|libm|libpthread|libdl|ld-linux.*)\.so\.' ||
		true)"
	complain "functions that a library must not use" \
		"$($NM -D --undefined-only "$shared" | sed 's/.* //; s/@.*//' |
		grep -xE "$forbidden" || true)"
fi
if test -f "$static"; then
	# Objects in .data or .bss; .data.rel.ro is constant after loading, and
	# what a thread has of its own is not shared.
	complain "global data that is not constant" \
		"$(objdump -t "$static" |
		awk '$3 == "O" && $4 ~ /^\.(data|bss)/ &&
			$4 !~ /^\.data\.rel\.ro/ { print $NF }' |
		sed 's/\.[0-9]*$//' | grep -vE "$data" || true)"
fi
exit $fail
