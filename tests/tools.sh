#!/bin/sh
# tools.sh - what keops-run and keops-info print, refuse and leave alone
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

srcdir=$(cd "$top_srcdir" && pwd)
run=$(cd "$top_builddir/tools" && pwd)/keops-run
info=$(cd "$top_builddir/tools" && pwd)/keops-info
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export KEOPSCL_DEVICE=host
unset LC_ALL LC_NUMERIC

# refused CODE MESSAGE ARGUMENT...: keops-run ends with CODE and says just
# MESSAGE; it prints no result and leaves the output that there was.
refused() {
	code=$1 message=$2
	shift 2
	echo before >out.csv
	"$run" "$@" >stdout 2>stderr
	is "exit code of $*" "$?" "$code"
	is "message of $*" "$(cat stderr)" "keops-run: $message"
	is "output of $*" "$(cat stdout out.csv)" before
}

# fails CODE ARGUMENT...: the same for messages that are the library's.
fails() {
	code=$1
	shift
	echo before >out.csv
	"$run" -o out.csv "$@" >stdout 2>stderr
	is "exit code of $*" "$?" "$code"
	is "message of $*" "$(sed -n '1s/: .*//p' stderr)" keops-run
	is "output of $*" "$(cat stdout out.csv)" before
}

# npy HEADER: a .npy file of version 1.0 without data.
npy() {
	printf '\223NUMPY\1\0'
	printf "\\$(printf %03o ${#1})\\0%s" "$1"
}

sum='Sum_Reduction(x, 0)'
printf '1,2\n3,4\n' >a.csv
printf '1,2\n3,oops\n' >word.csv
printf '1,2\n3\n' >ragged.csv
printf 'x,y\n' >header.csv
: >empty.csv
: >empty.npy
printf 'no array' >text.npy
printf 'PK\3\4....' >arrays.npz
npy "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" >object.npy
npy "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,3), }" >cube.npy
npy "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" >short.npy
npy "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }" >thin.npy
npy "{'descr': '<c8', 'fortran_order': False, 'shape': (0,), }" >complex.npy
mkdir folder folder.csv
ln -s a.csv link.csv

# The command line.
refused 2 'no formula given; see --help'
refused 2 'option --oops is not known or is ambiguous; see --help' --oops
refused 2 'option -x is not known; see --help' -x
refused 2 'option -o needs a value; see --help' "$sum" -o
refused 2 'option --grad needs a value; see --help' "$sum" --grad
refused 2 'option --time=3 takes no value; see --help' --time=3
refused 2 'option --help=3 takes no value; see --help' --help=3
refused 2 "--dtype is float32 or float64, not 'half'" --dtype half "$sum"
refused 2 "--sum is blocks, direct or kahan, not 'block'" --sum block "$sum"
refused 2 "--accumulator is float64, not 'float32'" \
	--accumulator float32 "$sum"
refused 2 "--ir is source or spirv, not 'SPIR-V'" --ir SPIR-V "$sum"
refused 2 '--eta goes with --grad' "$sum" x=Vi:a.csv --eta a.csv
for range in 3 3:x 5:3 -1:3 :0 1:99999999999999999999 ''; do
	refused 2 "--rows is A:B, from A to before B, not '$range'" --rows \
		"$range" "$sum"
done
for target in cuda:11 opencl:11 opencl-cpu:20; do
	is "operations of e^x on $target" "$("$run" --plan --dtype float32 \
		--device "target:${target%:*}" 'Sum_Reduction(
		Exp(-s*SqDist(x,y))*b, 0)' 's=Pm(1)' 'x=Vi(3)' 'y=Vj(3)' \
		'b=Vj(1)' | awk '$1 == "pair" { print $2 }')" "${target#*:}"
done
is 'operations of strips' "$("$run" --plan --dtype float32 \
	--device target:cuda 'Sum_Reduction(Inv(3+SqDist(x,y))*b, 0)' \
	'x=Vi(3)' 'y=Vj(3)' 'b=Vj(99)' |
	awk '$1 == "pair" { print $2, $5 }')" '132 432'
