# examples/local.mk - small programs that use the library, the demo, its data
# SPDX-License-Identifier: MIT

noinst_PROGRAMS += \
	%D%/clusters \
	%D%/demo \
	%D%/discrepancy \
	%D%/gauss \
	%D%/interpolation \
	%D%/kmeans \
	%D%/knn \
	%D%/registration \
	%D%/sinkhorn

support = %D%/support.c %D%/support.h
example_libs = lib/libkeopscl.la -lm

%C%_demo_SOURCES = \
	%D%/chart.c \
	%D%/chart.h \
	%D%/demo.c \
	%D%/demo.h \
	%D%/demo_digits.c \
	%D%/demo_gauss.c \
	%D%/demo_map.c \
	%D%/png.c \
	%D%/png.h \
	$(support)
%C%_demo_LDADD = $(example_libs)

%C%_clusters_SOURCES = %D%/clusters.c $(support)
%C%_clusters_LDADD = $(example_libs)
%C%_discrepancy_SOURCES = %D%/discrepancy.c $(support)
%C%_discrepancy_LDADD = $(example_libs)
%C%_gauss_SOURCES = %D%/gauss.c
%C%_gauss_LDADD = $(example_libs)
%C%_interpolation_SOURCES = %D%/interpolation.c $(support)
%C%_interpolation_LDADD = $(example_libs)
%C%_kmeans_SOURCES = %D%/kmeans.c $(support)
%C%_kmeans_LDADD = $(example_libs)
%C%_knn_SOURCES = %D%/knn.c $(support)
%C%_knn_LDADD = $(example_libs)
%C%_registration_SOURCES = %D%/registration.c $(support)
%C%_registration_LDADD = $(example_libs)
%C%_sinkhorn_SOURCES = %D%/sinkhorn.c $(support)
%C%_sinkhorn_LDADD = $(example_libs)

EXTRA_DIST += %D%/data/README %D%/data/digits.csv %D%/data/quakes.csv
