/* chart.c - a map of values and points, drawn as SVG
 * SPDX-License-Identifier: MIT
 *
 * The values are one PNG picture inside the SVG; everything else, lines,
 * letters and dots, stays sharp at any size.  */
#include "chart.h"
#include "png.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

/* Where things are, in units of the drawing.  */
enum {
	LEFT = 74, TOP = 104,           /* the corner of the map */
	WIDE = 620,                     /* its width */
	BAR = LEFT + WIDE + 36,         /* the colour bar */
	BAR_WIDE = 18,
	SHEET = BAR + 140               /* the width of the whole */
};

static const double degree = 3.14159265358979323846 / 180;

/* From nothing to the most, each step darker than the one before.  */
static const struct colour stops[] = {
	{ 252, 251, 247 }, { 253, 236, 200 }, { 252, 206, 136 },
	{ 247, 161, 92 }, { 229, 107, 84 }, { 188, 60, 97 },
	{ 128, 32, 104 }, { 62, 17, 81 }
};

enum { STOPS = sizeof stops / sizeof *stops };

static unsigned char mixed(int from, int to, double share)
{
	return (unsigned char)lround(from + (to - from) * share);
}

static void make_palette(struct colour palette[256])
{
	for (int k = 0; k < 256; k++) {
		double place = k * (STOPS - 1) / 255.0;
		int n = place < STOPS - 2 ? (int)place : STOPS - 2;
		const struct colour *a = &stops[n], *b = &stops[n + 1];

		place -= n;
		palette[k].red = mixed(a->red, b->red, place);
		palette[k].green = mixed(a->green, b->green, place);
		palette[k].blue = mixed(a->blue, b->blue, place);
	}
}

/* ----- places ------------------------------------------------------------- */

/* The height of the map: a kilometre is as long to the north as to the east,
 * in the middle.  */
static double tall(const struct chart *c)
{
	double middle = (c->south + c->north) / 2 * degree;

	return WIDE * (c->north - c->south) / (c->east - c->west) / cos(middle);
}

static double at_lon(const struct chart *c, double lon)
{
	return LEFT + WIDE * (lon - c->west) / (c->east - c->west);
}

static double at_lat(const struct chart *c, double lat)
{
	return TOP + tall(c) * (c->north - lat) / (c->north - c->south);
}

/* Colours go with the square root, so that the sparse parts are seen too.  */
static double shade(double value, double most)
{
	return value > 0 ? sqrt(value / most) : 0;
}

/* ----- the values --------------------------------------------------------- */

static void put_base64(const unsigned char *p, size_t n, FILE *file)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits;

	for (size_t k = 0; k < n; k += 3) {
		bits = (unsigned)p[k] << 16;
		bits |= k + 1 < n ? (unsigned)p[k + 1] << 8 : 0;
		bits |= k + 2 < n ? (unsigned)p[k + 2] : 0;
		fputc(digits[bits >> 18], file);
		fputc(digits[bits >> 12 & 63], file);
		fputc(k + 1 < n ? digits[bits >> 6 & 63] : '=', file);
		fputc(k + 2 < n ? digits[bits & 63] : '=', file);
	}
}

/* A picture of palette entries, stretched over a rectangle.  */
static void put_image(const unsigned char *pixels, int width, int height,
                      double x, double y, double wide, double high, FILE *file)
{
	struct colour palette[256];
	unsigned char *png;
	size_t size;

	make_palette(palette);
	png = png_make(pixels, (size_t)width, (size_t)height, palette, &size);
	fprintf(file, "<image x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" "
	        "preserveAspectRatio=\"none\"\n"
	        " xlink:href=\"data:image/png;base64,", x, y, wide, high);
	put_base64(png, size, file);
	fprintf(file, "\"/>\n");
	free(png);
}

static double largest(const struct chart *c)
{
	float most = 0;

	for (int k = 0; k < c->width * c->height; k++)
		most = fmaxf(most, c->values[k]);
	return (double)most;
}

static void put_values(const struct chart *c, FILE *file)
{
	size_t n = (size_t)c->width * (size_t)c->height;
	unsigned char *pixels = room(n, 1);
	double most = largest(c);

	for (size_t k = 0; k < n; k++)
		pixels[k] = (unsigned char)
		    lround(255 * shade((double)c->values[k], most));
	put_image(pixels, c->width, c->height, LEFT, TOP, WIDE, tall(c), file);
	free(pixels);
}

/* ----- lines and letters -------------------------------------------------- */

static void put_line(FILE *file, double x1, double y1, double x2, double y2)
{
	fprintf(file, "<line x1=\"%.1f\" y1=\"%.1f\" ", x1, y1);
	fprintf(file, "x2=\"%.1f\" y2=\"%.1f\"/>\n", x2, y2);
}

static void put_text(FILE *file, double x, double y, const char *kind,
                     const char *text)
{
	fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n",
	        x, y, kind, text);
}

static void put_head(const struct chart *c, FILE *file)
{
	fprintf(file,
	        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	        "<svg xmlns=\"http://www.w3.org/2000/svg\"\n"
	        " xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n"
	        " viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\"\n"
	        " font-family=\"Helvetica, Arial, 'DejaVu Sans'\">\n"
	        "<style>\n"
	        "text { font-size: 13px; fill: #4a4f57; }\n"
	        ".title { font-size: 23px; font-weight: bold;\n"
	        " fill: #22262c; }\n"
	        ".subtitle { font-size: 14px; }\n"
	        ".below { text-anchor: middle; }\n"
	        ".left { text-anchor: end; }\n"
	        ".place { font-size: 13px; font-style: italic; fill: #22262c;\n"
	        " stroke: #fff; stroke-width: 3px; stroke-opacity: .75;\n"
	        " paint-order: stroke; }\n"
	        "</style>\n"
	        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	        SHEET, TOP + tall(c) + 44, SHEET, TOP + tall(c) + 44);
	put_text(file, LEFT, 46, "title", c->title);
	put_text(file, LEFT, 74, "subtitle", c->subtitle);
}