is 'speed where units are not known' "$("$run" --plan --dtype float32 \
	--device target:opencl "$sum" 'x=Vi(3)' | awk '$1 == "speed" {
	print ($2 > 0), $16, $17, $18, $19, $20 }')" '1 1 unit (how many is'
refused 2 '--plan prints to standard output; leave out -o' \
	"$sum" x=Vi:a.csv --plan -o out.csv
refused 2 '--source prints to standard output; leave out -o' \
	"$sum" x=Vi:a.csv --source -o out.csv
refused 2 '-o out.txt: the name must end in .npy or .csv' \
	"$sum" x=Vi:a.csv -o out.txt
refused 2 '-o .csv: the name must end in .npy or .csv' \
	"$sum" x=Vi:a.csv -o .csv
refused 2 'cannot write folder.csv: it is a directory' \
	"$sum" x=Vi:a.csv -o folder.csv
refused 2 'cannot write none/out.csv: No such file or directory' \
	"$sum" x=Vi:a.csv -o none/out.csv
refused 2 'cannot write a.csv/x.npy: Not a directory' \
	"$sum" x=Vi:a.csv -o a.csv/x.npy
refused 2 'cannot open none.txt: No such file or directory' @none.txt

# Variables.
refused 2 "'a.csv' does not begin with NAME=, a name of letters, digits and _" \
	"$sum" a.csv
refused 2 "'2x=Vi:a.csv' does not begin with NAME=, a name of letters,\
 digits and _" "$sum" 2x=Vi:a.csv
refused 2 "'=Vi:a.csv' has no name before =" "$sum" =Vi:a.csv
refused 2 "x: unknown kind 'Vk'; a variable is Vi, Vj or Pm, as in\
 x=Vi:points.npy" "$sum" x=Vk:a.csv
refused 2 "x: unknown kind 'a.csv'; a variable is Vi, Vj or Pm, as in\
 x=Vi:points.npy" "$sum" x=a.csv
refused 2 "x: expected a dimension such as Vi(3), found 'Vi(0)'" \
	"$sum" 'x=Vi(0):a.csv'
refused 2 "x: expected a dimension such as Vi(3), found 'Vi(2'" \
	"$sum" 'x=Vi(2:a.csv'
refused 2 "'x=Vi(2)a.csv' is not NAME=KIND:SOURCE, such as x=Vi:points.npy" \
	"$sum" 'x=Vi(2)a.csv'
refused 2 "'x=Vi:' is not NAME=KIND:SOURCE, such as x=Vi:points.npy" \
	"$sum" x=Vi:
refused 2 'x has no data; write :FILE behind its kind' "$sum" 'x=Vi(2)'
refused 2 "x: neither data nor a dimension is given; write x=Vi:SOURCE, or\
 x=Vi(3) with --source" --source "$sum" x=Vi
refused 2 'x is given twice' "$sum" x=Vi:a.csv x=Vj:a.csv
refused 2 'x: expected 3 columns (Vi(3)), a.csv has 2' "$sum" 'x=Vi(3):a.csv'
refused 2 'x: a Pm is one row of numbers, a.csv has shape (2, 2)' \
	"$sum" x=Pm:a.csv
for numbers in 0.1,b 1, 1e ' 0.5' -.5.; do
	refused 2 "x: expected numbers such as 0.5 or 0.1,0.2, or a file,\
 found '$numbers'" "$sum" "x=Pm:$numbers"
done
refused 2 'cannot open none: No such file or directory' "$sum" x=Pm:none

# Files.
refused 2 'cannot open none.npy: No such file or directory' \
	"$sum" x=Vi:none.npy
refused 2 'cannot read folder: Is a directory' "$sum" x=Vi:folder
refused 2 'empty.csv: the file is empty' "$sum" x=Vi:empty.csv
refused 2 'empty.npy: the file is empty' "$sum" x=Vi:empty.npy
refused 2 'header.csv: the file has no numbers' "$sum" x=Vi:header.csv
refused 2 "word.csv:2:3: expected a number, found 'oops'" \
	"$sum" x=Vi:word.csv -o out.csv
refused 2 'ragged.csv:2:1: expected 2 fields as in line 1, found 1' \
	"$sum" x=Vi:ragged.csv
refused 2 'text.npy: not a .npy file' "$sum" x=Vi:text.npy
refused 2 'arrays.npz: archives (.npz) are not read; save each array as .npy' \
	"$sum" x=Vi:arrays.npz
refused 2 "object.npy: the array holds pickled Python objects (dtype '|O'),\
 which could run code and are not read" "$sum" x=Vi:object.npy -o out.csv
refused 2 "cube.npy: the file has 0 bytes of data where its shape (1, 2, 3)\
 needs 24" "$sum" x=Vi:cube.npy
refused 2 "cube.npy: the file has 0 bytes of data where its shape (1, 2, 3)\
 needs 24" "$sum" x=Vi:a.csv --grad x --eta cube.npy
refused 2 "short.npy: the file has 0 bytes of data where its shape (2, 3)\
 needs 24" "$sum" x=Vi:short.npy
refused 2 'x: thin.npy has no columns' "$sum" x=Vi:thin.npy
refused 2 "complex.npy: dtype '<c8' is not read; save the array as float16,\
 float32, float64, int32 or int64" "$sum" x=Vi:complex.npy

# Formulas, their arguments and devices.
printf '1,2\n3,4\n5,6\n' >three.csv
{ printf 'Sum_Reduction(x'; yes +x | head -500000 | tr -d '\n'; echo ', 0)'; } \
	>long.txt
awk 'BEGIN {
	for (k = 0; k < 10000; k++) { left = left "("; right = right ")" }
	print "Sum_Reduction(" left "x" right ", 0)" }' >deep.txt
