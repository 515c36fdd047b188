/* demo_map.c - a map of where the earth quakes near Fiji
 * SPDX-License-Identifier: MIT */
#include "chart.h"
#include "demo.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of the file.  */
enum { LAT, LON, DEPTH, MAGNITUDE, STATIONS, COLS };

static const char formula_text[] = "Sum_Reduction(Exp(-s * SqDist(x, y)), 0)";

static const double pi = 3.14159265358979323846;
static const double earth = 6371;       /* its radius in km */
static const double width = 50;         /* of a Gaussian, in km */
static const double area = 1e4;         /* the density is per this, in km^2 */
static const double south = -40, north = -9, west = 163, east = 191;

static const struct place places[] = {
	{ "Fiji", -17.1, 177.6 }, { "Samoa", -13.1, 188.2 },
	{ "Tonga", -20.7, 188.0 }, { "Vanuatu", -18.3, 166.3 },
	{ "Kermadec Islands", -30.5, 185.9 }, { "New Zealand", -39.3, 174.6 }
};

/* A place on the unit sphere; on it, distances are straight lines.  */
static void sphere(float *p, double lat, double lon)
{
	lat *= pi / 180;
	lon *= pi / 180;
	p[0] = (float)(cos(lat) * cos(lon));
	p[1] = (float)(cos(lat) * sin(lon));
	p[2] = (float)sin(lat);
}

static float *quakes_on_sphere(const struct table *t)
{
	float *points = room((size_t)t->rows, 3 * sizeof *points);

	for (int j = 0; j < t->rows; j++) {
		const float *row = t->cells + j * t->cols;

		sphere(points + 3 * j, (double)row[LAT], (double)row[LON]);
	}
	return points;
}

/* The latitude and longitude of the middle of a cell of the map, which has
 * SIDE times SIDE.  */
static double cell_lat(int row, int side)
{
	return north - (north - south) * (row + 0.5) / side;
}

static double cell_lon(int column, int side)
{
	return west + (east - west) * (column + 0.5) / side;
}

static float *grid_on_sphere(int side)
{
	float *points = room((size_t)(side * side), 3 * sizeof *points);

	for (int k = 0; k < side * side; k++)
		sphere(points + 3 * k, cell_lat(k / side, side),
		       cell_lon(k % side, side));
	return points;
}

/* The sum of the density over the map: how many quakes lie in it.  */
static double total(const float *density, int side)
{
	double dlat = (north - south) * pi / 180 / side;
	double dlon = (east - west) * pi / 180 / side;
	double cell = earth * earth * dlat * dlon, sum = 0;

	for (int k = 0; k < side * side; k++)
		sum += (double)density[k] / area * cell
		    * cos(cell_lat(k / side, side) * pi / 180);
	return sum;
}

static void draw(const struct demo *demo, const struct table *quakes,
                 const float *density, int side)
{
	char *path = path_of(demo->out, "quakes.svg");
	FILE *file = fopen(path, "w");
	struct chart chart = {
		.title = "Earthquakes near Fiji since 1964",
		.subtitle = "1,000 quakes of magnitude 4 and more; density by "
			"Gaussians of 50 km on the sphere",
		.bar = "quakes per", .unit = "10,000 km\u00b2",
		.dots = "magnitude",
		.south = south, .north = north, .west = west, .east = east,
		.values = density, .width = side, .height = side,
		.rows = quakes->cells, .ndots = quakes->rows,
		.stride = quakes->cols,
		.places = places, .nplaces = sizeof places / sizeof *places
	};

	if (file)
		chart_draw(&chart, file);
	if (!file || ferror(file) | fclose(file)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	printf("\tdrawn in %s\n", path);
	free(path);
}

static struct demo_times compute(const struct demo *demo, float *x, int m,
                                 float *y, int n, float *density)
{
	const char *vars[] = { "x=Vi(3)", "y=Vj(3)", "s=Pm(1)" };
	float s = (float)(earth * earth / (2 * width * width));
	kcl_array in[] = { kcl_f32(x, m, 3), kcl_f32(y, n, 3),
	                   kcl_f32(&s, 1, 1) };
	kcl_array out = kcl_f32(density, m, 1);
	kcl_formula *formula = NULL;
	struct demo_times times;

	need(kcl_formula_parse(formula_text, 3, vars, &formula));
	times = demo_run(demo, formula, 3, in, &out);
	kcl_formula_free(formula);
	for (int k = 0; k < m; k++)
		density[k] *= (float)(area / (2 * pi * width * width));
	return times;
}

int demo_map(const struct demo *demo)
{
	struct table quakes = table_read(demo->data, "quakes.csv", COLS);
	int side = demo->small ? 64 : 512, cells = side * side;
	float *x = grid_on_sphere(side), *y = quakes_on_sphere(&quakes);
	float *density = room((size_t)cells, sizeof *density);
	struct demo_times times;
	double sum;

	printf("\n3. A map of earthquakes\n\n"
	       "\t%s\n\n"
	       "\tHow dense the %d quakes of quakes.csv are, at the %d x %d\n"
	       "\tcells x of a map.  The quakes y and the cells lie on the\n"
	       "\tsphere; each quake is a Gaussian of %g km.\n\n",
	       formula_text, quakes.rows, side, side, width);
	times = compute(demo, x, cells, y, quakes.rows, density);
	printf("\tmade ready in %.2f s, computed in %.2f s\n", times.build,
	       times.run);
	draw(demo, &quakes, density, side);
	sum = total(density, side);
	printf("\tthe whole map sums to %.1f quakes, ", sum);
	free(quakes.cells);
	free(x);
	free(y);
	free(density);
	return demo_verdict(fabs(sum - quakes.rows) < 0.01 * quakes.rows);
}
