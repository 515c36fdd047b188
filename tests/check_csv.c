/* check_csv.c - numbers in text: what is read, written and refused
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "../tools/csv.h"
#include "filelab.h"
#include "suite.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text;
	int64_t rows, columns;
	double last;            /* the element at the end */
} good_csv[] = {
	{ "1,2\n3,4\n", 2, 2, 4 },
	{ "1,2\n3,4", 2, 2, 4 },
	{ "1,2\r\n3,4\r\n", 2, 2, 4 },
	{ "\xef\xbb\xbf" "1,2\n", 1, 2, 2 },
	{ "x,y\n1,2\n", 1, 2, 2 },
	{ "\"x, left\",\"y\"\n1,2\n", 1, 2, 2 },
	{ "x y\n1,2\n", 1, 2, 2 },
	{ "1 2\t3\n  4   5 6  \n", 2, 3, 6 },
	{ " 1 , 2 \n\n\t3,\t4\n", 2, 2, 4 },
	{ "# made by hand\n#x,y\n1,2\n# the end\n", 1, 2, 2 },
	{ "\"1\",\"2.5\"\n", 1, 2, 2.5 },
	{ "-1e-3\n+2E2\n.5\n7.\n", 4, 1, 7 },
	{ "1\ninf\n", 2, 1, INFINITY },
	{ "inf,-inf\n", 1, 2, -INFINITY }
};

START_TEST(csv_good)
{
	struct file file = file_of(good_csv[_i].text,
	                           strlen(good_csv[_i].text));
	struct table table;
	struct trouble t = { .code = 0 };

	ck_assert_msg(!csv_read(&table, &file, "a.csv", &t), "%s", t.text);
	ck_assert_int_eq(table.shape[0], good_csv[_i].rows);
	ck_assert_int_eq(table.shape[1], good_csv[_i].columns);
	ck_assert(table_at(&table, table.shape[0] - 1, table.shape[1] - 1)
	          == good_csv[_i].last);
	table_free(&table);
	file_free(&file);
}
END_TEST

#define LONG "1234567890123456789012345678901234567890"

static const struct {
	const char *text;
	size_t size;            /* 0: to its end */
	const char *message;
} bad_csv[] = {
	{ "", 0, "a.csv: the file has no numbers" },
	{ "\n# nothing\n\n", 0, "a.csv: the file has no numbers" },
	{ "x,y\n", 0, "a.csv: the file has no numbers" },
	{ "x,y\nu,v\n", 0, "a.csv:2:1: expected a number, found 'u'" },
	{ "1,2\n3,x\n", 0, "a.csv:2:3: expected a number, found 'x'" },
	{ "1,x\n3,4\n", 0, "a.csv:1:3: expected a number, found 'x'" },
	{ "1,,2\n", 0, "a.csv:1:3: expected a number, found an empty field" },
	{ "1,2\n3,\n", 0,
	  "a.csv:2:3: expected a number, found an empty field" },
	{ "1,2\n\n  3\n", 0,
	  "a.csv:3:1: expected 2 fields as in line 1, found 1" },
	{ "1\n2\r3\n", 0, "a.csv:2:1: expected a number, found '2?3'" },
	{ "1\n2,3\n", 0, "a.csv:2:1: expected 1 field as in line 1, found 2" },
	{ "x,y\n1,2,3\n", 0,
	  "a.csv:2:1: expected 2 fields as in line 1, found 3" },
	{ "x\n1;2\n", 0, "a.csv:2:1: expected a number, found '1;2'" },
	{ "1,2\n3 4,5\n", 0, "a.csv:2:1: expected a number, found '3 4'" },
	{ "1,0x10\n", 0, "a.csv:1:3: expected a number, found '0x10'" },
	{ "1,nan(2)\n", 0, "a.csv:1:3: expected a number, found 'nan(2)'" },
	{ "1,2e\n", 0, "a.csv:1:3: expected a number, found '2e'" },
	{ "1,--2\n", 0, "a.csv:1:3: expected a number, found '--2'" },
	{ "1,\"2\n", 0, "a.csv:1:3: expected a number, found '\"2'" },
	{ "1,\" 2\"\n", 0, "a.csv:1:3: expected a number, found '\" 2\"'" },
	{ "1,2\0003\n", 6, "a.csv:1:3: expected a number, found '2?3'" },
	{ "1,\033[31m\n", 0, "a.csv:1:3: expected a number, found '?[31m'" },
	{ "1," LONG LONG "\n", 0,
	  "a.csv:1:3: expected a number, found '" LONG "'" }
};

