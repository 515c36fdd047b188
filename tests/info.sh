#!/bin/sh
# info.sh - what keops-info finds of drivers that are good, bad or not there
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

info=$(cd "$top_builddir/tools" && pwd)/keops-info
double=$(cd "$top_builddir/tests" && pwd)/.libs/fakecuda.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LC_ALL LC_NUMERIC

# A system without OpenCL and CUDA.
KEOPSCL_LIBCUDA=$work/none
export KEOPSCL_LIBCUDA
is 'devices without OpenCL' \
	"$(KEOPSCL_LIBOPENCL=$work/none "$info" | grep -v '^ ')" host
is 'a clock that is not known' \
	"$(KEOPSCL_LIBOPENCL=$work/none "$info" | grep clock)" \
	'  clock           not known'
KEOPSCL_LIBOPENCL=$work/none "$info" --selftest >stdout
is 'exit code of --selftest without OpenCL' "$?" 1
is 'result of --selftest without OpenCL' \
	"$(sed -n 's/ (.*//; 1p; 2p; 3s/: .*//p' stdout)" \
	"$(printf "host: good\ncuda: no driver of NVIDIA's\nadvice")"

# A driver of CUDA that computes rightly; whose compiler is wrong where a loop's
# rounds depend on the group; and that has no compiler.
KEOPSCL_LIBCUDA=$double
export KEOPSCL_LIBCUDA
# selftest SETTING...: what is said of the first device, without its title.
selftest() {
	env KEOPSCL_LIBOPENCL="$work/none" "$@" "$info" --selftest >stdout
	code=$?
	sed -n 's/ ([^)]*)//; 1,2p' stdout
	return $code
}
if test -f "$double"; then
	is 'a driver that computes rightly' \
		"$(selftest KEOPSCL_LIBNVRTC="$double"; echo $?)" \
		"$(printf 'cuda:0: good\ncuda:1: good\n0')"
	is 'a driver that does not' "$(selftest KEOPSCL_LIBNVRTC="$double" \
		KEOPSCL_FAKE_ROUNDS=1; echo $?)" \
		"$(printf '%s\n' 'cuda:0: not usable: it computes wrong'\
' results: of kernel "ranges", float32, row 0 is 0, expected 146050' \
		'advice: update its driver; until then choose another device'\
' with' 1)"
	is 'a driver without a compiler' \
		"$(selftest KEOPSCL_LIBNVRTC="$work/none"; echo $?)" \
		"$(printf '%s\n' 'cuda:0: runs bundles only' 'advice: NVRTC,'\
' which compiles kernels, is not there: install libnvrtc.so.13, or an older'\
' one from 11.2 on, or name it in KEOPSCL_LIBNVRTC' 1)"
fi
unset KEOPSCL_LIBCUDA

# Nobody reads on: no driver is to blame.
"$info" --accuracy host Exp Sin 2>stderr | :
is 'a reader that leaves' "$(cat stderr)" ''

# A driver that crashes when it is loaded.
cat >crash.c <<'END'
#include <signal.h>
__attribute__((constructor)) static void crash(void)
{
	raise(SIGABRT);
}
END
if ${CC:-cc} -shared -fPIC crash.c -o crash.so; then
	KEOPSCL_LIBOPENCL=$work/crash.so "$info" >stdout 2>stderr
	is 'exit code with a crashing driver' "$?" 1
	is 'message with a crashing driver' "$(sed -n 1p stderr)" \
		'keops-info: a driver crashed (Aborted)'
fi

echo "$passed passed, $failed failed"
test "$failed" = 0
