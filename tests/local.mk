# tests/local.mk - the tests
# SPDX-License-Identifier: MIT

# Kernels are kept in $KEOPSCL_TEST_CACHE, which builds may share.
test_cache = \
	test_cache=$${KEOPSCL_TEST_CACHE:-'$(abs_top_builddir)/%D%/cache'}; \
	KEOPSCL_CACHE_DIR=$$test_cache/keopscl POCL_CACHE_DIR=$$test_cache/pocl;

# Programs report in TAP, so that every check counts.  They do not fork:
# PoCL hangs in a child of a process that has used it.  Scripts pass with 0
# and are skipped with 77.
AM_TESTS_ENVIRONMENT = \
	srcdir='$(srcdir)'; top_srcdir='$(top_srcdir)'; \
	top_builddir='$(top_builddir)'; sanitizers='$(sanitizers)'; \
	CC='$(CC)'; CXX='$(CXX)'; NM='$(NM)'; \
	CK_FORK=no; CK_TAP_LOG_FILE_NAME=-; CK_VERBOSITY=silent; \
	$(test_cache) \
	export srcdir top_srcdir top_builddir sanitizers CC CXX NM \
	CK_FORK CK_TAP_LOG_FILE_NAME CK_VERBOSITY \
	KEOPSCL_CACHE_DIR POCL_CACHE_DIR;
if SANITIZERS
AM_TESTS_ENVIRONMENT += \
	ASAN_OPTIONS=detect_stack_use_after_return=1; \
	LSAN_OPTIONS=suppressions='$(abs_top_srcdir)/%D%/lsan.supp'; \
	LSAN_OPTIONS=$$LSAN_OPTIONS:print_suppressions=0; \
	UBSAN_OPTIONS=print_stacktrace=1; \
	export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS;
LOG_COMPILER = $(srcdir)/%D%/again.sh
endif
EXTRA_DIST += %D%/again.sh %D%/lsan.supp %D%/suite.h
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh

test_libs = lib/libcore.la $(CHECK_LIBS) -lm -lpthread -ldl

# Scripts: the structure of the project, a rule each, and the tools are quick.
quick_scripts = \
	%D%/accuracy.sh \
	%D%/avx512.sh \
	%D%/bench.sh \
	%D%/budgets.sh \
	%D%/cc.sh \
	%D%/examples.sh \
	%D%/exports.sh \
	%D%/header.sh \
	%D%/imports.sh \
	%D%/includes.sh \
	%D%/info.sh \
	%D%/listed.sh \
	%D%/page.sh \
	%D%/tools.sh \
	%D%/tools_solve.sh \
	%D%/tune.sh \
	%D%/witness.sh \
	%D%/words.sh
all_scripts = $(quick_scripts) \
	%D%/oclgrind.sh \
	%D%/tools_numpy.sh \
	%D%/tools_terminal.sh
TESTS += $(all_scripts)
EXTRA_DIST += $(all_scripts) %D%/tools_numpy.py %D%/tools_terminal.py

# Known values, from a source of higher precision.
EXTRA_DIST += %D%/reductions.py %D%/reductions.txt %D%/values.py %D%/values.txt

# The programs: each is tests/NAME.c and what it lists as _SOURCES besides,
# linked with libcore.  Slow ones stand in all_programs only; device ones are
# worth running on every device there is, driver ones on one that is slow, and
# are quick too; whole ones compile so many kernels that they are not.
LDADD = $(test_libs)
AM_CPPFLAGS += $(CHECK_CFLAGS)
EXTRA_PROGRAMS += $(all_programs)

# An OpenCL library that fails on demand takes the place of the system's, and a
# test double that of CUDA; the programs that load them.
if SHARED
check_LTLIBRARIES = %D%/fakecuda.la %D%/faultcl.la
cuda_programs = \
	%D%/check_cuda \
	%D%/check_cuda_bundle \
	%D%/check_cuda_faults \
	%D%/check_resident
fault_programs = \
	%D%/check_driver \
	%D%/check_faults \
	%D%/check_host_first \
	%D%/check_il
endif
%C%_fakecuda_la_SOURCES = %D%/armed.c %D%/armed.h %D%/fakecuda.c \
	%D%/fakecuda.h %D%/fakedriver.c %D%/fakegrid.c %D%/fakenvrtc.c \
	%D%/fakepinned.c
