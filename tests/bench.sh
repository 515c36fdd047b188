#!/bin/sh
# bench.sh - keops-bench: all workloads are right, and what it writes is read
# SPDX-License-Identifier: MIT
set -u
. "$top_srcdir/tests/is.sh"

bench=$(cd "$top_builddir/tools" && pwd)/keops-bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LC_ALL LC_NUMERIC
small='--rows 70 --cols 600 --rounds 1 --seconds 0.001'

# refused CODE MESSAGE ARGUMENT...
refused() {
	code=$1 message=$2
	shift 2
	"$bench" "$@" >out 2>err
	is "exit code of $*" "$?" "$code"
	is "message of $*" "$(cat err)" "keops-bench: $message"
}

# peer NAME ANSWER: a peer that gives this to every question.
peer() {
	printf 'echo %s\nwhile read -r line; do\necho '"'%s'"'\ndone\n' \
		"$1" "$2" >"$1.sh"
}

# Every workload, on the host and on the device that the library would choose.
"$bench" --list >list
total=$(grep -c . list)
is 'there are workloads' "$(test "$total" -ge 20 && echo yes)" yes
for device in host auto; do
	"$bench" $small --device $device --json $device.json >table 2>err
	is "exit code on $device" "$? $(cat err)" "0 "
	is "rows on $device" \
		"$(grep -c '"by": "keopscl"' $device.json)" "$total"
	for name in $(cut -d' ' -f1 list); do
		is "$name on $device" "$(grep -c "^$name " table)" 1
	done
done

# Peers: what they say counts, and whether it is right.
peer swift '{"wall": 0.25, "cpu": 0.5}'
peer liar '{"wall": 0.25, "cpu": 0.5, "sum": 1e9}'
peer idle '{}'
echo 'echo frail; read -r line' >frail.sh
"$bench" $small --device host --peer 'sh swift.sh' --peer 'sh idle.sh' \
	--json peers.json --csv peers.csv --svg bars.svg gauss-3 cauchy-3 >table
is 'exit code with peers' $? 0
is 'what a peer said' "$(grep -c '"by": "swift".*"wall": 0.25, "cpu": 0.5,' \
	peers.json)" 2
is 'what a peer does not compute' "$(grep -c idle peers.json)" 0
is 'lines of CSV' "$(grep -c . peers.csv)" \
	$(($(grep -c workload peers.json) + 1))
"$bench" --device host --rounds 1 --seconds 0.001 --peer 'sh swift.sh' call \
	>table
is 'only peers have calls' "$? $(grep '^call ' table |
	grep -c '^[^/]* [-+][0-9.]* us  *-  *-  *[0-9.]*$')" '0 1'
refused 1 'a result is wrong' $small --device host --peer 'sh liar.sh' gauss-3
is 'a wrong peer' "$(grep -c '^gauss-3 .* wrong: ' out)" 1
refused 1 'frail ended in gauss-3' $small --device host --peer 'sh frail.sh' \
	gauss-3
refused 2 "--peer 'true' names no peer; it prints their names as its first\
 line" --peer true gauss-3

# Variables without a name, and NaN where the formula is.
"$bench" $small --device host \
	'Sum_Reduction(Log(Vi(0,1)-Vj(1,1)),0)' >table 2>err
is 'what has no name' "$? $(cat err)" '0 '
refused 2 'Dense(f) has no columns to reduce; it cannot be measured' \
	--device host 'Dense(x)' 'x=Vi(1)'
refused 2 'same.out is to be two files' --csv same.out --json same.out gauss-3

# Some pairs, beside all of them; the sizes end within a cluster.
"$bench" --device host --rounds 1 --seconds 0.001 --rows 3100 --cols 2900 \
	--json sparse.json sparse-3 >table
is 'a sparse sum' "$?" 0
is 'dense beside sparse' "$(grep -c '"by": "dense"' sparse.json)" 1

# Any formula; files again.
"$bench" $small --device host --dtype float64 \
	'Sum_Reduction(Exp(x|y)*Index_i(),0)' 'x=Vi(2)' 'y=Vj(2)' >table
is 'a formula' "$? $(grep -c '^formula ' table)" '0 1'
"$bench" --read peers.json --csv again.csv --svg again.svg
is 'files read again' "$(cmp peers.csv again.csv && cmp bars.svg again.svg)" ''
"$bench" --compare peers.json peers.json >table
is 'nothing became faster' "$? $(grep -c ' 1.000$' table)" \
	"0 $(grep -c workload peers.json)"
sed '/swift/s/"rows": [0-9]*/"rows": 9/' peers.json >fewer.json
"$bench" --compare fewer.json peers.json >table
is 'peers with other rows' "$(grep -c swift table)" \
	"$(grep -c swift peers.json)"
"$bench" --scaling --seconds 1e-6 --rounds 1 --device host --svg lines.svg \
	gauss-1 >table
is 'scaling' $? 0

refused 2 "there is no workload 'gauss'; see --list" gauss
refused 2 'option --oops is not known or is ambiguous; see --help' --oops
refused 2 'option --rows needs a value; see --help' --rows
refused 2 "--rows is a number from 1 to 1e+09, not '0'" --rows 0
refused 2 "--rows is a whole number, not '2.5'" --rows 2.5
for number in 0x10 ' 7' 7, nan ''; do
	refused 2 "--seconds is a number from 1e-06 to 1e+06, not '$number'" \
		--seconds "$number"
done
refused 2 "--dtype is float32 or float64, not 'half'" --dtype half
refused 2 '--compare takes two files of --json' --compare peers.json
refused 2 'peers.csv: no results of keops-bench --json' --read peers.csv
refused 2 'cannot open none: No such file or directory' --read none
refused 2 'cannot open none: No such file or directory' --compare peers.json \
	none
mkfifo pipe
for option in --json --csv --svg; do
	refused 2 'cannot write pipe: it is not a regular file' $small \
		$option pipe gauss-3
	is "what is measured before $option is refused" "$(cat out)" ''
done

if command -v python3 >/dev/null; then
	python3 - peers.json bars.svg lines.svg <<-'EOF' ||
	import json, sys, xml.etree.ElementTree as xml
	records = json.load(open(sys.argv[1]))
	svg = '{http://www.w3.org/2000/svg}'
	bars = xml.parse(sys.argv[2]).getroot().findall(svg + 'rect')
	peers = {r['by'] for r in records if r['by'] != 'keopscl'}
	shown = [r for r in records if r['by'] != 'keopscl']
	assert len(bars) == 1 + len(shown) + len(peers), len(bars)
	points = xml.parse(sys.argv[3]).getroot().findall(svg + 'circle')
	assert points
	EOF
		failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
test $failed = 0
