#!/bin/sh
# tune.sh - keops-tune: what it prints, refuses and has remembered
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

source=$(cd "$top_srcdir" && pwd)
build=$(cd "$top_builddir" && pwd)
tools=$build/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LC_ALL LC_NUMERIC KEOPSCL_PLAN
export KEOPSCL_WISDOM="$work/own/plans"
large='--rows 2048 --cols 2048 --rounds 21'

# refused CODE MESSAGE ARGUMENT...
refused() {
	code=$1 message=$2
	shift 2
	"$tools/keops-tune" "$@" >out 2>err
	is "exit code of $*" "$?" "$code"
	is "message of $*" "$(cat err)" "keops-tune: $message"
}

sum='Sum_Reduction(x*y,0)'
if "$tools/keops-info" --json | grep -q '"type": "cpu"'; then
	# One plan is far slower than the library's.
	"$tools/keops-tune" $large --device cpu --plan lanes=1 gauss-3 \
		>table 2>err
	is 'exit code' "$? $(cat err)" '0 '
	is 'lines for plans' "$(sed -n '3,4p' table | cut -c1-20 |
		tr -d ' \n')" "thelibrary'sownlanes=1"
	"$tools/keops-tune" --rows 256 --cols 256 --rounds 1 --dry-run \
		--device cpu \
		'LogSumExp_Reduction(x*y,0)' 'x=Vi(1)' 'y=Vj(1)' >same 2>err
	is 'exit code' "$? $(cat err)" '0 '
	is 'plans of one kernel, which has as many columns as it has' \
		"$(grep -c '^rows=2,cols=[0-9]* ' same)" 1
	for plan in foo cols=3; do
		refused 2 "--plan is \"$plan\"; expected such as \"shape=gpu,\
group=64,tile=32,rows=2,cols=1,lanes=1\", with powers of two that fit\
 together" --rows 256 --device cpu --plan rows=1 --plan $plan gauss-3
	done
	mkdir -m 700 pipes
	mkfifo pipes/plans
	KEOPSCL_WISDOM=$work/pipes/plans refused 2 "nothing can be\
 remembered in $work/pipes/plans: ignored, it is no file of this user's, or\
 too large" --rows 256 --device cpu --plan rows=1 gauss-3
	is 'what is measured before that' "$(cat out)" ''
	is 'the end' "$(tail -1 table)" \
		'nothing is faster by 3 %: nothing is written'
	is 'no file' "$(ls own/plans 2>/dev/null)" ''
	# With a slow plan remembered another is faster, and takes its place.
	cat >learn.c <<-'EOT'
	#include <keopscl.h>
	#include <stdio.h>
	int main(void)
	{
		const char *vars[] = { "x=Vi(3)", "y=Vj(3)" };
		kcl_context *ctx = NULL;
		kcl_kernel *k = NULL;
		if (kcl_context_open("cpu", &ctx)
		    || kcl_kernel_make(ctx, "Sum_Reduction(x*y,0)", 2,
		                       vars, &k)
		    || kcl_kernel_learn(k, 32, "lanes=1"))
			puts(kcl_message());
		kcl_kernel_free(k);
		kcl_context_close(ctx);
		return 0;
	}
	EOT
	"$build/libtool" --silent --mode=link $CC -I"$source/include" learn.c \
		-o learn "$build/lib/libkeopscl.la" 2>log && ./learn || cat log
	if test -f own/plans; then
		"$tools/keops-tune" $large \
			--device cpu --plan cols=4 "$sum" 'x=Vi(3)' \
			'y=Vj(3)' >table 2>err
		is 'a faster plan' "$? $(cat err) $(sed -n \
			'$s/ [0-9.]* times/ times/p' table)" \
			'0  cols=4: times as fast, written'
		is 'what is remembered' "$(sed -n '2s/^[^ ]* [^ ]* //p' \
			own/plans)" 'cols=4 # Sum_Reduction(x0*y1,0)'
	fi
	# Where rows are few and columns many, ways to split these are tried.
	"$tools/keops-tune" --rows 1 --cols 131072 --rounds 1 --dry-run \
		--device cpu "$sum" 'x=Vi(3)' 'y=Vj(3)' >table 2>err
	is 'splits' "$? $(cat err) $(grep -v 'fit$\|bits$' table |
		grep -c 'few=[012] ')" '0  3'
	# A stale file is not used, and keops-info says so.
	version=$("$tools/keops-info" --version | sed 's/.* //')
	mkdir -p -m 700 own
	echo 'keopscl wisdom 0.0.9' >own/plans
	is 'a stale file' "$("$tools/keops-info" |
		sed -n 's/^  wisdom *//p' | sort -u)" "$work/own/plans: \
ignored, it is for another version than $version"
fi

# Chunks of coordinates are tried where the library has them, and no others, but
# for its own, which are 16, and as there is no room for 32 these would be, too;
# strips and shelves where they can be, and are not, or the other way round.
double=$build/tests/.libs/fakecuda.so
# tried PLANS FORMULA VARIABLE...: how many plans are just each of PLANS.
tried() {
	plans=$1
	shift
	KEOPSCL_LIBCUDA=$double KEOPSCL_LIBNVRTC=$double "$tools/keops-tune" \
		--rows 256 --cols 256 --rounds 1 --dry-run --device cuda:0 \
		"$@" >table &&
	for plan in $plans; do
		grep -c "^$plan .*[0-9w]\$" table
	done | tr '\n' ' '
}
chunks='chunk=0 chunk=4 chunk=8 chunk=16 chunk=32'
switches='strip=0 strip=1 shelf=0 shelf=1'
distance='Sum_Reduction(SqDist(x,y),0)'
gauss='Sum_Reduction(Exp(-SqDist(x,y))*b,0)'
if test -f "$double"; then
	is 'chunks of long rows' "$(tried "$chunks" "$distance" 'x=Vi(200)' \
		'y=Vj(200)')" '1 1 1 0 0 '
	is 'chunks of short rows' "$(tried "$chunks" "$distance" 'x=Vi(3)' \
		'y=Vj(3)')" '0 0 0 0 0 '
	is 'strips of long sums' "$(tried "$switches" "$gauss" 'x=Vi(3)' \
		'y=Vj(3)' 'b=Vj(200)')" '1 0 0 0 '
	is 'strips and shelves' "$(tried "$switches" "$gauss" 'x=Vi(32)' \
		'y=Vj(32)' 'b=Vj(40)')" '0 1 0 1 '
	is 'neither' "$(tried "$switches" "$gauss" 'x=Vi(3)' 'y=Vj(3)' \
		'b=Vj(1)')" '0 0 0 0 '
fi

refused 2 'no formula given; see --help'
refused 2 "there is no workload 'gauss'; see keops-bench --list" gauss
refused 2 'option --oops is not known or is ambiguous; see --help' --oops
refused 2 'option --plan needs a value; see --help' --plan
refused 2 "--rows is a number from 1 to 1e+09, not '0'" --rows 0
refused 2 "--dtype is float32 or float64, not 'half'" --dtype half
refused 2 'the host has no plans' --device host "$sum" 'x=Vi(1)' 'y=Vj(1)'
echo "$passed passed, $failed failed"
test $failed = 0