fails 2 @long.txt x=Vi:a.csv
fails 2 @deep.txt x=Vi:a.csv
fails 2 '' x=Vi:a.csv
fails 2 @empty.csv x=Vi:a.csv
printf 'Sum_Reduction(x,\0 0)' >zero.txt
refused 2 'a formula is text, this one has a zero byte' @zero.txt x=Vi:a.csv
fails 2 x x=Vi:a.csv
fails 2 'Sum_Reduction(x*z, 0)' x=Vi:a.csv
fails 2 'Sum_Reduction(Exp(x, x), 0)' x=Vi:a.csv
fails 2 'Sum_Reduction(x+Concat(x,x), 0)' x=Vi:a.csv
fails 2 'Sum_Reduction(x*y, 0)' x=Vi:a.csv y=Vi:three.csv
fails 2 'Sum_Reduction(x*Vj(1,2), 0)' x=Vi:a.csv
fails 2 "$sum" x=Vi:a.csv --grad z
fails 1 "$sum" x=Vi:a.csv --device opencl:99:0
refused 2 "--eta: expected shape (2, 2), that of the formula's output;\
 three.csv has (3, 2)" "$sum" x=Vi:a.csv --grad x --eta three.csv

alone="--rows and --columns go with Dense(f) only, where f has neither\
 reductions nor Index_i() or Index_j()"
refused 2 "$alone" "$sum" --rows 1:2 x=Vi:a.csv
refused 2 "$alone" "Dense(x),$sum" --rows 1:2 x=Vi:a.csv
refused 2 "$alone" 'Dense(x/Sum_Reduction(x,1))' --rows 0:1 x=Vi:a.csv
refused 2 "$alone" 'Dense(x*Index_i())' --rows 1: x=Vi:a.csv
refused 2 '--rows: no variable is Vi' 'Dense(y)' --rows 1:2 y=Vj:a.csv
refused 2 '--columns: y has 2 rows only' 'Dense(x)' x=Vi:a.csv y=Vj:a.csv \
	--columns 1:3