START_TEST(csv_refused)
{
	const char *text = bad_csv[_i].text;
	struct file file = file_of(text, bad_csv[_i].size ? bad_csv[_i].size
	                           : strlen(text));
	struct table table;
	struct trouble t = { .code = 0 };

	ck_assert_int_eq(csv_read(&table, &file, "a.csv", &t), -1);
	ck_assert_str_eq(t.text, bad_csv[_i].message);
	ck_assert_int_eq(t.code, REQUEST);
	file_free(&file);
}
END_TEST

static char *csv_text(const struct table *tables, size_t count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	csv_write(stream, tables, count);
	fclose(stream);
	return text;
}

/* Few digits where few will do, and indices beside values.  */
START_TEST(csv_written)
{
	float values[4] = { 0.1f, -2, INFINITY, NAN };
	int64_t indices[2] = { 7, -1 };
	double doubles[2] = { 0.1, 1e300 };
	struct table tables[] = {
		{ .data = values, .code = KCL_FLOAT, .bits = 32,
		  .shape = { 2, 2 }, .ndim = 2, .line = 1 },
		{ .data = indices, .code = KCL_INT, .bits = 64,
		  .shape = { 2, 1, 1 }, .ndim = 3, .line = 2 },
		{ .data = doubles, .code = KCL_FLOAT, .bits = 64,
		  .shape = { 2, 1 }, .ndim = 2, .line = 1 }
	};
	char *text = csv_text(tables, 3);

	ck_assert_str_eq(text, "0.1,-2,7,0.1\ninf,nan,-1,1e+300\n");
	free(text);
}
END_TEST

/* Bit patterns from all over the range read back as they were.  */
START_TEST(csv_round_trip)
{
	enum { COUNT = 10000 };
	static double numbers[COUNT];
	struct table table = { .data = numbers, .code = KCL_FLOAT, .bits = 64,
	                       .shape = { COUNT, 1 }, .ndim = 2, .line = 1 },
		back;
	struct trouble t = { .code = 0 };
	struct file file = { NULL, 0, 0 };
	uint64_t bits = 1;

	for (int k = 0; k < COUNT; k++) {
		bits = bits * 6364136223846793005u + 1442695040888963407u;
		memcpy(&numbers[k], &bits, sizeof bits);
		if (isnan(numbers[k]))
			numbers[k] = 0;
	}
	file.bytes = csv_text(&table, 1);
	file.size = strlen(file.bytes);
	ck_assert_msg(!csv_read(&back, &file, "a.csv", &t), "%s", t.text);
	ck_assert_int_eq(back.shape[0], COUNT);
	ck_assert(!memcmp(back.data, numbers, sizeof numbers));
	table_free(&back);
	file_free(&file);
}
END_TEST

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

int main(void)
{
	Suite *suite = suite_create("csv");
	TCase *cases = tcase_create("csv");

	suite_add_tcase(suite, cases);
	tcase_add_loop_test(cases, csv_good, 0, ROWS(good_csv));
	tcase_add_loop_test(cases, csv_refused, 0, ROWS(bad_csv));
	tcase_add_test(cases, csv_written);
	tcase_add_test(cases, csv_round_trip);
	return suite_run(suite);
}
