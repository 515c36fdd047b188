/* picture.c - measurements as an SVG picture
 * SPDX-License-Identifier: MIT */
#include "picture.h"
#include <math.h>
#include <string.h>

enum { NAMES = 16 };

/* Easy to tell apart, for the colour-blind too (Okabe and Ito).  */
static const char *const colours[] = {
	"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00",
	"#f0e442", "#000000"
};

/* Who computed, in order of appearance.  */
struct names {
	const char *name[NAMES];
	int count;
};

static int find_name(const struct names *names, const char *name)
{
	int k = 0;

	while (k < names->count && strcmp(names->name[k], name))
		k++;
	return k;
}

static struct names collect(const struct records *r)
{
	struct names names = { .count = 0 };

	for (size_t n = 0; n < r->count; n++) {
		int k = find_name(&names, r->record[n].by);

		if (k == names.count && k < NAMES)
			names.name[names.count++] = r->record[n].by;
	}
	return names;
}

static const char *colour(int k)
{
	return colours[k % (int)(sizeof colours / sizeof *colours)];
}

static void text(FILE *stream, double x, double y, const char *anchor,
                 const char *words)
{
	fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
	        anchor);
	for (; *words; words++)
		switch (*words) {
		case '<': fputs("&lt;", stream); break;
		case '>': fputs("&gt;", stream); break;
		case '&': fputs("&amp;", stream); break;
		default: fputc(*words, stream);
		}
	fputs("</text>\n", stream);
}

static void line(FILE *stream, double x1, double y1, double x2, double y2,
                 const char *stroke, double width)
{
	fprintf(stream, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
	        "stroke=\"%s\" stroke-width=\"%g\"/>\n", x1, y1, x2, y2, stroke,
	        width);
}

static void head(FILE *stream, double width, double height, const char *title)
{
	fprintf(stream, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	        "width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
	        "font-size=\"12\">\n"
	        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
	        width, height);
	text(stream, width / 2, 20, "middle", title);
}

static void legend(FILE *stream, const struct names *names, int first, double x,
                   double y)
{
	for (int k = first; k < names->count; k++, y += 16) {
		fprintf(stream, "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" "
		        "height=\"10\" fill=\"%s\"/>\n", x, y - 9, colour(k));
		text(stream, x + 14, y, "start", names->name[k]);
	}
}

/* ----- bars ------------------------------------------------------------- */

enum { BAR = 12, GAP = 8, LEFT = 120, SPAN = 500, RIGHT = 130, TOP = 50 };

/* From a tenth to a thousand times.  */
static double bar_x(double ratio)
{
	double exponent = fmin(fmax(log10(ratio), -1), 3);

	return LEFT + SPAN * (exponent + 1) / 4;
}

static int is_bar(const struct record *r)
{
	return strcmp(r->by, "keopscl") && r->ratio > 0;
}

static double bars_height(const struct records *r)
{
	double y = TOP;

	for (size_t n = 0; n < r->count; n++)
		y += is_bar(&r->record[n]) ? BAR
		     : strcmp(r->record[n].by, "keopscl") ? 0 : GAP;
	return y;
}

static void bars_grid(FILE *stream, double bottom)
{
	for (int e = -1; e <= 3; e++) {
		double x = bar_x(pow(10, e));
		char words[16];

		snprintf(words, sizeof words, "%g", pow(10, e));
		line(stream, x, TOP, x, bottom, e ? "#ccc" : "black", 1);
		text(stream, x, bottom + 16, "middle", words);
	}
}

static void bar(FILE *stream, double y, const struct record *r, int k)
{
	double from = fmin(bar_x(1), bar_x(r->ratio));
	double to = fmax(bar_x(1), bar_x(r->ratio));
	char words[32];

	fprintf(stream, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
	        "height=\"%d\" fill=\"%s\"/>\n", from, y, to - from, BAR - 2,
	        colour(k));
	snprintf(words, sizeof words, "%.3g", r->ratio);
	text(stream, to + 4, y + BAR - 2, "start", words);
}