refused 2 '--rows: x has 2 rows only' 'Dense(x)' x=Vi:a.csv --rows 2:
yes 1 | head -1000000 >long.csv
"$run" 'Dense(x-y)' x=Vi:long.csv y=Vj:long.csv >stdout 2>stderr
is 'exit code where memory is too small' "$?" 1
is 'message where memory is too small' \
	"$(sed 's/memory [0-9]*/memory M/' stderr)" "keops-run: the result has\
 8000000000000 bytes, and the machine's memory M; --rows and --columns take a\
 part"

# Results, as CSV and beside what was there.
is 'a sum' "$("$run" 'Sum_Reduction(x*y, 0)' x=Vi:a.csv y=Vj:a.csv)" \
	"$(printf '4,12\n12,24')"
is 'a sum in a file' "$("$run" "$sum" x=Vi:a.csv -o link.csv
	cat a.csv; test -h link.csv && echo link)" "$(printf '1,2\n3,4\nlink')"
is 'numbers on the command line' \
	"$("$run" 'Sum_Reduction(p*x, 0)' p=Pm:2,.5 x=Vi:a.csv)" \
	"$(printf '2,1\n6,2')"
is 'values and indices' \
	"$("$run" 'Min_ArgMin_Reduction(x-y, 0)' x=Vi:a.csv y=Vj:a.csv)" \
	"$(printf -- '-2,-2,1,1\n0,0,1,1')"
is 'several reductions' "$("$run" 'Sum_Reduction(y, 0), Max_Reduction(x, 1),
	Sum_Reduction(x, 2)' x=Vi:a.csv y=Vj:three.csv -o many.npy 2>&1
	ls many.*)" "$(printf 'many.0.npy\nmany.1.npy\nmany.2.npy')"
is 'several reductions as text' \
	"$("$run" 'Sum_Reduction(y, 0), ArgMax_Reduction(y, 0)' y=Vj:a.csv)" \
	4,6,1,1
"$run" 'Min_ArgMin_Reduction(x-y, 0), Sum_Reduction(x, 1)' x=Vi:a.csv \
	y=Vj:three.csv -o min.csv -o at.csv -o sum.csv
is 'a file for each result' "$(cat min.csv at.csv sum.csv)" \
	"$(printf -- '-4,-4\n-2,-2\n2,2\n2,2\n4,6\n4,6\n4,6')"
rm min.csv at.csv sum.csv
"$run" "$sum, Max_Reduction(x, 0)" x=Vi:a.csv -o both.npy -o both.csv
is 'a file of either kind' "$(cat both.csv; ls both.*)" \
	"$(printf '1,2\n3,4\nboth.csv\nboth.npy')"
refused 2 'expected 2 -o, one for each result, or a single one, found 3' \
	"$sum, $sum" x=Vi:a.csv -o out.csv -o 2.csv -o 3.csv
refused 2 '-o out.csv is given twice' \
	"$sum, $sum" x=Vi:a.csv -o out.csv -o out.csv
refused 2 '-o out.txt: the name must end in .npy or .csv' \
	"$sum, $sum" x=Vi:a.csv -o 1.csv -o out.txt
is 'nothing else is written' "$(ls [0-9].* 2>&1 | grep -c :)" 1
refused 2 "results of 2 and 3 rows do not go into one text; write them to .npy\
 files" 'Sum_Reduction(x*y, 0), Sum_Reduction(x*y, 1)' x=Vi:a.csv y=Vj:three.csv
printf '1\n2\n' >e.csv
is 'a gradient of several reductions' "$("$run" "Sum_Reduction(x|x, 0),
	Sum_Reduction(x, 0)" x=Vi:a.csv --grad x)" "$(printf '3,5\n7,9')"
is 'its cotangents' "$("$run" "Sum_Reduction(x|x, 0), Sum_Reduction(x, 0)" \
	x=Vi:a.csv --grad x --eta e.csv --eta a.csv)" "$(printf '3,6\n15,20')"
