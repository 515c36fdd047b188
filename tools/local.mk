# tools/local.mk - the programs
# SPDX-License-Identifier: MIT
