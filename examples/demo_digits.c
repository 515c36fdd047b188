/* demo_digits.c - handwritten digits, read by their nearest neighbour
 * SPDX-License-Identifier: MIT */
#include "demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, LABEL = PIXELS, K = 2 };

static const char formula_text[] = "ArgKMin_Reduction(SqDist(x, y), 2, 0)";

/* How many of the 1,797 the nearest other digit names rightly.  */
enum { EXPECTED = 1776 };

static const float *digit(const struct table *t, int64_t row)
{
	return t->cells + row * t->cols;
}

static int label(const struct table *t, int64_t row)
{
	return (int)digit(t, row)[LABEL];
}

/* The nearest digit to number I that is not itself.  Number I is the first of
 * its two nearest, or the second if another is the same to the pixel, or, if
 * two others are, none; then the first is a nearest other.  */
static int64_t nearest_other(const int64_t *nearest, int i)
{
	const int64_t *pair = nearest + K * i;

	return pair[0] == i ? pair[1] : pair[0];
}

/* One row of pixels, dark on light; a pixel is two letters wide.  */
static void print_row(const float *pixels)
{
	static const char ink[] = " .:-+*#@@";

	for (int k = 0; k < SIDE; k++) {
		char c = ink[(int)fminf(fmaxf(pixels[k], 0), 16) / 2];

		printf("%c%c", c, c);
	}
}

/* The digits A and B, side by side.  */
static void print_pair(const struct table *t, int64_t a, int64_t b)
{
	printf("\n\tOne of the others: this %d is most like that %d.\n\n",
	       label(t, a), label(t, b));
	for (int row = 0; row < SIDE; row++) {
		printf("\t    ");
		print_row(digit(t, a) + SIDE * row);
		printf("        ");
		print_row(digit(t, b) + SIDE * row);
		putchar('\n');
	}
}

static struct demo_times compute(const struct demo *demo,
                                 const struct table *t, int64_t *nearest)
{
	const char *vars[] = { "x=Vi(64)", "y=Vj(64)" };
	kcl_array pixels = kcl_f32(t->cells, t->rows, PIXELS);
	kcl_array out = kcl_i64(nearest, t->rows, K);
	kcl_formula *formula = NULL;
	struct demo_times times;

	/* From row to row it is one further than there are pixels: the label
	 * stands between.  No copy is made.  */
	pixels.strides = (int64_t[]){ t->cols, 1 };
	need(kcl_formula_parse(formula_text, 2, vars, &formula));
	times = demo_run(demo, formula, 2, (kcl_array[]){ pixels, pixels },
	                 &out);
	kcl_formula_free(formula);
	return times;
}

/* The number of digits named rightly, and one that is not into WRONG.  */
static int count_right(const struct table *t, const int64_t *nearest,
                       int *wrong)
{
	int right = 0;

	for (int i = 0; i < t->rows; i++)
		if (label(t, nearest_other(nearest, i)) == label(t, i))
			right++;
		else
			*wrong = i;
	return right;
}

int demo_digits(const struct demo *demo)
{
	struct table t = table_read(demo->data, "digits.csv", PIXELS + 1);
	int64_t *nearest = room((size_t)t.rows, K * sizeof *nearest);
	struct demo_times times;
	int right, wrong = -1, failed;

	printf("\n4. Handwritten digits\n\n"
	       "\t%s\n\n"
	       "\tEach of the %d digits of digits.csv is named after the\n"
	       "\tone most like it, itself left out: the one whose %d\n"
	       "\tpixels are nearest.\n\n",
	       formula_text, t.rows, PIXELS);
	times = compute(demo, &t, nearest);
	printf("\tmade ready in %.2f s, computed in %.2f s\n", times.build,
	       times.run);
	right = count_right(&t, nearest, &wrong);
	printf("\t%d of %d right, ", right, t.rows);
	failed = demo_verdict(right == EXPECTED);
	if (wrong >= 0)
		print_pair(&t, wrong, nearest_other(nearest, wrong));
	free(t.cells);
	free(nearest);
	return failed;
}
