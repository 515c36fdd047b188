# bench/local.mk - peers of keops-bench
# SPDX-License-Identifier: MIT

noinst_PROGRAMS += %D%/handtuned
%C%_handtuned_SOURCES = %D%/handtuned.c
%C%_handtuned_LDADD = -lm -ldl

EXTRA_DIST += %D%/RESULTS.md %D%/install-peers %D%/peers.py \
	%D%/results %D%/scaling.svg %D%/solve.py
