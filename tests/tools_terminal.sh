#!/bin/sh
# tools_terminal.sh - the progress bar, Ctrl-C, and clean pipes
# SPDX-License-Identifier: MIT
set -eu

for python in ${PYTHON:-} python3 /usr/bin/python3; do
	"$python" -c 'import pty' 2>/dev/null || continue
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	"$python" "$top_srcdir/tests/tools_terminal.py" \
		"$top_builddir/tools/keops-run" "$work"
	exit
done
echo "skipped: no Python with pty"
exit 77
