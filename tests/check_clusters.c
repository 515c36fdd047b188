/* check_clusters.c - ranges that are refused, and those made of clusters
 * SPDX-License-Identifier: MIT */
#include "build.h"
#include "suite.h"
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

enum { M = 150, N = 700 };

/* ----- what will not do -------------------------------------------------- */

static const int64_t some[] = { 0, 10, 10, 20 }, lists[] = { 1, 2 };
static const int64_t beyond[] = { 0, 10, 145, 151 };
static const int64_t backwards[] = { 10, 9, 10, 20 };
static const int64_t negative[] = { 0, 10, -1, 20 };
static const int64_t crossed[] = { 10, 20, 4, 11 };
static const int64_t long_list[] = { 1, 3 }, falling[] = { 2, 1 };
static const int64_t below[] = { -1, 1 };
#define RIGHT .ranges_i = some, .slices_i = lists, .redranges_j = some, \
	.nranges_i = 2, .nredranges_j = 2

static const struct {
	kcl_ranges ranges;
	const char *message;
} cases[] = {
	{ { .ranges_j = some, .slices_j = lists, .redranges_i = some },
	  "ranges_i, slices_i and redranges_j are NULL; a reduction with tag 0 "
	  "needs them" },
	{ { .ranges_i = some, .slices_i = lists, .nranges_i = 2,
	    .nredranges_j = 2 },
	  "redranges_j is NULL; expected 2 of them" },
	{ { .ranges_i = some, .redranges_j = some, .nranges_i = 2,
	    .nredranges_j = 2 }, "slices_i is NULL; expected 2 of them" },
	{ { .ranges_i = beyond, .slices_i = lists, .redranges_j = some,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "ranges_i[1] is [145, 151); expected a range of [0, 150)" },
	{ { .ranges_i = some, .slices_i = lists, .redranges_j = backwards,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "redranges_j[0] is [10, 9); expected a range of [0, 700)" },
	{ { .ranges_i = some, .slices_i = lists, .redranges_j = negative,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "redranges_j[1] is [-1, 20); expected a range of [0, 700)" },
	{ { .ranges_i = crossed, .slices_i = lists, .redranges_j = some,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "ranges_i[0] is [10, 20), which overlaps ranges_i[1], [4, 11)" },
	{ { .ranges_i = some, .slices_i = long_list, .redranges_j = some,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "slices_i[1] is 3; expected 1 to 2, not below the one before nor "
	  "above the number of redranges_j" },
	{ { .ranges_i = some, .slices_i = falling, .redranges_j = some,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "slices_i[1] is 1; expected 2 to 2, not below the one before nor "
	  "above the number of redranges_j" },
	{ { .ranges_i = some, .slices_i = below, .redranges_j = some,
	    .nranges_i = 2, .nredranges_j = 2 },
	  "slices_i[0] is -1; expected 0 to 2, not below the one before nor "
	  "above the number of redranges_j" },
};

static kcl_status try(const char *text, const kcl_ranges *ranges,
                      size_t budget)
{
	static float x[M], y[N], result[N];
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1)" };
	const kcl_array in[] = { kcl_f32(x, M, 1), kcl_f32(y, N, 1) };
	kcl_array out = kcl_f32(result, strstr(text, ",1") ? N : M, 1);
	kcl_context *ctx;
	kcl_kernel *kernel;
	kcl_status status;

	for (int k = 0; k < N; k++)
		result[k] = -7;
	ck_assert(!kcl_context_open("host", &ctx));
	ctx->device->budget = budget;
	ck_assert(!kcl_kernel_make(ctx, text, 2, vars, &kernel));
	status = kcl_run_ranges(kernel, 2, in, 1, &out, ranges);
	for (int k = 0; status && k < N; k++)
		ck_assert(result[k] == -7);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
	return status;
}

START_TEST(what_is_wrong_is_said)
{
	ck_assert_int_eq(try("Sum_Reduction(x*y,0)", &cases[_i].ranges,
	                     SIZE_MAX), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), cases[_i].message);
}
END_TEST

/* Rows that are all the same one.  */
START_TEST(so_many_columns_are_too_many)
{
	static float x[1000];
	static const char *const vars[] = { "x=Vi(1)", "y=Vj(1000)" };
	int64_t shape[][2] = { { 4, 1 }, { (int64_t)1 << 31, 1000 },
		{ 4, 1000 } }, steps[] = { 0, 1 };
	const kcl_array in[] = {
		kcl_array_of(x, KCL_FLOAT, 32, 2, shape[0], NULL),
		kcl_array_of(x, KCL_FLOAT, 32, 2, shape[1], steps)
	};
	static float result[4000];
	const kcl_array out = kcl_array_of(result, KCL_FLOAT, 32, 2, shape[2],
	                                   NULL);
	const kcl_ranges ranges = { RIGHT };
	kcl_context *ctx;
	kcl_kernel *kernel;

	ck_assert(!kcl_context_open("host", &ctx));
	ck_assert(!kcl_kernel_make(ctx, "Sum_Reduction(x*y,0)", 2, vars,
	                           &kernel));
	ck_assert_int_eq(kcl_run_ranges(kernel, 2, in, 1, &out, &ranges),
	                 KCL_LIMIT);
	ck_assert_str_eq(kcl_message(), "2147483648 columns; with ranges at "
	                 "most 2147483 can be handled, 2^31 - 1 elements of "
	                 "the widest array");
	shape[1][0] = 1 << 21;
	ck_assert_int_eq(kcl_run_ranges(kernel, 2, in, 1, &out, &ranges),
	                 KCL_ARGUMENT);
	kcl_kernel_free(kernel);
	kcl_context_close(ctx);
}
END_TEST

START_TEST(all_lists_that_are_needed_are_looked_at)
{
	kcl_ranges ranges = { RIGHT };

	ck_assert(!try("Sum_Reduction(x*y,0)", &ranges, SIZE_MAX));
	ck_assert_int_eq(try("Sum_Reduction(Sum_Reduction(x*y,0)*y,1)", &ranges,
	                     SIZE_MAX), KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "ranges_j, slices_j and redranges_i "
	                 "are NULL; a reduction with tag 1 needs them");
	ck_assert_int_eq(try("Sum_Reduction(x*y,0)", &ranges, 1000),
	                 KCL_MEMORY);
	ck_assert_ptr_nonnull(strstr(kcl_message(), "in its 1000 bytes"));
	ranges = (kcl_ranges){ .ranges_j = beyond, .slices_j = lists,
		.redranges_i = beyond, .nranges_j = 2, .nredranges_i = 2 };
	ck_assert_int_eq(try("Sum_Reduction(x*y,1)", &ranges, SIZE_MAX),
	                 KCL_ARGUMENT);
	ck_assert_str_eq(kcl_message(), "redranges_i[1] is [145, 151); "
	                 "expected a range of [0, 150)");
}
END_TEST

/* ----- clusters --------------------------------------------------------- */

/* Points of the plane, their cells of side 2, and so their labels.  */
static const double points[][2] = {
	{ 0.5, 3 }, { -0.5, 0 }, { 1.9, 2 }, { -2, 1.9 }, { 2, -0.1 },
	{ -0.1, 0.1 }, { 0, 2 }
};
static const int64_t labels[] = { 1, 0, 1, 0, 2, 0, 1 };

START_TEST(points_are_put_into_a_grid)
{
	float narrow[2 * ROWS(points)];
	kcl_array wide = kcl_f64(points, ROWS(points), 2);
	int64_t columns[] = { 1, ROWS(points) }, found[ROWS(points)];
	kcl_array by_columns = kcl_array_of(narrow, KCL_FLOAT, 32, 2,
	                                    wide.shape, columns);
	size_t clusters;

	for (int k = 0; k < 2 * ROWS(points); k++)
		narrow[k % 2 * ROWS(points) + k / 2]
			= (float)points[k / 2][k % 2];
	for (int k = 0; k < 2; k++) {
		memset(found, 0xff, sizeof found);
		ck_assert_msg(!kcl_grid_cluster(k ? &by_columns : &wide, 2,
		                                found, &clusters), "%s",
		              kcl_message());
		ck_assert_uint_eq(clusters, 3);
		ck_assert_mem_eq(found, labels, sizeof labels);
	}
	wide.shape[1] = 0;
	ck_assert(!kcl_grid_cluster(&wide, 2, found, &clusters));
	ck_assert_uint_eq(clusters, 1);
	wide.shape[0] = 0;
	ck_assert(!kcl_grid_cluster(&wide, 2, found, &clusters));
	ck_assert_uint_eq(clusters, 0);
}
END_TEST

START_TEST(clusters_are_sorted)
{
	static const int64_t order[] = { 1, 3, 5, 0, 2, 6, 4 };
	static const int64_t ranges[] = { 0, 3, 3, 6, 6, 7, 7, 7 };
	int64_t found[ROWS(points)], lists[8];

	ck_assert(!kcl_sort_clusters(ROWS(labels), labels, 4, found, lists));
	ck_assert_mem_eq(found, order, sizeof order);
	ck_assert_mem_eq(lists, ranges, sizeof ranges);
	ck_assert(!kcl_sort_clusters(0, NULL, 0, NULL, NULL));
}
END_TEST

START_TEST(clusters_have_centroids)
{
	static const double weights[] = { 1, 2, 0, 1, 3, 1, 1 };
	const kcl_array x = kcl_f64(points, ROWS(points), 2);
	const kcl_array w = kcl_f64(weights, ROWS(weights), 1);
	double centroid[8], sum[4];

	ck_assert(!kcl_cluster_centroids(&x, NULL, labels, 4, centroid, sum));
	ck_assert(sum[0] == 3 && sum[1] == 3 && sum[2] == 1 && sum[3] == 0);
	ck_assert(fabs(centroid[0] + 2.6 / 3) < 1e-15);
	ck_assert(fabs(centroid[3] - 7.0 / 3) < 1e-15);
	ck_assert(centroid[4] == 2 && isnan(centroid[6]));
	ck_assert(!kcl_cluster_centroids(&x, &w, labels, 4, centroid, sum));
	ck_assert(sum[0] == 4 && sum[1] == 2 && sum[2] == 3 && sum[3] == 0);
	ck_assert(fabs(centroid[0] + 3.1 / 4) < 1e-15);
	ck_assert(centroid[2] == 0.25 && centroid[3] == 2.5);
}
END_TEST

START_TEST(a_matrix_makes_ranges)
{
	static const int64_t i[] = { 0, 2, 2, 5 }, j[] = { 0, 1, 1, 4, 4, 9 };
	static const unsigned char keep[] = { 1, 0, 7, 0, 0, 1 };
	static const int64_t slices_i[] = { 2, 3 }, slices_j[] = { 1, 1, 3 };
	static const int64_t red_j[] = { 0, 1, 4, 9, 4, 9 };
	static const int64_t red_i[] = { 0, 2, 0, 2, 2, 5 };
	kcl_ranges *r, s;

	ck_assert(!kcl_ranges_from_matrix(2, i, 3, j, keep, &r));
	s = kcl_ranges_swap(r);
	ck_assert(s.nranges_i == 3 && s.ranges_j == r->ranges_i
	          && s.slices_i == r->slices_j
	          && s.redranges_i == r->redranges_j);
	s = kcl_ranges_swap(&s);
	for (int k = 0; k < 2; k++) {
		const kcl_ranges *t = k ? &s : r;

		ck_assert(t->nranges_i == 2 && t->nranges_j == 3);
		ck_assert(t->nredranges_i == 3 && t->nredranges_j == 3);
		ck_assert_mem_eq(t->ranges_i, i, sizeof i);
		ck_assert_mem_eq(t->ranges_j, j, sizeof j);
		ck_assert_mem_eq(t->slices_i, slices_i, sizeof slices_i);
		ck_assert_mem_eq(t->slices_j, slices_j, sizeof slices_j);
		ck_assert_mem_eq(t->redranges_i, red_i, sizeof red_i);
		ck_assert_mem_eq(t->redranges_j, red_j, sizeof red_j);
	}
	kcl_ranges_free(r);
	ck_assert(!kcl_ranges_from_matrix(0, NULL, 3, j, NULL, &r));
	ck_assert(r->nranges_i == 0 && r->nredranges_i == 0);
	ck_assert(r->slices_j[2] == 0);
	kcl_ranges_free(r);
	kcl_ranges_free(NULL);
}
END_TEST

#define REFUSED(call, expected, text) \
	ck_assert_int_eq(call, expected); \
	ck_assert_str_eq(kcl_message(), text)

START_TEST(no_clusters_of_what_is_wrong)
{
	static const int64_t far[] = { 0, 2, 3 };
	static double x[6] = { 0, 1, 2, 3, INFINITY, 5 }, mean[6], sum[3];
	int64_t shape[] = { 3, 2, 1 }, to[6];
	const kcl_array a = kcl_array_of(x, KCL_FLOAT, 64, 2, shape, NULL);
	const kcl_array deep = kcl_array_of(x, KCL_FLOAT, 64, 3, shape, NULL);
	const kcl_array two = kcl_f64(x, 2, 1), half = kcl_i64(to, 3, 2);
	kcl_ranges *ranges;
	size_t clusters;

	REFUSED(kcl_grid_cluster(NULL, 1, to, &clusters), KCL_ARGUMENT,
	        "x is NULL");
	REFUSED(kcl_grid_cluster(&a, 1, NULL, &clusters), KCL_ARGUMENT,
	        "labels is NULL");
	REFUSED(kcl_grid_cluster(&a, -2, to, &clusters), KCL_ARGUMENT,
	        "size is -2; expected a positive number");
	REFUSED(kcl_grid_cluster(&a, 1, to, &clusters), KCL_ARGUMENT,
	        "x is inf in row 2, column 0; expected a finite number");
	REFUSED(kcl_grid_cluster(&deep, 1, to, &clusters), KCL_SHAPE,
	        "x has 3 dimensions; expected 1 or 2");
	REFUSED(kcl_grid_cluster(&half, 1, to, &clusters), KCL_DTYPE,
	        "array 0 (x) has dtype int64; expected float16, float32 or "
	        "float64; convert the integers");
	REFUSED(kcl_sort_clusters(3, far, 3, to, to), KCL_ARGUMENT,
	        "labels[2] is 3; expected 0 to 2");
	REFUSED(kcl_sort_clusters(3, far, 0, to, to), KCL_ARGUMENT,
	        "clusters is 0; expected at least 1, for 3 labels");
	REFUSED(kcl_cluster_centroids(&a, NULL, far, 0, mean, sum),
	        KCL_ARGUMENT, "clusters is 0; expected at least 1, for 3 "
	        "labels");
	REFUSED(kcl_sort_clusters(3, far, 4, NULL, to), KCL_ARGUMENT,
	        "order is NULL");
	REFUSED(kcl_cluster_centroids(&a, &two, far, 4, mean, sum), KCL_SHAPE,
	        "weights has 2 rows; expected 3");
	REFUSED(kcl_cluster_centroids(&a, NULL, far, 3, mean, sum),
	        KCL_ARGUMENT, "labels[2] is 3; expected 0 to 2");
	REFUSED(kcl_cluster_centroids(&a, NULL, NULL, 3, mean, sum),
	        KCL_ARGUMENT, "labels is NULL");
	REFUSED(kcl_ranges_from_matrix(1, far, 1, far, NULL, &ranges),
	        KCL_ARGUMENT, "keep is NULL");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clusters");
	TCase *tests = tcase_create("clusters");

	tcase_add_loop_test(tests, what_is_wrong_is_said, 0, ROWS(cases));
	tcase_add_test(tests, so_many_columns_are_too_many);
	tcase_add_test(tests, all_lists_that_are_needed_are_looked_at);
	tcase_add_test(tests, points_are_put_into_a_grid);
	tcase_add_test(tests, clusters_are_sorted);
	tcase_add_test(tests, clusters_have_centroids);
	tcase_add_test(tests, a_matrix_makes_ranges);
	tcase_add_test(tests, no_clusters_of_what_is_wrong);
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
