/* chart.h - a map of values and points, drawn as SVG
 * SPDX-License-Identifier: MIT */
#ifndef CHART_H
#define CHART_H

#include <stdio.h>

/* A name written beside a place on the map.  */
struct place { const char *name; double lat, lon; };

struct chart {
	const char *title, *subtitle;
	const char *bar, *unit;         /* two lines: what the colours mean */
	const char *dots;               /* what the sizes of the dots mean */
	double south, north, west, east;        /* in degrees */

	/* WIDTH times HEIGHT values, at the middles of the cells of a grid;
	 * the northern row first.  */
	const float *values;
	int width, height;

	/* NDOTS rows of STRIDE numbers: latitude, longitude, any, size.  */
	const float *rows;
	int ndots, stride;

	const struct place *places;
	int nplaces;
};

/* Draws CHART into FILE.  */
void chart_draw(const struct chart *chart, FILE *file);

#endif
