#!/bin/sh
# version.sh - print the version that include/keopscl.h states, no newline
# SPDX-License-Identifier: MIT
set -eu
header=$(dirname "$0")/../include/keopscl.h
part() {
	sed -n "s/^#define KCL_VERSION_$1 \([0-9][0-9]*\)\$/\1/p" "$header"
}
printf '%s.%s.%s' "$(part MAJOR)" "$(part MINOR)" "$(part PATCH)"