%C%_fakecuda_la_LIBADD = -lpthread -ldl
%C%_fakecuda_la_LDFLAGS = $(%C%_faultcl_la_LDFLAGS)
%C%_faultcl_la_SOURCES = %D%/armed.c %D%/armed.h %D%/faultcl.c
%C%_faultcl_la_LIBADD = lib/libcore.la -lm -lpthread -ldl
%C%_faultcl_la_LDFLAGS = $(AM_LDFLAGS) -module -shared -avoid-version \
	-rpath $(abs_top_builddir)/%D%

driver_programs = $(fault_programs) \
	%D%/check_arrays \
	%D%/check_bits \
	%D%/check_chosen \
	%D%/check_index \
	%D%/check_runtime
device_programs = $(driver_programs) \
	%D%/check_dense \
	%D%/check_extremes \
	%D%/check_joined \
	%D%/check_plans \
	%D%/check_ranges \
	%D%/check_shelves \
	%D%/check_solve \
	%D%/check_split \
	%D%/check_strips \
	%D%/check_sums \
	%D%/check_team \
	%D%/check_threads
quick_programs = $(device_programs) $(cuda_programs) \
	%D%/check_bundle \
	%D%/check_bundle_file \
	%D%/check_cache \
	%D%/check_cache_attack \
	%D%/check_cache_damage \
	%D%/check_cache_death \
	%D%/check_cache_place \
	%D%/check_clusters \
	%D%/check_csv \
	%D%/check_defects \
	%D%/check_errors \
	%D%/check_eval \
	%D%/check_eval_cuts \
	%D%/check_eval_grad \
	%D%/check_expression \
	%D%/check_float16 \
	%D%/check_golden \
	%D%/check_graph \
	%D%/check_half \
	%D%/check_join \
	%D%/check_keops \
	%D%/check_locale \
	%D%/check_memory \
	%D%/check_modes \
	%D%/check_npy \
	%D%/check_null \
	%D%/check_nvrtc \
	%D%/check_os \
	%D%/check_os_run \
	%D%/check_parse \
	%D%/check_refused \
	%D%/check_solve_arrays \
	%D%/check_solve_edges \
	%D%/check_spirv \
	%D%/check_target \
	%D%/check_wisdom \
	%D%/check_written
whole_programs = \
	%D%/check_known \
	%D%/check_large \
	%D%/check_operations \
	%D%/check_random \
	%D%/check_reductions
all_programs = $(whole_programs) $(quick_programs) \
	%D%/check_cache_race

cachelab = %D%/cachelab.c %D%/cachelab.h
%C%_check_cache_SOURCES = %D%/check_cache.c $(cachelab)
%C%_check_cache_attack_SOURCES = %D%/check_cache_attack.c $(cachelab)
%C%_check_cache_damage_SOURCES = %D%/check_cache_damage.c $(cachelab)
%C%_check_cache_death_SOURCES = %D%/check_cache_death.c $(cachelab)
%C%_check_cache_place_SOURCES = %D%/check_cache_place.c $(cachelab)
%C%_check_cache_race_SOURCES = %D%/check_cache_race.c $(cachelab)
%C%_check_os_SOURCES = %D%/check_os.c $(cachelab)
%C%_check_os_run_SOURCES = %D%/check_os_run.c

small = %D%/small.c %D%/small.h
%C%_check_runtime_SOURCES = %D%/check_runtime.c $(small)
armedlab = %D%/armedlab.c %D%/armed.h
faultlab = %D%/faultlab.c %D%/faultlab.h $(armedlab)
%C%_check_il_SOURCES = %D%/check_il.c $(faultlab) $(small)
%C%_check_driver_SOURCES = %D%/check_driver.c $(cachelab) $(faultlab) \
	$(small)
%C%_check_host_first_SOURCES = %D%/check_host_first.c $(cachelab) $(faultlab)

cudalab = %D%/cudalab.c %D%/cudalab.h $(armedlab) $(small)
%C%_check_cuda_SOURCES = %D%/check_cuda.c $(cudalab) $(problem)
%C%_check_cuda_bundle_SOURCES = %D%/check_cuda_bundle.c $(cudalab)
%C%_check_cuda_faults_SOURCES = %D%/check_cuda_faults.c $(cudalab) $(nomem)
%C%_check_resident_SOURCES = %D%/check_resident.c $(cudalab)
%C%_check_cuda_faults_LDFLAGS = $(AM_LDFLAGS) $(nomem_flags)

