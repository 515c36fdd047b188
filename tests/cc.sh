#!/bin/sh
# cc.sh - what keops-cc writes and refuses, and keops-run makes of bundles
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

cc=$(cd "$top_builddir/tools" && pwd)/keops-cc
run=$(cd "$top_builddir/tools" && pwd)/keops-run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export KEOPSCL_DEVICE=host

# refused CODE MESSAGE PROGRAM ARGUMENT...: it ends with CODE and says just
# MESSAGE, or its first line, and leaves the output that there was.
refused() {
	code=$1 message=$2
	shift 2
	echo before >out
	"$@" >stdout 2>stderr
	is "exit code of $*" "$?" "$code"
	is "message of $*" "$(sed -n 1p stderr)" "keops-${1##*-}: $message"
	is "output of $*" "$(cat stdout out)" before
}

sum='Sum_Reduction(x*y, 0)'
printf '1,2\n3,4\n' >a.csv
printf '5,6\n7,8\n9,10\n' >b.csv

# The command line.
refused 2 'no formula given; see --help' "$cc" -o out
refused 2 'no output given; see --help' "$cc" "$sum"
refused 2 'option --oops is not known or is ambiguous; see --help' "$cc" --oops
refused 2 'option -o needs a value; see --help' "$cc" "$sum" -o
refused 2 'option --grad needs a value; see --help' "$cc" "$sum" --grad
refused 2 "--dtype is float32 or float64, not 'half'" "$cc" --dtype half
refused 2 "--sum is blocks, direct or kahan, not 'block'" "$cc" --sum block
refused 2 "--accumulator is float64, not 'float32'" "$cc" \
	--accumulator float32
refused 2 'several targets make a bundle; -o out does not end in .kcl' \
	"$cc" -t spirv,opencl -o out "$sum"
for targets in '' opencl, ,opencl opencl,,cuda; do
	refused 2 "--target '$targets': a name is empty" "$cc" -t "$targets" \
		-o out.kcl "$sum" 'x=Vi(2)' 'y=Vj(2)'
done
refused 2 "'x=Vi' is not NAME=KIND(DIM), such as x=Vi(3)" "$cc" -o out \
	"$sum" x=Vi
refused 2 "'x=Vi(2):a.csv' is not NAME=KIND(DIM), such as x=Vi(3)" "$cc" \
	-o out "$sum" 'x=Vi(2):a.csv'
refused 2 'formula:1:15: unknown variable "x"' "$cc" -o out "$sum"
refused 2 'there is no "target:metal"; there are target:opencl,'\
' target:opencl-cpu, target:spirv, target:spirv-cpu, target:cuda,'\
' target:ptx:compute_75, target:cubin:sm_80, target:amdgcn:gfx90a' \
	"$cc" -t metal -o out "$sum" 'x=Vi(2)' 'y=Vj(2)'
refused 2 'cannot write none/out: No such file or directory' "$cc" \
	-o none/out "$sum" 'x=Vi(2)' 'y=Vj(2)'

# Compilers that are not there.
KEOPSCL_CLANG=$work/none KEOPSCL_LIBNVRTC=$work/none
export KEOPSCL_CLANG KEOPSCL_LIBNVRTC
refused 1 'there is no compiler of SPIR-V for target:spirv: neither clang 22,'\
' nor clang-15 with llvm-spirv-15, is in $PATH or $KEOPSCL_CLANG' \
	"$cc" -o out "$sum" 'x=Vi(2)' 'y=Vj(2)'
refused 1 'there is no compiler of code for AMD for target:amdgcn:gfx90a:'\
' neither clang-19 with lld-19 and rocm-device-libs, nor clang 22, is in'\
' $PATH or $KEOPSCL_CLANG' \
	"$cc" -t amdgcn:gfx90a -o out "$sum" 'x=Vi(2)' 'y=Vj(2)'
refused 1 'there is no compiler for target:ptx:compute_75: NVRTC, which'\
' compiles kernels, is not there: install libnvrtc.so.13, or an older one'\
' from 11.2 on, or name it in KEOPSCL_LIBNVRTC' \
	"$cc" -t ptx:compute_75 -o out "$sum" 'x=Vi(2)' 'y=Vj(2)'
unset KEOPSCL_CLANG KEOPSCL_LIBNVRTC

