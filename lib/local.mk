# lib/local.mk - the library
# SPDX-License-Identifier: MIT

# Everything is in libcore, which the tests link to see hidden names too;
# libkeopscl is libcore with the public names only.
noinst_LTLIBRARIES += %D%/libcore.la
lib_LTLIBRARIES += %D%/libkeopscl.la

%C%_libcore_la_SOURCES = \
	%D%/ad/grad.c \
	%D%/ad/grad.h \
	%D%/ad/trace.c \
	%D%/ad/trace.h \
	%D%/array.c \
	%D%/array.h \
	%D%/array_pack.c \
	%D%/array_place.c \
	%D%/block.h \
	%D%/build.h \
	%D%/bundle.c \
	%D%/bundle.h \
	%D%/bundle_save.c \
	%D%/cg.c \
	%D%/cg.h \
	%D%/cholesky.c \
	%D%/cholesky.h \
	%D%/clusters.c \
	%D%/context.c \
	%D%/devices.c \
	%D%/cpu.c \
	%D%/cpu.h \
	%D%/diag.c \
	%D%/diag.h \
	%D%/emit.c \
	%D%/emit.h \
	%D%/emit_body.c \
	%D%/emit_body.h \
	%D%/emit_cuda/cuda.c \
	%D%/emit_functions.c \
	%D%/emit_lanes.c \
	%D%/emit_memory.c \
	%D%/emit_opencl/opencl.c \
	%D%/emit_power.c \
	%D%/emit_schedule.c \
	%D%/emit_schedule.h \
	%D%/emit_section.h \
	%D%/emit_share.c \
	%D%/emit_state.c \
	%D%/emit_together.c \
	%D%/emit_value.c \
	%D%/emit_shelf.c \
	%D%/emit_wide.c \
	%D%/eval.c \
	%D%/eval.h \
	%D%/eval_make.c \
	%D%/eval_make.h \
	%D%/expression.c \
	%D%/formula.c \
	%D%/frontend/alias.c \
	%D%/frontend/call.c \
	%D%/frontend/derivative.c \
	%D%/frontend/lex.c \
	%D%/frontend/lex.h \
	%D%/frontend/parse.c \
	%D%/frontend/parse.h \
	%D%/frontend/parser.h \
	%D%/frontend/reduction.c \
	%D%/frontend/special.c \
	%D%/frontend/suggest.c \
	%D%/frontend/tensor.c \
	%D%/half.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/host.h \
	%D%/host_apply.h \
	%D%/host_real.h \
	%D%/host_reduce.h \
	%D%/host_version.h \
	%D%/ir.c \
	%D%/ir.h \
	%D%/join.c \
	%D%/kernel.c \
	%D%/learn.c \
	%D%/linear.c \
	%D%/linear.h \
	%D%/low_rank.c \
	%D%/low_rank.h \
	%D%/lower.c \
	%D%/lower.h \
	%D%/mem.c \
	%D%/mem.h \
	%D%/operations.c \
	%D%/operand.c \
	%D%/operand.h \
	%D%/ops.c \
	%D%/ops.def \
	%D%/ops.h \
	%D%/os.c \
	%D%/os.h \
	%D%/os_file.c \
	%D%/os_run.c \
	%D%/parts.c \
	%D%/parts.h \
	%D%/pass.c \
	%D%/pass.h \
	%D%/pass_strip.c \
	%D%/pause.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/plan_cost.c \
	%D%/plan_cpu.c \
	%D%/plan_form.c \
	%D%/plan_gpu.c \
	%D%/plan_shelf.c \
	%D%/plan_text.c \
	%D%/plan_wide.c \
	%D%/print.c \
	%D%/print.h \
	%D%/rehearse.c \
	%D%/resident.c \
	%D%/resident.h \
	%D%/results.c \
	%D%/results.h \
	%D%/run.c \
	%D%/run.h \
	%D%/run_parts.c \
	%D%/runtime/arrays.c \
	%D%/runtime/arrays.h \
	%D%/runtime/cache.c \
	%D%/runtime/cache.h \
	%D%/runtime/clang.c \
	%D%/runtime/clang.h \
	%D%/runtime/cuda.c \
	%D%/runtime/cuda.fn \
	%D%/runtime/cuda.h \
	%D%/runtime/cuda_build.c \
	%D%/runtime/cuda_driver.c \
	%D%/runtime/cuda_stage.c \
	%D%/runtime/device.c \
	%D%/runtime/host.c \
	%D%/runtime/launch.c \
	%D%/runtime/nvrtc.fn \
	%D%/runtime/opencl.c \
	%D%/runtime/opencl.fn \
	%D%/runtime/opencl.h \
	%D%/runtime/opencl_build.c \
	%D%/runtime/opencl_driver.c \
	%D%/runtime/opencl_facts.c \
	%D%/runtime/opencl_part.c \
	%D%/runtime/runtime.h \
	%D%/runtime/target.c \
	%D%/runtime/wisdom.c \
	%D%/runtime/wisdom.h \
	%D%/sb.c \
	%D%/sb.h \
	%D%/scheme.h \
	%D%/seal.c \
	%D%/seal.h \
	%D%/selftest.c \
	%D%/solve.c \
	%D%/solve.h \
	%D%/stand_in.c \
	%D%/simplify.c \
	%D%/simplify.h \
	%D%/task.c \
	%D%/team.c \
	%D%/team.h \
	%D%/told.c \
	%D%/simplify_rules.h \
	%D%/simplify_vector.c

# The host evaluator's loops over blocks of pairs are written to be turned
# into vector code; contraction stays off so that bits do not depend on it.
# With sanitizers that would take minutes to compile.
noinst_LTLIBRARIES += %D%/libhosteval.la
%C%_libhosteval_la_SOURCES = \
	%D%/host_f32.c \
	%D%/host_f64.c \
	%D%/host_wide.c
%C%_libhosteval_la_CFLAGS = $(AM_CFLAGS) $(hosteval_speed) \
	-fopenmp-simd -fno-math-errno -fno-trapping-math -ffp-contract=off
if SANITIZERS
hosteval_speed = -O1
else
hosteval_speed = -O3 $(vectorise)
endif
%C%_libcore_la_LIBADD = %D%/libhosteval.la

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
