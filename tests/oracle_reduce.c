/* oracle_reduce.c - reductions of the columns of a row, in plain words
 * SPDX-License-Identifier: MIT */
#include "oracle.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void sum(const struct columns *c)
{
	for (int64_t k = 0; k < c->d; k++) {
		c->value[k] = c->scale[k] = 0;
		for (int64_t j = 0; j < c->count; j++) {
			c->value[k] += c->f[j * c->d + k];
			c->scale[k] += fabsl(c->f[j * c->d + k]);
		}
	}
}

static long double largest(const struct columns *c)
{
	long double m = -INFINITY;

	for (int64_t j = 0; j < c->count; j++)
		m = c->f[j] > m ? c->f[j] : m;
	return m;
}

/* The sum of exp(f - m) times coordinate k of the weight, or 1 if K < 0.  */
static void shifted(const struct columns *c, long double m, int64_t k,
                    long double *value, long double *scale)
{
	*value = *scale = 0;
	for (int64_t j = 0; j < c->count; j++) {
		long double e = c->f[j] == m ? 1 : expl(c->f[j] - m);
		long double term = k < 0 ? e : e * c->weight[j * c->e + k];

		*value += term;
		*scale += fabsl(term);
	}
}

static void log_sum_exp(const struct columns *c)
{
	long double m = largest(c), value, scale;

	for (int64_t k = c->e ? 0 : -1; k < c->e; k++) {
		int64_t to = k < 0 ? 0 : k;

		shifted(c, m, k, &value, &scale);
		c->value[to] = m + logl(value);
		c->scale[to] = 1 + fabsl(m) + scale / fabsl(value);
	}
}

static void max_sum_shift_exp(const struct columns *c)
{
	long double m = largest(c);

	c->value[0] = m;
	c->scale[0] = fabsl(m);
	for (int64_t k = c->e ? 0 : -1; k < c->e; k++)
		shifted(c, m, k, &c->value[k < 0 ? 1 : 1 + k],
		        &c->scale[k < 0 ? 1 : 1 + k]);
}

static void soft_max(const struct columns *c)
{
	long double m = largest(c), all, scale;

	shifted(c, m, -1, &all, &scale);
	for (int64_t k = 0; k < c->e; k++) {
		shifted(c, m, k, &c->value[k], &c->scale[k]);
		c->value[k] /= all;
		c->scale[k] /= all;
	}
}

/* The `ranks` least of sign * f, by repeated search; of equals the first.  */
static void ranked(const struct columns *c, int sign, int64_t d)
{
	for (int64_t k = 0; k < d; k++) {
		long double last = -INFINITY;
		int64_t from = -1;

		for (int64_t rank = 0; rank < c->ranks; rank++) {
			long double best = INFINITY;
			int64_t at = -1;

			for (int64_t j = 0; j < c->count; j++) {
				long double v = sign * c->f[j * d + k];

				if (v < best && (v > last
				                 || (v == last && j > from))) {
					best = v;
					at = j;
				}
			}
			c->value[rank * d + k] = sign * best;
			c->scale[rank * d + k] = fabsl(best);
			c->index[rank * d + k] = at < 0 ? -1 : c->number[at];
			last = best;
			from = at;
		}
	}
}

/* The indices of those modulo 2^20, then divided by it, as values.  */
static void digits(const struct columns *c)
{
	int64_t n = c->ranks * c->d;

	ranked(c, 1, c->d);
	for (int64_t k = 0; k < n; k++) {
		int64_t low = (c->index[k] + 1048576) % 1048576;

		c->value[k] = (long double)low;
		c->value[n + k] = (long double)((c->index[k] - low) / 1048576);
		c->scale[k] = c->scale[n + k] = 0;
	}
}

void oracle_reduce(const char *name, const struct columns *c)
{
	struct columns one = *c;

	one.ranks = 1;
	if (!strcmp(name, "Sum"))
		sum(c);
	else if (!strcmp(name, "LogSumExp"))
		log_sum_exp(c);
	else if (!strncmp(name, "Max_SumShiftExp", 15))
		max_sum_shift_exp(c);
	else if (!strcmp(name, "SumSoftMaxWeight"))
		soft_max(c);
	else if (strstr(name, "Digits"))
		digits(c);
	else if (strchr(name, 'K'))
		ranked(c, 1, c->d);
	else if (strstr(name, "Min"))
		ranked(&one, 1, c->d);
	else if (strstr(name, "Max"))
		ranked(&one, -1, c->d);
	else
		ck_abort_msg("the oracle does not know %s", name);
}
