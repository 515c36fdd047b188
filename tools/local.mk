# tools/local.mk - the programs
# SPDX-License-Identifier: MIT

bin_PROGRAMS += %D%/keops-bench %D%/keops-cc %D%/keops-info %D%/keops-run \
	%D%/keops-tune

# What reads and writes files; the tests link to it.
noinst_LTLIBRARIES += %D%/libfiles.la
%C%_libfiles_la_SOURCES = \
	%D%/csv.c \
	%D%/csv.h \
	%D%/file.c \
	%D%/file.h \
	%D%/interrupt.c \
	%D%/interrupt.h \
	%D%/npy.c \
	%D%/npy.h \
	%D%/table.c \
	%D%/table.h \
	%D%/trouble.c \
	%D%/trouble.h

%C%_keops_bench_SOURCES = \
	%D%/contender.c \
	%D%/contender.h \
	%D%/dense.c \
	%D%/json.c \
	%D%/json.h \
	%D%/keops-bench.c \
	%D%/loop.c \
	%D%/measure.c \
	%D%/measure.h \
	%D%/native.c \
	%D%/native.h \
	%D%/option.c \
	%D%/option.h \
	%D%/order.c \
	%D%/order.h \
	%D%/peak.c \
	%D%/peak.h \
	%D%/picture.c \
	%D%/picture.h \
	%D%/problem.c \
	%D%/record.c \
	%D%/record.h \
	%D%/workload.c \
	%D%/workload.h
%C%_keops_bench_LDADD = %D%/libfiles.la lib/libkeopscl.la -lm -lpthread -ldl

%C%_keops_cc_SOURCES = \
	%D%/keops-cc.c \
	%D%/option.c \
	%D%/option.h \
	%D%/variable.c \
	%D%/variable.h
%C%_keops_cc_LDADD = %D%/libfiles.la lib/libkeopscl.la

%C%_keops_info_SOURCES = \
	%D%/accuracy.c \
	%D%/accuracy.h \
	%D%/exact.c \
	%D%/exact.h \
	%D%/guard.c \
	%D%/guard.h \
	%D%/health.c \
	%D%/health.h \
	%D%/json.c \
	%D%/json.h \
	%D%/keops-info.c \
	%D%/listing.c \
	%D%/listing.h \
	%D%/operation.c \
	%D%/operation.h
%C%_keops_info_LDADD = %D%/libfiles.la lib/libkeopscl.la -lm

%C%_keops_run_SOURCES = \
	%D%/extents.c \
	%D%/extents.h \
	%D%/keops-run.c \
	%D%/option.c \
	%D%/option.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/ranges.c \
	%D%/ranges.h \
	%D%/request.c \
	%D%/request.h \
	%D%/results.c \
	%D%/results.h \
	%D%/solution.c \
	%D%/solution.h \
	%D%/variable.c \
	%D%/variable.h
%C%_keops_run_LDADD = %D%/libfiles.la lib/libkeopscl.la -lm

%C%_keops_tune_SOURCES = \
	%D%/contender.c \
	%D%/contender.h \
	%D%/json.c \
	%D%/json.h \
	%D%/keops-tune.c \
	%D%/option.c \
	%D%/option.h \
	%D%/problem.c \
	%D%/record.c \
	%D%/record.h \
	%D%/tuning.c \
	%D%/tuning.h \
	%D%/workload.c \
	%D%/workload.h
%C%_keops_tune_LDADD = %D%/libfiles.la lib/libkeopscl.la -lm

dist_man_MANS = %D%/keops-bench.1 %D%/keops-cc.1 %D%/keops-info.1 \
	%D%/keops-run.1 %D%/keops-tune.1

# The manual page of formulas has its tables from lib/ops.def, by a program
# that runs here, whatever machine the library is for.
man_MANS = %D%/keopscl-formula.7
CLEANFILES += %D%/keopscl-formula.7 %D%/formula-page
page_sources = \
	$(srcdir)/%D%/formula-page.c \
	$(srcdir)/%D%/operation.c \
	$(srcdir)/lib/operations.c
page_headers = \
	$(srcdir)/%D%/operation.h \
	$(srcdir)/include/keopscl.h \
	$(srcdir)/lib/ops.def \
	$(srcdir)/lib/ops.h
EXTRA_DIST += %D%/formula-page.c %D%/keopscl-formula.7.in
%D%/formula-page: $(page_sources) $(page_headers)
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(CC_FOR_BUILD) $(AM_CPPFLAGS) -o $@ $(page_sources)
%D%/keopscl-formula.7: %D%/keopscl-formula.7.in %D%/formula-page
	$(AM_V_GEN)%D%/formula-page <$(srcdir)/%D%/keopscl-formula.7.in >$@-t
	$(AM_V_at)mv $@-t $@