refused 2 'expected 2 --eta, one for each reduction, found 1' \
	"$sum, $sum" x=Vi:a.csv --grad x --eta a.csv
awk 'BEGIN { print 1e16; for (k = 0; k < 300; k++) print 1; print -1e16 }' \
	>large.csv
yes 0.1 | head -100000 >tenths.csv
for scheme in blocks direct kahan; do
	"$run" --sum $scheme 'Sum_Reduction(y, 0)' y=Vj:large.csv
	"$run" --sum $scheme 'Sum_Reduction(x*y, 0)' x=Vi:e.csv \
		y=Vj:large.csv --grad x
done >sums.txt
is 'sums as they are asked for' "$(tr '\n' ' ' <sums.txt)" \
	'44 44 44 0 0 0 300 300 300 '
is 'float32 in float32' "$("$run" --dtype float32 --sum direct \
	'Sum_Reduction(y, 0)' y=Vj:tenths.csv)" 9998.557
is 'float32 in float64' "$("$run" --dtype float32 --sum direct \
	--accumulator float64 'Sum_Reduction(y, 0)' y=Vj:tenths.csv)" 10000
rm sums.txt tenths.csv
is 'indices first, and no arguments' "$("$run" --dtype float32 \
	'ArgMax_Reduction(Index_j(), 0), Sum_Reduction(1+Index_j(), 0)')" 0,1
is 'a matrix of vectors' "$("$run" 'Dense(x-y)' x=Vi:a.csv y=Vj:three.csv)" \
	"$(printf '0,0,-2,-2,-4,-4\n2,2,0,0,-2,-2')"
is 'a part of it' "$("$run" 'Dense(x-y)' x=Vi:a.csv y=Vj:three.csv --rows 1: \
	--columns :2)" 2,2,0,0
is 'a matrix beside sums' \
	"$("$run" 'Dense(x-y),Sum_Reduction(x,0)' x=Vi:a.csv y=Vj:a.csv)" \
	"$(printf '0,0,-2,-2,2,4\n2,2,0,0,6,8')"
printf 'Sum_Reduction(x,\n 0)\n' >formula.txt
is 'a formula in a file' "$("$run" @formula.txt x=Vi:a.csv)" \
	"$(printf '1,2\n3,4')"
is 'no temporary files' "$(ls -A | grep -c '^\.')" 0

# Other modes of the two programs.
is 'keops-run --version' "$("$run" --version)" \
	"keops-run $("$info" --version | sed 's/.* //')"
for tool in bench cc info run tune; do
	tool=${run%run}$tool
	"$tool" --help >help
	is "$tool --help" "$?" 0
	is "lines of $tool --help" "$(($(wc -l <help) <= 60))" 1
	is "columns of $tool --help" "$(awk 'length > 80' help)" ''
	page=$srcdir/tools/${tool##*/}.1
	is "options in $page" \
		"$(sed -n '/^\.It Fl/s/\\-/-/gp' "$page" |
			grep -o ' -[a-z-]*' | sed 's/^ /-/' | sort)" \
		"$(sed -n '/^ .*--/s/^ *//p' help | sed 's/  .*//' |
			grep -o -- '--[a-z-]*' | sort -u)"
	if command -v mandoc >/dev/null; then
		is "lint of $page" "$(mandoc -Tlint -Wwarning "$page")" ''
	fi
done
"$info" --oops 2>stderr
is 'exit code of keops-info --oops' "$?" 2
is 'message of keops-info --oops' "$(cat stderr)" \
	'keops-info: --oops is not an option, or is one too many; see --help'
is 'keops-info lists the host' "$("$info" | grep -cx host)" 1
is 'keops-info --ops lists all' \
	"$("$info" --ops | grep -cE '^(Exp|SqDist|KMin_Reduction) ')" 3