problem = %D%/problem.c %D%/problem.h %D%/place.c %D%/oracle.c %D%/oracle.h \
	%D%/oracle_ops.c %D%/oracle_reduce.c
%C%_check_arrays_SOURCES = %D%/check_arrays.c $(problem)
portable = %D%/portable.c %D%/portable.h
%C%_check_bits_SOURCES = %D%/check_bits.c $(portable) $(problem)
%C%_check_chosen_SOURCES = %D%/check_chosen.c $(problem)
%C%_check_defects_SOURCES = %D%/check_defects.c $(problem)
%C%_check_dense_SOURCES = %D%/check_dense.c $(problem)
%C%_check_extremes_SOURCES = %D%/check_extremes.c $(problem)
%C%_check_float16_SOURCES = %D%/check_float16.c $(problem)
%C%_check_index_SOURCES = %D%/check_index.c $(problem)
%C%_check_join_SOURCES = %D%/check_join.c $(problem)
%C%_check_joined_SOURCES = %D%/check_joined.c $(problem)
known = %D%/known.c %D%/known.h
%C%_check_known_SOURCES = %D%/check_known.c $(known) $(problem)
%C%_check_large_SOURCES = %D%/check_large.c $(problem)
pieces = %D%/pieces.c %D%/pieces.h $(problem)
%C%_check_modes_SOURCES = %D%/check_modes.c $(pieces)
%C%_check_operations_SOURCES = %D%/check_operations.c $(pieces)
gpuplans = %D%/gpuplans.c %D%/gpuplans.h $(problem)
%C%_check_plans_SOURCES = %D%/check_plans.c $(gpuplans)
%C%_check_random_SOURCES = %D%/check_random.c \
	%D%/anyformula.c %D%/anyformula.h %D%/bounds.c %D%/bounds.h \
	%D%/wild.c %D%/wild.h %D%/wildbatch.c %D%/wildbatch.h \
	%D%/wildmeaning.c $(problem)
%C%_check_ranges_SOURCES = %D%/check_ranges.c $(problem)
%C%_check_reductions_SOURCES = %D%/check_reductions.c $(problem)
%C%_check_refused_SOURCES = %D%/check_refused.c
%C%_check_shelves_SOURCES = %D%/check_shelves.c $(gpuplans)
%C%_check_solve_SOURCES = %D%/check_solve.c $(problem)
%C%_check_solve_arrays_SOURCES = %D%/check_solve_arrays.c
%C%_check_solve_edges_SOURCES = %D%/check_solve_edges.c
%C%_check_split_SOURCES = %D%/check_split.c $(problem)
%C%_check_strips_SOURCES = %D%/check_strips.c $(gpuplans)
%C%_check_sums_SOURCES = %D%/check_sums.c $(problem)
%C%_check_team_SOURCES = %D%/check_team.c $(problem)
%C%_check_target_SOURCES = %D%/check_target.c
%C%_check_threads_SOURCES = %D%/check_threads.c $(problem)
%C%_check_bundle_SOURCES = %D%/check_bundle.c $(nomem)
%C%_check_bundle_LDFLAGS = $(AM_LDFLAGS) $(nomem_flags)
%C%_check_bundle_file_SOURCES = %D%/check_bundle_file.c $(cachelab)
%C%_check_wisdom_SOURCES = %D%/check_wisdom.c $(cachelab) $(problem)
%C%_check_locale_SOURCES = %D%/check_locale.c
%C%_check_null_SOURCES = %D%/check_null.c
%C%_check_written_SOURCES = %D%/check_written.c
%C%_check_clusters_SOURCES = %D%/check_clusters.c
filelab = %D%/filelab.c %D%/filelab.h
%C%_check_csv_SOURCES = %D%/check_csv.c $(filelab)
%C%_check_csv_LDADD = tools/libfiles.la $(test_libs)
%C%_check_errors_SOURCES = %D%/check_errors.c
%C%_check_expression_SOURCES = %D%/check_expression.c
%C%_check_keops_SOURCES = %D%/check_keops.c
EXTRA_DIST += %D%/errors.txt %D%/keops.txt
evallab = %D%/evallab.c %D%/evallab.h
%C%_check_eval_SOURCES = %D%/check_eval.c $(evallab) $(known)
%C%_check_eval_cuts_SOURCES = %D%/check_eval_cuts.c $(evallab)
%C%_check_eval_grad_SOURCES = %D%/check_eval_grad.c $(evallab)
golden = %D%/golden.c %D%/golden.h
%C%_check_golden_SOURCES = %D%/check_golden.c $(golden)
%C%_check_nvrtc_SOURCES = %D%/check_nvrtc.c $(golden) $(portable)
%C%_check_spirv_SOURCES = %D%/check_spirv.c $(golden)
# What compilers for GPUs make of kernels; they are put into $KEOPSCL_TARGETS.
EXTRA_PROGRAMS += %D%/targets
%C%_targets_SOURCES = %D%/targets.c
EXTRA_DIST += %D%/targets.py %D%/targets.txt
targets_tools = $${KEOPSCL_TARGETS:-'$(abs_top_builddir)/%D%/targets.tools'}
check-targets check-targets-all check-targets-write: %D%/targets
	$(top_srcdir)/build-aux/install-targets $(targets_tools)
	rm -rf %D%/targets.texts; mkdir %D%/targets.texts
	cd %D%/targets.texts; mkdir cuda amd32 amd64 intel portable
	%D%/targets %D%/targets.texts
	python3 $(srcdir)/%D%/targets.py $(targets_tools) %D%/targets.texts \
		-$(@:check-targets%=%)
