# lib/local.mk - the library
# SPDX-License-Identifier: MIT

# Everything is in libcore, which the tests link to see hidden names too;
# libkeopscl is libcore with the public names only.
noinst_LTLIBRARIES += %D%/libcore.la
lib_LTLIBRARIES += %D%/libkeopscl.la

%C%_libcore_la_SOURCES = \
	%D%/ad/grad.c \
	%D%/ad/grad.h \
	%D%/devices.c \
	%D%/diag.c \
	%D%/diag.h \
	%D%/frontend/alias.c \
	%D%/frontend/call.c \
	%D%/frontend/lex.c \
	%D%/frontend/lex.h \
	%D%/frontend/parse.c \
	%D%/frontend/parse.h \
	%D%/frontend/parser.h \
	%D%/frontend/suggest.c \
	%D%/hash.c \
	%D%/hash.h \
	%D%/ir.c \
	%D%/ir.h \
	%D%/mem.c \
	%D%/mem.h \
	%D%/ops.c \
	%D%/ops.def \
	%D%/ops.h \
	%D%/os.c \
	%D%/os.h \
	%D%/pass.c \
	%D%/pass.h \
	%D%/print.c \
	%D%/print.h \
	%D%/runtime/arrays.c \
	%D%/runtime/arrays.h \
	%D%/runtime/cache.c \
	%D%/runtime/cache.h \
	%D%/runtime/device.c \
	%D%/runtime/host.c \
	%D%/runtime/launch.c \
	%D%/runtime/opencl.c \
	%D%/runtime/opencl.fn \
	%D%/runtime/opencl.h \
	%D%/runtime/opencl_build.c \
	%D%/runtime/opencl_driver.c \
	%D%/runtime/opencl_facts.c \
	%D%/runtime/runtime.h \
	%D%/sb.c \
	%D%/sb.h \
	%D%/simplify.c \
	%D%/simplify.h

# The host evaluator's loops over blocks of pairs are written to be turned
# into vector code; contraction stays off so that bits do not depend on it.
hosteval_flags = -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off

%C%_libkeopscl_la_SOURCES =
%C%_libkeopscl_la_LIBADD = %D%/libcore.la -lm -lpthread -ldl

# -version-info CURRENT:REVISION:AGE, changed at a release only:
# code changed only: revision + 1; names added: current + 1, revision 0,
# age + 1; names changed or removed: current + 1, revision 0, age 0.
%C%_libkeopscl_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info 0:0:0

%C%_libkeopscl_la_DEPENDENCIES = %D%/libcore.la %D%/libkeopscl.map
if SYMBOL_MAP
%C%_libkeopscl_la_LDFLAGS += \
	-Wl,--version-script=$(top_srcdir)/%D%/libkeopscl.map
endif
EXTRA_DIST += %D%/libkeopscl.map