/* A line each five degrees, named at the margin.  */
static void put_grid(const struct chart *c, FILE *file)
{
	double bottom = TOP + tall(c), x, y;
	char name[32];

	fprintf(file, "<g stroke=\"#22262c\" stroke-width=\".7\" "
	        "stroke-opacity=\".16\">\n");
	for (double lon = 5 * ceil(c->west / 5); lon <= c->east; lon += 5)
		put_line(file, at_lon(c, lon), TOP, at_lon(c, lon), bottom);
	for (double lat = 5 * ceil(c->south / 5); lat <= c->north; lat += 5)
		put_line(file, LEFT, at_lat(c, lat), LEFT + WIDE,
		         at_lat(c, lat));
	fprintf(file, "</g>\n");
	for (double lon = 5 * ceil(c->west / 5); lon <= c->east; lon += 5) {
		x = lon <= 180 ? lon : 360 - lon;
		snprintf(name, sizeof name, "%g\u00b0%s", x,
		         x >= 180 ? "" : lon < 180 ? " E" : " W");
		put_text(file, at_lon(c, lon), bottom + 22, "below", name);
	}
	for (double lat = 5 * ceil(c->south / 5); lat <= c->north; lat += 5) {
		y = at_lat(c, lat) + 4.5;
		snprintf(name, sizeof name, "%g\u00b0%s", fabs(lat),
		         lat < 0 ? " S" : lat > 0 ? " N" : "");
		put_text(file, LEFT - 10, y, "left", name);
	}
}

static void put_frame(double x, double y, double wide, double high, FILE *file)
{
	fprintf(file, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%.1f\" "
	        "fill=\"none\" stroke=\"#22262c\"/>\n", x, y, wide, high);
}

/* ----- dots --------------------------------------------------------------- */

static double radius(double size)
{
	return 1.2 * pow(1.6, size - 4);
}

static void put_dot(FILE *file, double x, double y, double size)
{
	fprintf(file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.2f\"/>\n", x, y,
	        radius(size));
}

static void put_dots(const struct chart *c, FILE *file)
{
	double x, y;

	fprintf(file, "<g fill=\"#0e3a53\" fill-opacity=\".55\" "
	        "stroke=\"#fff\" stroke-width=\".35\">\n");
	for (int k = 0; k < c->ndots; k++) {
		const float *row = c->rows + k * c->stride;

		put_dot(file, at_lon(c, (double)row[1]),
		        at_lat(c, (double)row[0]), (double)row[3]);
	}
	y = TOP + tall(c) - 90;
	for (int size = 4; size <= 6; size++)
		put_dot(file, BAR + BAR_WIDE / 2.0, y + 28 * (size - 4), size);
	fprintf(file, "</g>\n");
	x = BAR + BAR_WIDE + 10;
	for (int size = 4; size <= 6; size++) {
		char name[16];

		snprintf(name, sizeof name, "%d", size);
		put_text(file, x, y + 28 * (size - 4) + 4.5, "", name);
	}
	put_text(file, BAR, y - 24, "", c->dots);
}

static void put_places(const struct chart *c, FILE *file)
{
	for (int k = 0; k < c->nplaces; k++)
		put_text(file, at_lon(c, c->places[k].lon),
		         at_lat(c, c->places[k].lat), "place below",
		         c->places[k].name);
}

/* ----- the colour bar ----------------------------------------------------- */

/* A round step, for four ticks or more from 0 to MOST.  */
static double round_step(double most)
{
	double step = pow(10, floor(log10(most / 4)));

	if (most / step >= 20)
		return 5 * step;
	return most / step >= 8 ? 2 * step : step;
}

static void put_bar(const struct chart *c, FILE *file)
{
	double most = largest(c), step = round_step(sqrt(most)), value, y;
	double high = tall(c) - 250, top = TOP + 44;
	unsigned char pixels[256];
	char name[32];

	for (int k = 0; k < 256; k++)
		pixels[k] = (unsigned char)(255 - k);
	put_text(file, BAR, TOP + 10, "", c->bar);
	put_text(file, BAR, TOP + 27, "", c->unit);
	put_image(pixels, 1, 256, BAR, top, BAR_WIDE, high, file);
	put_frame(BAR, top, BAR_WIDE, high, file);
	for (int k = 0; (value = k * step * k * step) <= most; k++) {
		y = top + high * (1 - shade(value, most));
		fprintf(file, "<g stroke=\"#22262c\">\n");
		put_line(file, BAR + BAR_WIDE, y, BAR + BAR_WIDE + 5, y);
		fprintf(file, "</g>\n");
		snprintf(name, sizeof name, "%g", value);
		put_text(file, BAR + BAR_WIDE + 10, y + 4.5, "", name);
	}
}

void chart_draw(const struct chart *c, FILE *file)
{
	put_head(c, file);
	put_values(c, file);
	put_grid(c, file);
	put_dots(c, file);
	put_places(c, file);
	put_frame(LEFT, TOP, WIDE, tall(c), file);
	put_bar(c, file);
	fprintf(file, "</svg>\n");
}
