# examples/local.mk - the demo and its data
# SPDX-License-Identifier: MIT

EXTRA_DIST += %D%/data/README %D%/data/digits.csv %D%/data/quakes.csv