void picture_bars(FILE *stream, const struct records *r)
{
	struct names names = collect(r);
	double bottom = bars_height(r), y = TOP;

	head(stream, LEFT + SPAN + RIGHT, bottom + 40,
	     "how many times as fast as its peers libkeopscl is");
	bars_grid(stream, bottom);
	for (size_t n = 0; n < r->count; n++) {
		const struct record *record = &r->record[n];

		if (!is_bar(record)) {
			y += GAP;
			text(stream, LEFT - 6, y + BAR - 2, "end",
			     record->workload);
			continue;
		}
		bar(stream, y, record, find_name(&names, record->by));
		y += BAR;
	}
	legend(stream, &names, 1, LEFT + SPAN + 30, TOP + 12);
	fputs("</svg>\n", stream);
}

/* ----- lines ------------------------------------------------------------ */

enum { WIDTH = 640, HEIGHT = 420, MARGIN = 60 };

/* The powers of ten around the data.  */
struct frame {
	double x0, x1, y0, y1;
};

static double pairs(const struct record *r)
{
	return log10(r->wall * r->gpairs) + 9;
}

static struct frame frame_of(const struct records *r)
{
	struct frame f = { 1e9, -1e9, 1e9, -1e9 };

	for (size_t n = 0; n < r->count; n++) {
		double x = pairs(&r->record[n]);
		double y = log10(r->record[n].gpairs);

		f.x0 = fmin(f.x0, floor(x));
		f.x1 = fmax(f.x1, ceil(x));
		f.y0 = fmin(f.y0, floor(y));
		f.y1 = fmax(f.y1, ceil(y));
	}
	f.x1 = fmax(f.x1, f.x0 + 1);
	f.y1 = fmax(f.y1, f.y0 + 1);
	return f;
}

static double frame_x(const struct frame *f, double x)
{
	return MARGIN + (WIDTH - 2 * MARGIN) * (x - f->x0) / (f->x1 - f->x0);
}

static double frame_y(const struct frame *f, double y)
{
	return HEIGHT - MARGIN
	       - (HEIGHT - 2 * MARGIN) * (y - f->y0) / (f->y1 - f->y0);
}

static void scaling_grid(FILE *stream, const struct frame *f)
{
	char words[16];

	for (double e = f->x0; e <= f->x1; e++) {
		snprintf(words, sizeof words, "1e%g", e);
		line(stream, frame_x(f, e), MARGIN, frame_x(f, e),
		     HEIGHT - MARGIN, "#ccc", 1);
		text(stream, frame_x(f, e), HEIGHT - MARGIN + 16, "middle",
		     words);
	}
	for (double e = f->y0; e <= f->y1; e++) {
		snprintf(words, sizeof words, "%g", pow(10, e));
		line(stream, MARGIN, frame_y(f, e), WIDTH - MARGIN,
		     frame_y(f, e), "#ccc", 1);
		text(stream, MARGIN - 6, frame_y(f, e) + 4, "end", words);
	}
	text(stream, WIDTH / 2, HEIGHT - MARGIN + 36, "middle", "pairs");
	text(stream, MARGIN, MARGIN - 10, "middle", "Gpair/s");
}

/* A line for one that computed, through its points of one workload.  */
static void curve(FILE *stream, const struct records *r, const struct frame *f,
                 const char *by, int k)
{
	const struct record *before = NULL;

	for (size_t n = 0; n < r->count; n++) {
		const struct record *now = &r->record[n];
		double x = frame_x(f, pairs(now));
		double y = frame_y(f, log10(now->gpairs));

		if (strcmp(now->by, by))
			continue;
		if (before && !strcmp(before->workload, now->workload))
			line(stream, frame_x(f, pairs(before)),
			     frame_y(f, log10(before->gpairs)), x, y,
			     colour(k), 2);
		fprintf(stream, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" "
		        "fill=\"%s\"/>\n", x, y, colour(k));
		before = now;
	}
}

void picture_scaling(FILE *stream, const struct records *r)
{
	struct names names = collect(r);
	struct frame f = frame_of(r);

	head(stream, WIDTH + RIGHT, HEIGHT, r->count
	     ? r->record[0].workload : "");
	scaling_grid(stream, &f);
	for (int k = 0; k < names.count; k++)
		curve(stream, r, &f, names.name[k], k);
	legend(stream, &names, 0, WIDTH - MARGIN + 20, MARGIN + 12);
	fputs("</svg>\n", stream);
}
