#!/bin/sh
# tools_numpy.sh - keops-run's files and results against NumPy's
# SPDX-License-Identifier: MIT
set -eu

for python in ${PYTHON:-} python3 /usr/bin/python3; do
	"$python" -c 'import numpy' 2>/dev/null || continue
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	"$python" "$top_srcdir/tests/tools_numpy.py" \
		"$top_builddir/tools/keops-run" "$work"
	exit
done
echo "skipped: no Python with numpy"
exit 77
