#!/bin/sh
# avx512.sh - kernels name instructions of AVX-512 where the compiler has them
# SPDX-License-Identifier: MIT
#
# A machine without them would never compile that branch, and one with them
# never the other.
set -eu

clang=$(command -v clang-15 || command -v clang) ||
	{ echo "skipped: clang is not installed"; exit 77; }
run=$top_builddir/tools/keops-run
fail=0

# has CPU TYPE LANES FORMULA INSTRUCTION...: which of those its code has.
has() {
	cpu=$1 type=$2 plan=lanes=$3 formula=$4
	shift 4
	code=$(KEOPSCL_PLAN=$plan "$run" --source --dtype "$type" \
		--device target:opencl-cpu "$formula" 'x=Vi(3)' 'y=Vj(3)' |
		"$clang" --target=x86_64-pc-linux-gnu -march="$cpu" -O2 \
		-x cl -cl-std=CL1.2 -Xclang -finclude-default-header \
		-Wno-psabi -Werror -S -o - -) || { echo failed; return; }
	for instruction; do
		case $code in
		*[[:space:]]"$instruction"*) echo "$instruction" ;;
		esac
	done
}

# check CPU TYPE LANES FORMULA EXPECTED INSTRUCTION...
check() {
	cpu=$1 type=$2 lanes=$3 formula=$4 expected=$5
	shift 5
	found=$(has "$cpu" "$type" "$lanes" "$formula" "$@" | tr '\n' ' ')
	test "$found" = "$expected" && return
	echo "$cpu, $type, $lanes lanes, $formula: '$found', not '$expected'"
	fail=1
}

gauss='Sum_Reduction(Exp(-SqDist(x,y)),0)'
near='KMin_Reduction(SqDist(x,y),3,0)'
for type in float32 float64; do
	s=s full=16
	test $type = float32 || s=d full=8
	all="vreducep$s vpermi2p$s vscalefp$s"
	for lanes in 1 2 4 8 16; do
		# shellcheck disable=SC2086
		check skylake-avx512 $type $lanes "$gauss" "$all " $all
	done
	# shellcheck disable=SC2086
	check haswell $type $full "$gauss" '' $all
	check skylake-avx512 $type $full "$near" 'kortest ' kortest
	check haswell $type $full "$near" '' kortest
done
exit $fail
