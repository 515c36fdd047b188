#!/bin/sh
# includes.sh - no #include goes up the levels, vendor headers stay apart
# SPDX-License-Identifier: MIT
set -eu
cd "$top_srcdir"

# The levels, lowest first.  A file may include its own level and lower ones,
# with two exceptions: the runtime (level 5) sees text and bytes, so of the
# library below it only level 0; tools and examples see keopscl.h and their
# own headers.
find lib tools examples -name '*.[ch]' -o -name '*.def' -o -name '*.fn' |
	sort |
awk '
function level(path)
{
	if (path == "include/keopscl.h") return 0
	if (path ~ /^lib\/(mem|sb|diag|half|hash|os)[._]/) return 0
	if (path ~ /^lib\/(block|cpu|pause|seal)[._]/) return 0
	if (path ~ /^lib\/(cholesky|ops|ir)[._]/) return 1
	if (path ~ /^lib\/(simplify|lower|print|pass|parts)[._]/) return 2
	if (path ~ /^lib\/(eval|host)[._]/) return 2
	if (path ~ /^lib\/frontend\//) return 2
	if (path ~ /^lib\/ad\//) return 3
	if (path ~ /^lib\/(plan|emit|scheme)[._]/) return 4
	if (path ~ /^lib\/emit_[a-z]+\//) return 4
	if (path ~ /^lib\/runtime\//) return 5
	if (path ~ /^lib\/(build|bundle|array|context|devices)[._]/) return 6
	if (path ~ /^lib\/(cg|clusters|expression|formula|join)[._]/) return 6
	if (path ~ /^lib\/(kernel|learn|linear|low_rank|operand)[._]/) return 6
	if (path ~ /^lib\/(operations|rehearse|resident|results)[._]/) return 6
	if (path ~ /^lib\/(run|selftest|solve|stand_in)[._]/) return 6
	if (path ~ /^lib\/(task|team|told)[._]/) return 6
	if (path ~ /^(tools|examples)\//) return 7
	return -1
}

function complain(text)
{
	print file ":" line ": " text
	bad = 1
}

# The path of the header that NAME means in FILE, or "".
function resolve(name,    folder, k, try)
{
	folder = file
	sub(/[^\/]*$/, "", folder)
	try[1] = folder name
	try[2] = "include/" name
	try[3] = "lib/" name
	for (k = 1; k <= 3; k++)
		if (try[k] in known)
			return try[k]
	return ""
}

function look_own(name,    path, to, from)
{
	path = resolve(name)
	if (path == "") {
		complain("\"" name "\" is not in the tree")
		return
	}
	from = level(file)
	to = level(path)
	if (to > from)
		complain("level " from " includes " path " of level " to)
	else if (from == 5 && to != 5 && to != 0)
		complain("the runtime includes " path)
	else if (from == 7 && to != 7 && path != "include/keopscl.h")
		complain("a program includes " path)
}

# home[kind] is the one file that includes the headers of a vendor; what is
# POSIX only stands in lib/os*.c.
function look_vendor(name,    kind)
{
	kind = ""
	if (name ~ /^CL\//) kind = "OpenCL"
	if (name ~ /^(cuda|nvrtc)[a-zA-Z_]*\.h$/) kind = "CUDA"
	if (name ~ /^xxh/) kind = "xxHash"
	if (name ~ /^(unistd|pthread|dlfcn|fcntl|dirent|sched|poll)\.h$/ ||
	    name ~ /^sys\// || name == "spawn.h") {
		if (file ~ /^lib\// && file !~ /^lib\/os(_file|_run)?\.[ch]$/)
			complain("<" name "> belongs in lib/os.c")
		return
	}
	if (kind == "")
		return
	if (!(kind in home))
		home[kind] = file
	else if (home[kind] != file)
		complain("<" name "> is " home[kind] "\047s already")
}

{
	known[$0] = 1
	files[++count] = $0
}

END {
	known["include/keopscl.h"] = 1
	for (n = 1; n <= count; n++) {
		file = files[n]
		line = 0
		if (level(file) < 0)
			complain("is of no level in tests/includes.sh")
		while ((getline text < file) > 0) {
			line++
			if (text !~ /^[ \t]*#[ \t]*include/)
				continue
			seen++
			name = text
			gsub(/^[^"<]*["<]|[">].*$/, "", name)
			if (text ~ /include[ \t]*"/)
				look_own(name)
			else
				look_vendor(name)
		}
		close(file)
	}
	print seen + 0 " includes of " count + 0 " files looked at"
	exit bad || !seen
}'
