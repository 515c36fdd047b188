/* array_place.c - where the caller's arrays lie: batches, gaps, what is shared
 * SPDX-License-Identifier: MIT */
#include "array.h"
#include "diag.h"

void kcl__batch_of(const struct kcl__matrix *m, struct kcl__batch *batch)
{
	batch->count = 1;
	batch->dims = m->dims - KCL__BATCH;
	for (int d = 0; d < batch->dims; d++) {
		batch->extent[d] = m->extent[KCL__BATCH + d];
		batch->count *= batch->extent[d];
	}
}

char *kcl__batch_at(const struct kcl__matrix *m,
                    const struct kcl__batch *batch, int64_t b)
{
	int64_t at = 0;

	for (int d = 0; KCL__BATCH + d < m->dims; d++) {
		at += b % batch->extent[d] * m->step[KCL__BATCH + d];
		b /= batch->extent[d];
	}
	return m->data + at * (int64_t)m->size;
}

/* Whether the first DIMS dimensions lie as packed ones do.  */
static int is_dense(const struct kcl__matrix *m, int dims)
{
	int64_t step = 1;

	if (m->size != m->wide)
		return 0;
	for (int d = 0; d < dims; step *= m->extent[d++])
		if (m->extent[d] > 1 && m->step[d] != step)
			return 0;
	return 1;
}

struct kcl__matrix kcl__packed(const struct kcl__matrix *m, char *data)
{
	struct kcl__matrix p = *m;
	int64_t step = 1;

	for (int d = 0; d < p.dims; step *= p.extent[d++])
		p.step[d] = p.extent[d] == 1 ? 0 : step;
	p.size = p.wide;
	p.data = data;
	p.resident = 0;
	p.low = (uintptr_t)data;
	p.high = p.low + (size_t)step * p.size;
	return p;
}

int kcl__is_packed(const struct kcl__matrix *m)
{
	return is_dense(m, KCL__BATCH);
}

int kcl__is_gapless(const struct kcl__matrix *m)
{
	return is_dense(m, m->dims);
}

/* Sufficient, and necessary but for strides that nobody has: sorted by their
 * steps, no dimension reaches into the next.  */
static int is_apart(const struct kcl__matrix *m)
{
	int64_t step[KCL__DIMS], extent[KCL__DIMS];
	int n = 0;

	for (int d = 0; d < m->dims; d++) {
		int64_t s = m->step[d] < 0 ? -m->step[d] : m->step[d];
		int k = n++;

		if (m->extent[d] <= 1) {
			n--;
			continue;
		}
		for (; k > 0 && step[k - 1] > s; k--) {
			step[k] = step[k - 1];
			extent[k] = extent[k - 1];
		}
		step[k] = s;
		extent[k] = m->extent[d];
	}
	for (int k = 0; k < n; k++)
		if (step[k] == 0
		    || (k + 1 < n && step[k + 1] / step[k] < extent[k]))
			return 0;
	return 1;
}

kcl_status kcl__no_repeats(const struct kcl__matrix *output, size_t n)
{
	if (output->low == output->high || is_apart(output))
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "output %zu has elements that share "
	                 "memory", n);
}

static uint64_t step_bytes(const struct kcl__matrix *m, int d)
{
	int64_t step = m->step[d];

	return (uint64_t)(step < 0 ? -step : step) * m->size;
}

/* The bytes of every PERIOD that M is in, from where it begins, at most.  */
static uint64_t width(const struct kcl__matrix *m, uint64_t period)
{
	uint64_t bytes = m->size;

	for (int d = 0; d < m->dims; d++)
		if (m->extent[d] > 1 && step_bytes(m, d) % period)
			bytes += step_bytes(m, d)
				* (uint64_t)(m->extent[d] - 1);
	return bytes;
}

/* Whether A and B take turns in memory, as columns of one matrix do, or its odd
 * and even rows, or members of a struct: every so many bytes, which are a step
 * of A, each has its part of them.  */
static int take_turns(const struct kcl__matrix *a, const struct kcl__matrix *b)
{
	for (int d = 0; d < a->dims; d++) {
		uint64_t period = step_bytes(a, d), from;

		if (a->extent[d] <= 1 || !period)
			continue;
		from = (b->low % period + period - a->low % period) % period;
		if (width(a, period) <= from
		    && width(b, period) <= period - from)
			return 1;
	}
	return 0;
}

kcl_status kcl__no_overlap(const struct kcl__matrix *output, size_t n,
                           const struct kcl__matrix *other, const char *what,
                           size_t k)
{
	if (output->low >= other->high || other->low >= output->high
	    || output->low == output->high || other->low == other->high
	    || take_turns(output, other) || take_turns(other, output))
		return KCL_OK;
	return kcl__fail(KCL_ARGUMENT, "output %zu shares memory with %s %zu; "
	                 "results need memory of their own", n, what, k);
}
