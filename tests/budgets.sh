#!/bin/sh
# budgets.sh - sizes of files, functions and lines, and the first lines
# SPDX-License-Identifier: MIT
set -eu
cd "$top_srcdir"

# What is allowed to be larger, each with its reason:
#	long_file FILE
#	long_line FILE
#
# ops.def is one table, a row for each operation.
exceptions='
	long_file lib/ops.def
'

folders='include lib tools examples tests build-aux/version.sh'
test ! -d bench || folders="$folders bench"
find $folders -type f \( \
	-name '*.[ch]' -o -name '*.def' -o -name '*.fn' -o -name '*.mk' -o \
	-name '*.sh' \) |
	sort |
awk -v exceptions="$exceptions" '
function complain(line, text)
{
	print file ":" line ": " text
	bad = 1
}

function allowed(what)
{
	return index(exceptions, what " " file "\n") > 0
}

# Columns of TEXT; a tab goes to the next multiple of 8, and the bytes that
# continue a UTF-8 character take no column.
function columns(text,    n, k, c)
{
	gsub(/[\200-\277]/, "", text)
	if (index(text, "\t") == 0)
		return length(text)
	n = 0
	for (k = 1; k <= length(text); k++) {
		c = substr(text, k, 1)
		n = c == "\t" ? n + 8 - n % 8 : n + 1
	}
	return n
}

# "/* name.c - purpose" or "# name.sh - purpose"; the name may have its path.
function look_head(text, c,    name, head)
{
	name = file
	sub(/.*\//, "", name)
	head = c ? "/* " : "# "
	if (index(text, head name " - ") != 1 &&
	    index(text, head file " - ") != 1)
		complain(1, "must begin with \"" head name " - purpose\"")
}

function look_line(text)
{
	if (columns(text) > 80 && !allowed("long_line"))
		complain(line, columns(text) " columns, 80 at most")
	if (text ~ /[ \t]$/)
		complain(line, "white space at the end")
}

# A body is from a line "{" to a line "}".
function look_function(text)
{
	if (text == "{")
		start = line
	if (text == "}" && start) {
		size = line - start + 1
		if (size > 60)
			complain(start, size " lines of function, 60 at most")
		if (file ~ /^(lib|tools)\//)
			functions[++nfunctions] = size
		start = 0
	}
}

function look_file(    c, text, head, licence)
{
	c = file ~ /\.([ch]|def|fn)$/
	line = start = licence = 0
	head = ""
	while ((getline text < file) > 0) {
		line++
		if (line <= 2 && head == "" && text !~ /^#!/)
			look_head(head = text, c)
		if (line <= 6 && text ~ /SPDX-License-Identifier: MIT/)
			licence = 1
		look_line(text)
		if (c)
			look_function(text)
	}
	close(file)
	if (!licence)
		complain(1, "has no SPDX-License-Identifier line")
	if (line > 400 && file != "include/keopscl.h" && !allowed("long_file"))
		complain(line, line " lines, 400 at most")
}

# The size that a share P of the functions does not exceed.
function quantile(p,    k, j, t)
{
	for (k = 2; k <= nfunctions; k++)
		for (j = k; j > 1 && functions[j - 1] > functions[j]; j--) {
			t = functions[j]
			functions[j] = functions[j - 1]
			functions[j - 1] = t
		}
	return functions[int((nfunctions - 1) * p) + 1]
}

{
	file = $0
	look_file()
}

END {
	print NR " files, " nfunctions " functions of library and tools: " \
		"median " quantile(0.5) " lines, 90 % within " quantile(0.9)
	if (quantile(0.5) >= 12 || quantile(0.9) > 35) {
		print "the median must be under 12, and 90 % within 35"
		bad = 1
	}
	exit bad || !nfunctions
}'
