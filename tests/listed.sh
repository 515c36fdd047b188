#!/bin/sh
# listed.sh - every source file stands in a local.mk, so that it is shipped
# SPDX-License-Identifier: MIT
set -eu
cd "$top_srcdir"

fail=0
folders='lib tools examples tests'
test ! -d bench || folders="$folders bench"
for file in $(find $folders -type f \
	! -path '*/.*' ! -name local.mk ! -name '*.l[oa]' ! -name '*.o' | sort)
do
	folder=${file%/*}
	test -e "$folder/local.mk" || folder=${file%%/*}
	name="%D%/${file#"$folder"/}"
	tr ' 	\\' '\n' <"$folder/local.mk" | grep -qxF "$name" || {
		echo "$file does not stand in $folder/local.mk"
		fail=1
	}
done
exit $fail
