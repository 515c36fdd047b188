#!/bin/sh
# examples.sh - the examples and the demo do what they say, and check it
# SPDX-License-Identifier: MIT
#
# usage: examples.sh [installed]
#
# Each example checks its own results.  With "installed" they are compiled by
# this script, as a user would, with pkg-config for the installed library.
set -u

source=$(cd "$top_srcdir/examples" && pwd)
programs='clusters discrepancy gauss interpolation kmeans knn'
programs="$programs registration sinkhorn"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "$1"
	failed=1
}

# compile NAME FILE...: the program NAME with the installed library.
compile() {
	name=$1
	shift
	$CC -std=c11 -Wall -Wextra -Werror "$@" -o "$work/$name" \
		$(pkg-config --cflags --libs keopscl) -lm ||
		complain "$name does not compile"
}

compile_all() {
	cd "$source" || exit 1
	for name in $programs; do
		compile $name $name.c support.c
	done
	compile demo demo.c demo_*.c chart.c png.c support.c
	cd "$work" || exit 1
	libdir=$(pkg-config --variable=libdir keopscl)
	libdir=${PKG_CONFIG_SYSROOT_DIR:-}$libdir
	LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
}

# run_all DEVICE: every program ends well there, and finds what is known.
run_all() {
	device=$1
	for name in $programs; do
		KEOPSCL_DEVICE=$device "$built/$name" "$source/data" \
			>"$work/$name.out" 2>&1 ||
			complain "$name on $device: $(cat "$work/$name.out")"
	done
	KEOPSCL_DEVICE=$device "$built/demo" --small "$source/data" "$work" \
		>"$work/demo.out" 2>&1 ||
		complain "demo on $device: $(cat "$work/demo.out")"
	says demo 'the whole map sums to 1000.0 quakes, ok'
	says demo '1776 of 1797 right, ok'
	says clusters 'largest difference .* of the sum, ok'
	says gauss 'a_3 = .*, expected .*'
	says interpolation 'foretold to within 61 km, .*: 91.9 % explained'
	says kmeans '.* of 1797 digits are among their like'
	says knn '1198 digits known, 599 named, .* rightly: 9.*'
	says registration 'two threes: discrepancy 0.01560, bent 0.0003.; .*'
	says sinkhorn '.* of the clouds: 0.450000, expected 0.45'
}

# says NAME PATTERN: a line of what NAME printed matches, but for a tab.
says() {
	sed 's/^	//' "$work/$1.out" | grep -qx "$2" ||
		complain "$1 does not say \"$2\": $(cat "$work/$1.out")"
}

# refused CODE MESSAGE PROGRAM ARGUMENT...: it ends with both.
refused() {
	code=$1 message=$2
	shift 2
	"$built/$@" >"$work/out" 2>"$work/err"
	test $? = "$code" || complain "$*: exit code is not $code"
	grep -qF "$message" "$work/err" ||
		complain "$*: <$(cat "$work/err")> and not <$message>"
}

# The map is XML, and the picture in it a PNG whose checksums are right.
look_at_map() {
	command -v python3 >/dev/null || return 0
	python3 - "$work/quakes.svg" <<-'EOF' || complain 'the map is damaged'
	import base64, struct, sys, xml.etree.ElementTree, zlib
	svg = xml.etree.ElementTree.parse(sys.argv[1]).getroot()
	space = '{http://www.w3.org/2000/svg}'
	assert len(svg.findall('.//' + space + 'circle')) == 1003
	href = '{http://www.w3.org/1999/xlink}href'
	png = svg.find(space + 'image').get(href).partition('base64,')[2]
	png = base64.b64decode(png, validate=True)
	assert png[:8] == b'\x89PNG\r\n\x1a\n'
	at, chunks = 8, {}
	while at < len(png):
	    size, = struct.unpack('>I', png[at:at + 4])
	    body = png[at + 4:at + 8 + size]
	    crc, = struct.unpack('>I', png[at + 8 + size:at + 12 + size])
	    assert crc == zlib.crc32(body)
	    chunks[body[:4]] = body[4:]
	    at += 12 + size
	assert struct.unpack('>II', chunks[b'IHDR'][:8]) == (64, 64)
	assert len(zlib.decompress(chunks[b'IDAT'])) == 64 * 65
	assert list(chunks)[-1] == b'IEND'
	EOF
}

if test "${1-}" = installed; then
	built=$work
	compile_all
	run_all host
	exit $failed
fi
built=$(cd "$top_builddir/examples" && pwd)
run_all host
run_all auto
look_at_map

export KEOPSCL_DEVICE=host
mkdir "$work/bad"
printf 'lat,long,depth,mag,stations\n1,2,3,4,5\n1,2,x,4,5\n' \
	>"$work/bad/quakes.csv"
printf 'a,b\n1,2\n' >"$work/bad/digits.csv"
refused 1 "$work/bad/quakes.csv:3: a number is missing" \
	interpolation "$work/bad"
refused 1 "$work/bad/digits.csv:2: a number is missing" knn "$work/bad"
refused 1 "$work/none/digits.csv: No such file" kmeans "$work/none"
refused 1 "$work/none/quakes.svg: No such file" \
	demo --small "$source/data" "$work/none"
refused 2 'usage: demo' demo
export KEOPSCL_DEVICE=opencl:99:0
refused 1 'opencl:99:0' gauss
exit $failed
