#!/bin/sh
# tools_solve.sh - keops-run solves linear systems, or says why it does not
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

cc=$(cd "$top_builddir/tools" && pwd)/keops-cc
run=$(cd "$top_builddir/tools" && pwd)/keops-run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export KEOPSCL_DEVICE=host
unset LC_ALL LC_NUMERIC

gauss='Sum_Reduction(Exp(-s*SqDist(x,y))*b, 0)'
data='x=Vi:x.csv y=Vj:x.csv b=Vj:b.csv s=Pm:0.5'
printf '%s\n' 0,0 1,0.5 -0.5,2 1.5,1.5 0.25,-1 3,1 >x.csv
printf '%s\n' 1,2 0,-1 3,0.5 -2,1 0.5,4 1,1 >b.csv

# near WHAT ERROR EXPECTED ARGUMENT...: what keops-run writes is as EXPECTED, a
# file, to this ERROR.
near() {
	what=$1 error=$2 expected=$3
	shift 3
	"$run" "$@" >got 2>stderr
	is "exit code of $what" "$?" 0
	is "$what" "$(paste -d, got "$expected" | awk -F, -v e="$error" '
		NF != 4 || !($1 - $3 <= e && $3 - $1 <= e &&
		$2 - $4 <= e && $4 - $2 <= e) { print }
		END { print NR }')" 6
}

# attempt CODE ARGUMENT...: keops-run ends with CODE, prints no result and
# leaves the output that there was.
attempt() {
	code=$1
	shift
	echo before >out.csv
	"$run" "$@" $data -o out.csv >stdout 2>stderr
	is "exit code of $*" "$?" "$code"
	is "output of $*" "$(cat stdout out.csv)" before
}

# refused CODE MESSAGE ARGUMENT...: the same, and it says just MESSAGE.
refused() {
	code=$1 message=$2
	shift 2
	attempt "$code" "$@"
	is "message of $*" "$(cat stderr)" "keops-run: $message"
}

# By numpy.linalg.solve: the matrix and 0.1 on its diagonal; the matrix; the
# first, where rows of the first two points and the other four do not meet.
cat >alpha <<-END
	0.467953774028561,1.3349582859639
	0.744161122089825,-3.57466759594382
	2.92396103095482,0.381101478069765
	-2.95853385552223,2.23043015868335
	0.0660200020742002,3.67364971598882
	1.59229145939589,0.697337292814258
END
cat >plain <<-END
	0.306937928701371,1.73590007932054
	1.1705109455947,-4.63749019450111
	3.26558193352206,0.39099814746801
	-3.58954402517189,2.97741548189823
	0.0717317067734641,4.05072532401134
	1.88200186137815,0.676114321935416
END
cat >ranges <<-END
	1.19112692330192,2.96185775434384
	-0.579603907740012,-2.35033473878194
	2.99991753000212,0.359685331909362
	-2.56185471182321,0.611276837619171
	0.474118504677516,3.62036993385486
	1.5714007674271,0.739291551897847
END

near 'a system' 1e-12 alpha --solve b --alpha .1 --tolerance 1e-14 "$gauss" \
	$data
near 'a system without alpha' 1e-12 plain --solve b --tolerance 1e-14 \
	"$gauss" $data
near 'a system by default' 1e-5 alpha --solve b --alpha 1e-1 "$gauss" $data
near 'a system in float32' 1e-2 alpha --solve b --alpha .1 --dtype float32 \
	"$gauss" $data
for rank in 0 3 6 1000; do
	near "a system preconditioned by $rank columns" 1e-12 alpha --solve b \
		--alpha .1 --tolerance 1e-14 --rank $rank "$gauss" $data
done
near 'a system of the columns' 1e-12 alpha --solve b --alpha .1 \
	--tolerance 1e-14 'Sum_Reduction(Exp(-s*SqDist(x,y))*b, 1)' \
	x=Vi:x.csv y=Vj:x.csv b=Vi:b.csv s=Pm:0.5