.PHONY: check-targets check-targets-all check-targets-write

golden: %D%/check_golden
	top_srcdir='$(top_srcdir)' %D%/check_golden --write
.PHONY: golden
%C%_check_graph_SOURCES = %D%/check_graph.c %D%/anyformula.c %D%/anyformula.h
nomem = %D%/nomem.c %D%/nomem.h
nomem_flags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
%C%_check_faults_SOURCES = %D%/check_faults.c $(faultlab) $(nomem)
%C%_check_faults_LDFLAGS = $(AM_LDFLAGS) $(nomem_flags)
%C%_check_memory_SOURCES = %D%/check_memory.c $(nomem)
%C%_check_memory_LDFLAGS = $(AM_LDFLAGS) $(nomem_flags)
%C%_check_half_SOURCES = %D%/check_half.c
%C%_check_parse_SOURCES = %D%/check_parse.c
%C%_check_npy_SOURCES = %D%/check_npy.c $(filelab)
%C%_check_npy_LDADD = tools/libfiles.la $(test_libs)

if HAVE_CHECK
check_PROGRAMS += $(all_programs)
TESTS += $(all_programs)
endif

# Long ones come first, or a processor waits for the last.  What may differ in
# a distribution is which files there are: programs that read some are run.
quick_tests = $(quick_scripts) $(quick_programs)
device_tests = $(whole_programs) $(device_programs)
spirv_tests = %D%/check_operations %D%/check_il
dist_tests = $(quick_scripts) \
	%D%/check_csv \
	%D%/check_cuda \
	%D%/check_errors \
	%D%/check_eval \
	%D%/check_golden \
	%D%/check_keops \
	%D%/check_runtime \
	%D%/check_target

check-quick: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(quick_tests)'
# With another compiler: NVRTC is given the same texts.
check-again: all
	$(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(filter-out %D%/check_nvrtc,$(quick_tests))'
check-devices: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(device_tests)'
check-driver: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(driver_programs)'
check-spirv: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(spirv_tests)'
distcheck-quick:
	$(MAKE) $(AM_MAKEFLAGS) distcheck TESTS='$(dist_tests)'
.PHONY: check-quick check-again check-devices check-driver check-spirv \
	distcheck-quick

# The installed library, through pkg-config.
EXTRA_DIST += %D%/is.sh %D%/readme.sh
installcheck-local:
	top_srcdir='$(top_srcdir)' CC='$(CC)'; \
	PKG_CONFIG_PATH='$(DESTDIR)$(pkgconfigdir)'; \
	PKG_CONFIG_SYSROOT_DIR='$(DESTDIR)'; \
	$(test_cache) \
	export top_srcdir CC PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR \
	KEOPSCL_CACHE_DIR POCL_CACHE_DIR; \
	$(SHELL) $(srcdir)/%D%/readme.sh && \
	$(SHELL) $(srcdir)/%D%/examples.sh installed

clean-local:
	rm -rf %D%/cache %D%/targets.texts %D%/targets.tools
