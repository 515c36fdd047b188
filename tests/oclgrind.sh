#!/bin/sh
# oclgrind.sh - kernels under Oclgrind: no race, no uninitialised or bad access
# SPDX-License-Identifier: MIT
#
# Every kernel runs on few rows in both shapes; the results must be the host's
# and Oclgrind must have nothing to say.
set -eu

icd=$(find /usr/lib /usr/local/lib -name liboclgrind-rt-icd.so 2>/dev/null |
	head -n 1)
test -n "$icd" || { echo "skipped: Oclgrind is not installed"; exit 77; }
run=$top_builddir/tools/keops-run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail=0

export OCL_ICD_VENDORS="$icd" KEOPSCL_CACHE=0 OCLGRIND_LOG="$work/log" \
	OCLGRIND_DATA_RACES=1 OCLGRIND_UNINITIALIZED=1 OCLGRIND_CHECK_API=1

# table ROWS COLUMNS SEED: numbers in [-1, 1], always the same.
table() {
	awk -v rows="$1" -v columns="$2" -v s="$3" 'BEGIN {
		for (i = 0; i < rows; i++)
			for (k = 0; k < columns; k++) {
				s = (s * 16807) % 2147483647
				printf "%.6f%s", s / 1073741823.5 - 1,
					k < columns - 1 ? "," : "\n"
			}
	}'
}
table 13 3 1 >"$work/x.csv"
table 270 3 2 >"$work/y.csv"
table 270 2 3 >"$work/b.csv"

# Some rows have no columns, others more than a block, or twice.
printf '0,3\n9,13\n' >"$work/rows0"
printf '3,20\n0,259\n7,20\n' >"$work/lists0"
printf '100,270\n0,5\n' >"$work/rows1"
printf '3,9\n0,13\n7,10\n' >"$work/lists1"
printf '1\n3\n' >"$work/slices"
ranges=
for k in 0 1; do
	ranges="$ranges --ranges $work/rows$k --ranges $work/slices"
	ranges="$ranges --ranges $work/lists$k"
done

# near FILE FILE: the same numbers, but for rounding.
near() {
	paste -d , "$1" "$2" | awk -F , '
	{
		for (k = 1; k <= NF / 2; k++) {
			d = $k - $(k + NF / 2)
			size = ($k < 0 ? -$k : $k) + 1
			if (d > 2e-4 * size || -d > 2e-4 * size)
				bad = 1
		}
	}
	END { exit bad || NR == 0 }'
}

# try PLAN FORMULA OPTION...  Looking for uninitialised values, Oclgrind 21 ends
# in a crash where vectors are converted, as they are to ask whether any lane
# has something new.
try() {
	plan=$1 formula=$2 looks=1
	shift 2
	case $plan,$formula in
	*lanes*,KMin* | *lanes*,Min*) looks= ;;
	esac
	: >"$work/log" >"$work/errors"
	set -- "$@" --dtype float32 "$formula" x=Vi:"$work/x.csv" \
		y=Vj:"$work/y.csv" b=Vj:"$work/b.csv" s=Pm:0.7
	"$run" --device host "$@" >"$work/host" &&
		OCLGRIND_UNINITIALIZED=$looks KEOPSCL_PLAN=$plan \
		"$run" --device opencl:0:0 "$@" \
			>"$work/here" 2>"$work/errors" &&
		near "$work/host" "$work/here" && ! test -s "$work/log" &&
		return
	echo "failed: $plan $*"
	head -n 20 "$work/log" "$work/errors"
	fail=1
}

for plan in shape=gpu shape=gpu,rows=2 shape=cpu,lanes=4; do
	for tag in 0 1; do
		while read -r reduction; do
			try $plan "$reduction, $tag)"
		done <<-END
		Sum_Reduction(Exp(-s*SqDist(x,y))*b
		Sum_Reduction(Cos(x)*y
		LogSumExp_Reduction(-s*SqDist(x,y)
		SumSoftMaxWeight_Reduction(-SqDist(x,y), Sin(x+y)
		Min_ArgMin_Reduction(SqDist(x,y)
		KMin_ArgKMin_Reduction(SqDist(x,y), 3
		Sum_Reduction(TensorProd(x,b)*Norm2(x-y)
		END
	done
	for reduction in 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)' \
		'KMin_ArgKMin_Reduction(SqDist(x,y), 3, 1)'; do
		try $plan "$reduction" $ranges
	done
	for name in x y b s; do
		try $plan 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)' \
			--grad $name
	done
done

# Coordinates in chunks.
for plan in shape=gpu,unroll=2 shape=gpu,unroll=2,group=32,rows=1,cols=2; do
	try $plan 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)'
	try $plan 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)' $ranges
	try $plan 'Min_ArgMin_Reduction(SqDist(x,y), 1)'
done
exit $fail
