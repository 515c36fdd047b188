#!/bin/sh
# cuda.sh - nvcc takes the CUDA kernels of tests/golden without a spill
# SPDX-License-Identifier: MIT
#
# There need not be a card: this only compiles.  Skipped without nvcc.
set -eu

nvcc=$(command -v nvcc || echo "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc")
test -x "$nvcc" || {
	echo "skipped: there is no nvcc"
	exit 77
}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0
for file in "$top_srcdir"/tests/golden/*.cu; do
	for arch in sm_80 sm_90 sm_120; do
		name=$(basename "$file" .cu)-$arch
		"$nvcc" -cubin -arch=$arch -fmad=false -Xptxas -v \
			-o "$out/k.cubin" "$file" >"$out/log" 2>&1 || {
			echo "not compiled: $name"
			sed 's/^/	/' "$out/log"
			bad=1
			continue
		}
		grep -q ' 0 bytes spill stores' "$out/log" || {
			echo "spills: $name"
			bad=1
		}
	done
done
exit $bad
