#!/bin/sh
# witness.sh - values.txt and reductions.txt hold what mpmath computes
# SPDX-License-Identifier: MIT
set -eu

python3 -c 'import mpmath' 2>/dev/null || {
	echo 'skipped: no python3 with the package mpmath'
	exit 77
}
for name in values reductions; do
	python3 "$top_srcdir/tests/$name.py" --check
done
