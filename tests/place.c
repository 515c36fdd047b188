/* place.c - the devices, shapes and precisions that can be had here
 * SPDX-License-Identifier: MIT */
#include "problem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 64 };

struct places {
	struct place place[PLACES];
	int count;
};

static void add(struct places *all, const kcl_devices *list, size_t d,
                const char *shape, int bits)
{
	const char *name = kcl_device_text(list, d, KCL_DEVICE_NAME);
	const char *wanted = getenv("KEOPSCL_TEST_DEVICE");
	struct place *p = &all->place[all->count];

	if (all->count == PLACES || (wanted && !strstr(name, wanted))
	    || (bits == 64 && !kcl_device_number(list, d, KCL_DEVICE_FP64)))
		return;
	snprintf(p->device, sizeof p->device, "%s", name);
	snprintf(p->name, sizeof p->name, "%s%s, float%d", name,
	         shape ? ", GPU shape" : "", bits);
	p->shape = shape;
	p->pocl = !strncmp(kcl_device_text(list, d, KCL_DEVICE_PLATFORM),
	                   "Portable", 8);
	p->bits = bits;
	p->host = strcmp(name, "host") == 0;
	all->count++;
}

static void add_device(struct places *all, const kcl_devices *list, size_t d,
                       int bits)
{
	const char *type = kcl_device_text(list, d, KCL_DEVICE_TYPE);

	if (!kcl_device_number(list, d, KCL_DEVICE_USABLE))
		return;
	for (int b = 32; b <= 64; b += 32) {
		if (bits && b != bits)
			continue;
		add(all, list, d, NULL, b);
		if (strcmp(type, "cpu") == 0)
			add(all, list, d, "shape=gpu", b);
	}
}

/* May be asked for before tests run, when there is nobody to report to.  */
static void look(struct places *all, int bits)
{
	kcl_devices *list;
	size_t count;

	all->count = 0;
	if (kcl_devices_list(&list)) {
		fprintf(stderr, "place.c: %s\n", kcl_message());
		exit(99);
	}
	count = kcl_devices_count(list);
	add_device(all, list, count - 1, bits);
	for (size_t d = 0; d + 1 < count; d++)
		add_device(all, list, d, bits);
	kcl_devices_free(list);
}

const struct place *place_get(int bits, int k)
{
	static struct places seen[3];
	struct places *all = &seen[bits / 32];

	if (!all->count)
		look(all, bits);
	return k < all->count ? &all->place[k] : NULL;
}

int place_count(int bits)
{
	int n = 0;

	while (place_get(bits, n))
		n++;
	return n;
}

int place_turn(const struct place *place, int k)
{
	int turn = (place->shape != NULL) * 2 + (place->bits == 64);

	return place->host || turn == (k & 3) || place_kinds(place->device) < 4
		|| getenv("KEOPSCL_TEST_ALL") != NULL;
}

int place_turn_of_shape(const struct place *place, int k)
{
	return !place->shape || place->bits == (k % 2 ? 64 : 32)
		|| getenv("KEOPSCL_TEST_ALL") != NULL;
}

int place_kinds(const char *device)
{
	int n = 0;

	for (int k = 0; place_get(0, k); k++)
		n += strcmp(place_get(0, k)->device, device) == 0;
	return n;
}

void plan_set(const char *plan)
{
	if (plan)
		setenv("KEOPSCL_PLAN", plan, 1);
	else
		unsetenv("KEOPSCL_PLAN");
}

/* PoCL compiles a program once more for its binary, for groups of any size, and
 * has a cache of its own: it need not, but where caches are tested.  */
static kcl_context *open_device(const struct place *place)
{
	kcl_context *ctx;

	if (place->pocl)
		setenv("KEOPSCL_CACHE", "0", 1);
	ck_assert_msg(!kcl_context_open(place->device, &ctx), "%s",
	              kcl_message());
	if (place->pocl)
		unsetenv("KEOPSCL_CACHE");
	return ctx;
}

static struct kept {
	char device[sizeof ((struct place *)NULL)->device];
	kcl_context *ctx;
	size_t budget;
} all[PLACES];

static void close_all(void)
{
	for (struct kept *k = all; k < all + PLACES; k++)
		kcl_context_close(k->ctx);
}

kcl_context *place_open(const struct place *place)
{
	struct kept *k = all;

	while (k->ctx && strcmp(k->device, place->device))
		k++;
	if (k == all && !k->ctx)
		ck_assert_int_eq(atexit(close_all), 0);
	if (!k->ctx) {
		k->ctx = open_device(place);
		strcpy(k->device, place->device);
		k->budget = k->ctx->device->budget;
	}
	k->ctx->device->budget = k->budget;
	kcl_context_portable(k->ctx, 0);
	kcl_context_on_progress(k->ctx, NULL, NULL);
	plan_set(place->shape);
	return k->ctx;
}

kcl_context *place_open_alike(const struct place *place)
{
	kcl_context *ctx = place_open(place);

	kcl_context_portable(ctx, !strcmp(kcl_context_text(ctx,
		KCL_DEVICE_TYPE), "cpu"));
	return ctx;
}