# Texts are those that keops-run shows.
for target in opencl opencl-cpu cuda; do
	"$cc" -t $target -o kernel.txt "$sum" 'x=Vi(2)' 'y=Vj(2)'
	is "exit code of $target" "$?" 0
	is "kernel of $target" "$(cat kernel.txt)" "$("$run" --source \
		--device target:$target --dtype float32 "$sum" 'x=Vi(2)' \
		'y=Vj(2)')"
done
"$cc" -t opencl --dtype float64 --sum kahan --grad x -o kernel.txt "$sum" \
	'x=Vi(2)' 'y=Vj(2)'
is 'a gradient' "$(sed -n 2,3p kernel.txt)" ' * OpenCL C, float64, GPU shape,
 * to be built with -cl-std=CL1.2 */'
echo "$sum" >formula.txt
printf 'Sum_Reduction(x,0)\0(' >zero.txt
refused 2 'a formula is text, this one has a zero byte' "$cc" -t opencl \
	-o zero.cl @zero.txt 'x=Vi(1)'
"$cc" -t cuda -o file.cu @formula.txt 'x=Vi(2)' 'y=Vj(2)'
is 'a formula in a file' "$(grep -c __global__ file.cu)" 1
two='Sum_Reduction(Sum_Reduction(x*y,1)+y,0)'
"$cc" -t opencl -o ./two.cl "$two" 'x=Vi(2)' 'y=Vj(2)'
is 'two kernels' "$(echo two*)" 'two.0.cl two.1.cl'

# Whole compilers, where they are.
magic() { od -An -tx1 -N4 "$1" | tr -d ' '; }
if command -v clang-22 || { command -v clang-15 &&
	command -v llvm-spirv-15; }; then
	for target in spirv spirv-cpu; do
		"$cc" -t $target -o some.spv "$sum" 'x=Vi(2)' 'y=Vj(2)'
		is "magic of $target" "$(magic some.spv)" 03022307
	done
fi >/dev/null
if command -v clang-19 && command -v ld.lld-19 &&
	test -d /usr/lib/x86_64-linux-gnu/amdgcn/bitcode; then
	"$cc" -t amdgcn:gfx90a -o some.co "$sum" 'x=Vi(2)' 'y=Vj(2)'
	is 'magic of amdgcn' "$(magic some.co)" 7f454c46
fi >/dev/null

# Bundles.
"$cc" -t opencl,cuda -t opencl-cpu -o sum.kcl "$sum" 'x=Vi(2)' 'y=Vj(2)'
is 'exit code of a bundle' "$?" 0
is 'a bundle is run' "$("$run" sum.kcl x=Vi:a.csv y=Vj:b.csv)" \
	"$("$run" "$sum" x=Vi:a.csv y=Vj:b.csv)"
is 'in any order' "$("$run" sum.kcl y=Vj:b.csv x=Vi:a.csv)" \
	"$("$run" "$sum" x=Vi:a.csv y=Vj:b.csv)"
"$cc" -t cuda --sum kahan --grad x -o gradient.kcl "$sum" 'x=Vi(2)' 'y=Vj(2)'
printf '1,1\n1,1\n' >ones.csv
is 'a gradient in a bundle' "$("$run" gradient.kcl x=Vi:a.csv y=Vj:b.csv \
	argument_2_=Vi:ones.csv)" "$("$run" --grad x "$sum" x=Vi:a.csv \
	y=Vj:b.csv)"
refused 2 "the bundle's formula has a variable y, which is not given" \
	"$run" sum.kcl x=Vi:a.csv
refused 2 "the bundle's formula has no variable z" \
	"$run" sum.kcl x=Vi:a.csv y=Vj:b.csv z=Vj:b.csv
refused 2 'x is Vj; in the bundle it is Vi' \
	"$run" sum.kcl x=Vj:a.csv y=Vj:b.csv
refused 2 'a bundle is computed as it is; leave out --grad, --sum and'\
' --accumulator' "$run" --grad x sum.kcl x=Vi:a.csv y=Vj:b.csv
refused 2 'the file none.kcl cannot be read: No such file or directory' \
	"$run" none.kcl x=Vi:a.csv
dd if=sum.kcl of=short.kcl bs=1000 count=2 2>/dev/null
refused 2 'the file short.kcl is damaged, or no bundle' \
	"$run" short.kcl x=Vi:a.csv y=Vj:b.csv
is 'no temporary files' "$(ls -A | grep -cE '^\.|unfinished')" 0

echo "$passed passed, $failed failed"
test "$failed" = 0
