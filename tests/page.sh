#!/bin/sh
# page.sh - keopscl-formula(7) has all operations, and its examples are true
# SPDX-License-Identifier: MIT
set -u

page=$(cd "$top_builddir/tools" && pwd)/keopscl-formula.7
table=$(cd "$top_srcdir/lib" && pwd)/ops.def
PATH=$(cd "$top_builddir/tools" && pwd):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export KEOPSCL_DEVICE=host PATH
unset LC_ALL LC_NUMERIC
fail=0

# Every operation and reduction, and the names of NOTE are among them.
keops-info --ops | awk 'NF && $1 != "operation" && $1 != "reduction" {
	print $1 }' >names
test -s names || { echo 'keops-info --ops lists nothing'; fail=1; }
while read -r name; do
	grep -qE "^\.(It )?Li \"$name\(" "$page" || {
		echo "$name is not in the page"
		fail=1
	}
done <names
sed -n 's/^NOTE(\([A-Za-z0-9_]*\),.*/\1/p' "$table" >notes
for name in $(cat notes); do
	grep -qx "$name" names || {
		echo "NOTE($name, ...) is of no operation"
		fail=1
	}
done
sort notes | uniq -d | grep . && { echo 'has two notes'; fail=1; }

# The examples: what follows "$ " is typed, what comes next is printed.
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$page" | grep -v '^\.' |
	sed 's/\\e/\\/g; s/\\-/-/g' >session
while IFS= read -r line; do
	case $line in '$ '*) ;; *) continue ;; esac
	printf "%s\n" "$line"
	typed=${line#??}
	while test "${typed%\\}" != "$typed"; do
		IFS= read -r line
		printf "%s\n" "$line"
		typed=${typed%\\}$line
	done
	eval "$typed" 2>&1 </dev/null
done <session >played
test -s played || { echo 'the page has no examples'; fail=1; }
diff -u session played || { echo 'the examples print something else'; fail=1; }

if command -v mandoc >/dev/null; then
	mandoc -Tlint -Wwarning "$page" || fail=1
fi
echo "$(grep -c . names) operations, $(grep -c '^\$ ' session) commands"
exit $fail
