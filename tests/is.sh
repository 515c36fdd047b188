# is.sh - for scripts that count what is right: . "$top_srcdir/tests/is.sh"
# SPDX-License-Identifier: MIT
passed=0 failed=0

# is WHAT GOT EXPECTED
is() {
	if test "$2" = "$3"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	printf '%s:\n  got      <%s>\n  expected <%s>\n' "$1" "$2" "$3"
}