printf '0,2\n2,6\n' >rows.csv
printf '1\n2\n' >slices.csv
near 'a system of ranges' 1e-12 ranges --solve b --alpha .1 --tolerance 1e-14 \
	--ranges rows.csv --ranges slices.csv --ranges rows.csv "$gauss" $data
"$run" --solve b --alpha .1 "$gauss" $data -o x.npy
is 'a solution in a file' "$? $(wc -c <x.npy)" "0 $((128 + 6 * 2 * 8))"

# The bundle's formula is given its variables in another order.
if "$cc" -t opencl-cpu -o gauss.kcl "$gauss" 'b=Vj(2)' 's=Pm(1)' 'y=Vj(2)' \
	'x=Vi(2)' 2>stderr; then
	near 'a system of a bundle' 1e-12 alpha --solve b --alpha .1 \
		--tolerance 1e-14 gauss.kcl $data
	refused 2 '--solve c: there is no such variable' --solve c gauss.kcl
fi

# How long it took.
"$run" --solve b --tolerance 1e-9 --time "$gauss" $data >stdout 2>stderr
is 'products and residual' "$(sed -n 's/[0-9] products/N products/
	s/[0-9.]*e-[0-9]*/R/; 3p' stderr)" 'keops-run: N products, residual R'
"$run" --solve b --alpha .1 --rank 6 --tolerance 1e-9 --time "$gauss" $data \
	2>&1 >stdout | sed -n '3s/.*: \([0-9]*\) products.*/\1/p' >products
is 'a preconditioner of all columns' "$(($(cat products) <= 4))" 1
is 'lines of --time' "$(wc -l <stderr)" 3
"$run" --time "$gauss" $data >stdout 2>stderr
is 'lines of --time without --solve' "$(wc -l <stderr)" 2

# The command line.
for option in alpha tolerance limit rank; do
	refused 2 "--$option goes with --solve" --$option 1 "$gauss"
done
refused 2 '--alpha goes with --solve' --alpha 0 "$gauss"
for alpha in -1 inf nan 0x1 ' 1' 1, 0,5 '' a; do
	refused 2 "--alpha is a number from 0 to 1e+300, not '$alpha'" \
		--solve b --alpha "$alpha" "$gauss"
done
for tolerance in 0 -1 2 nan 1e-400; do
	refused 2 "--tolerance is a number from 1e-300 to 1, not '$tolerance'" \
		--solve b --tolerance "$tolerance" "$gauss"
done
refused 2 "--limit is a number from 1 to 1e+09, not '0'" \
	--solve b --limit 0 "$gauss"
refused 2 "--rank is a number from 0 to 1e+09, not '-1'" \
	--solve b --rank -1 "$gauss"
refused 2 "--limit is a whole number, not '2.5'" --solve b --limit 2.5 "$gauss"
refused 2 '--solve c: there is no such variable' --solve c "$gauss"
refused 2 '--solve does not go with --grad' --solve b --grad x "$gauss"
refused 2 '--source computes nothing; leave out --solve' \
	--solve b --source "$gauss"
refused 2 '--plan computes nothing; leave out --solve' --solve b --plan "$gauss"

# Formulas that are no matrix; the messages are the library's.
fails() {
	code=$1 end=$2
	shift 2
	attempt "$code" "$@"
	is "message of $*" "$(sed "s/: .*$end\( (batch .*)\)\{0,1\}\$/ $end/" \
		stderr)" "keops-run $end"
}
fails 2 'one Sum_Reduction with tag 0 or 1' --solve b "$gauss, $gauss"
fails 2 'one Sum_Reduction with tag 0 or 1' \
	--solve b 'Max_Reduction(s*x*y*b, 0)'
fails 2 'which the formula sums over' --solve x "$gauss"
fails 2 'which the formula sums over' --solve s "$gauss"

# Systems that are not solved.
fails 1 'no more products are allowed' --solve b --limit 3 "$gauss"
fails 1 'the matrix is not positive definite' \
	--solve b 'Sum_Reduction(-Exp(-s*SqDist(x,y))*b, 0)'

echo "$passed passed, $failed failed"
test "$failed" = 0
