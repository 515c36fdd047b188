# examples/local.mk - the demo and its data
# SPDX-License-Identifier: MIT