is 'keops-info --ops NAME' "$("$info" --ops Mult ArgKMin VecMatMult)" \
	"$(printf '%s\n' 'f * g' \
	'    meaning         product' \
	'    also            Mult(f, g)' \
	'    dimension       widest' \
	'    expects         equal dimensions or 1' \
	'    derivative in f e*g' \
	'    derivative in g e*f' \
	'ArgKMin_Reduction(f, K, tag)' \
	'    meaning         the indices of the K least values' \
	'    gives           K * dim f indices' \
	'    derivative      0' \
	"    note            int64, laid out as KMin; -1 where that has inf." \
	'VecMatMult(b, A)' \
	'    meaning         b^T A, A row-major' \
	'    dimension       dim A / dim b' \
	'    expects         dim A a multiple of dim b' \
	'    derivative in b MatVecMult(A,e)' \
	'    derivative in A TensorProd(b,e)')"
is 'keops-info --ops with a name that is none' \
	"$("$info" --ops Mult Multiply 2>&1 >stdout; echo $?)" \
	"$(printf '%s\n' \
	'keops-info: there is no operation Multiply; see --ops' 2)"
is 'keops-info --accuracy with a name that is none' \
	"$("$info" --accuracy host Exp Foo 2>&1; echo $?)" \
	"$(printf '%s\n' 'keops-info: there is no operation Foo; see --ops' 2)"
is 'keops-info --accuracy of what is not measured' \
	"$("$info" --accuracy host SqDist 2>&1; echo $?)" "$(printf '%s\n' \
	'keops-info: the error of SqDist is not measured' 2)"
if command -v python3 >/dev/null; then
	is 'keops-info --json' "$("$info" --json | python3 -c '
import json, sys
it = json.load(sys.stdin)
print(it["schema"], it["version"], it["devices"][-1]["name"])')" \
		"1 $("$info" --version | sed 's/.* //') host"
fi

# Blocks of pairs.
seq 1 6 >six.csv
seq 10 10 50 >five.csv
printf '0,2\n4,6\n' >rows.csv
printf '1\n2\n' >slices.csv
printf '1,4\n0,1\n' >lists.csv
printf '1,2.5\n0,1\n' >halves.csv
printf '1\n' >one.csv
is 'sums over ranges' "$("$run" --ranges rows.csv --ranges slices.csv \
	--ranges lists.csv 'Sum_Reduction(x+y,0)' x=Vi:six.csv y=Vj:five.csv |
	paste -sd ' ')" '93 96 0 0 15 16'
two="--ranges rows.csv --ranges slices.csv"
refused 2 'expected --ranges 3 or 6 times, found 2' $two "$sum" x=Vi:six.csv
refused 2 "expected --ranges 6 times, found 3: the last three are for tag 1,\
 which a reduction of the formula or its gradient has" $two --ranges \
	lists.csv 'Sum_Reduction(x*y,0)' x=Vi:six.csv y=Vj:five.csv --grad y
refused 2 '--ranges: halves.csv has 2.5 in row 0; expected whole numbers' \
	$two --ranges halves.csv "$sum" x=Vi:six.csv
refused 2 '--ranges: slices.csv has 1 columns; expected 2' \
	$two --ranges slices.csv "$sum" x=Vi:six.csv
refused 2 '--ranges: one.csv has 1 rows; expected 2, as rows.csv' --ranges \
	rows.csv --ranges one.csv --ranges lists.csv "$sum" x=Vi:six.csv
refused 2 'ranges_i[1] is [4, 6); expected a range of [0, 2)' \
	$two --ranges lists.csv "$sum" x=Vi:a.csv

if test -w /dev/full; then
	"$run" "$sum" x=Vi:a.csv >/dev/full 2>stderr
	is 'exit code on a full disk' "$?" 1
	is 'message on a full disk' "$(cat stderr)" \
		"keops-run: cannot write standard output:\
 No space left on device"
fi

echo "$passed passed, $failed failed"
test "$failed" = 0
