/* check_npy.c - NumPy's files: what is read, written and refused
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "../tools/npy.h"
#include "filelab.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>

/* A .npy file of version MAJOR with that header and SIZE bytes of data, which
 * are 0, 1, 2...  */
static struct file npy_of(int major, const char *header, size_t size)
{
	unsigned char bytes[512] = "\x93NUMPY";
	size_t length = strlen(header), begin = major == 1 ? 10 : 12;

	ck_assert_uint_le(begin + length + size, sizeof bytes);
	bytes[6] = (unsigned char)major;
	bytes[8] = (unsigned char)length;
	memcpy(bytes + begin, header, length);
	for (size_t k = 0; k < size; k++)
		bytes[begin + length + k] = (unsigned char)k;
	return file_of(bytes, begin + length + size);
}

static const struct {
	int major;
	const char *header;
	size_t size;            /* bytes of data */
	const char *message;
} bad_npy[] = {
	{ 1, "", 0, "malformed .npy header: expected '{' at byte 0" },
	{ 1, "{", 0, "malformed .npy header: expected a key at byte 1" },
	{ 1, "{}", 0, "malformed .npy header: no 'descr'" },
	{ 1, "{'descr': '<f4', 'fortran_order': False}", 0,
	  "malformed .npy header: no 'shape'" },
	{ 1, "{'descr': '<f4', 'shape': (3,)}", 0,
	  "malformed .npy header: no 'fortran_order'" },
	{ 1, "{'descr': '<f4', 'descr': '<f4'}", 0,
	  "malformed .npy header: second key 'descr'" },
	{ 1, "{'size': 3}", 0, "malformed .npy header: unknown key 'size'" },
	{ 1, "{'descr' '<f4'}", 0,
	  "malformed .npy header: expected ':' at byte 9" },
	{ 1, "{'descr': <f4}", 0, "malformed .npy header: expected a dtype, "
	  "such as '<f4' at byte 10" },
	{ 1, "{'descr': '<f4", 0, "malformed .npy header: expected the end "
	  "of the string at byte 14" },
	{ 1, "{'descr': '<f\\x34'}", 0, "malformed .npy header: expected a "
	  "dtype, such as '<f4' at byte 13" },
	{ 1, "{'descr': '<f4' 'shape': ()}", 0,
	  "malformed .npy header: expected ',' or '}' at byte 16" },
	{ 1, "{'fortran_order': 1}", 0,
	  "malformed .npy header: expected True or False at byte 18" },
	{ 1, "{'shape': 3}", 0, "malformed .npy header: expected the shape, "
	  "such as (3, 4) at byte 10" },
	{ 1, "{'shape': (3)}", 0,
	  "malformed .npy header: expected ',' after a length at byte 12" },
	{ 1, "{'shape': (3,-4)}", 0,
	  "malformed .npy header: expected a length at byte 13" },
	{ 1, "{'shape': (3 4)}", 0,
	  "malformed .npy header: expected ',' after a length at byte 13" },
	{ 1, "{'shape': (99999999999999999999,)}", 0, "malformed .npy header: "
	  "expected a length below 2^63 at byte 29" },
	{ 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} exit()",
	  4, "malformed .npy header: expected the end of the header at byte "
	  "56" },
	{ 1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8,
	  "the array holds pickled Python objects (dtype '|O'), which could "
	  "run code and are not read" },
	{ 1, "{'descr': [('a', '<f4')], 'fortran_order': False}", 8,
	  "the array has named fields (a structured dtype); save its columns "
	  "as plain numbers" },
	{ 1, "{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", 16,
	  "dtype '<c16' is not read; save the array as float16, float32, "
	  "float64, int32 or int64" },
	{ 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", 1,
	  "dtype '|b1' is not read; save the array as float16, float32, "
	  "float64, int32 or int64" },
	{ 1, "{'descr': '<i2', 'fortran_order': False, 'shape': (1,)}", 2,
	  "dtype '<i2' is not read; save the array as float16, float32, "
	  "float64, int32 or int64" },
	{ 1, "{'descr': '', 'fortran_order': False, 'shape': (1,)}", 1,
	  "dtype '' is not read; save the array as float16, float32, "
	  "float64, int32 or int64" },
	{ 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,3)}", 20,
	  "the file has 20 bytes of data where its shape (1, 2, 3) needs 24" },
	{ 1, "{'descr': '<f8', 'fortran_order': True, "
	  "'shape': (0,4294967296,4294967296)}", 0,
	  "the shape (0, 4294967296, 4294967296) is too large" },
	{ 1, "{'descr': '<f8', 'fortran_order': False, "
	  "'shape': (4294967296,4294967296)}", 0,
	  "the shape (4294967296, 4294967296) is too large" },
	{ 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3)}", 23,
	  "the file has 23 bytes of data where its shape (2, 3) needs 24" },
	{ 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3)}", 25,
	  "the file has 25 bytes of data where its shape (2, 3) needs 24" },
	{ 4, "{}", 0, ".npy version 4.0 is not known; 1.0, 2.0 and 3.0 are" }
};

START_TEST(npy_refused)
{
	struct file file = npy_of(bad_npy[_i].major, bad_npy[_i].header,
	                          bad_npy[_i].size);
	struct table table;
	struct trouble t = { .code = 0 };

	ck_assert_int_eq(npy_take(&table, &file, "a.npy", &t), -1);
	ck_assert_int_eq(t.code, REQUEST);
	ck_assert_int_eq(strncmp(t.text, "a.npy: ", 7), 0);
	ck_assert_str_eq(t.text + 7, bad_npy[_i].message);
	ck_assert_ptr_null(table.file.bytes);
}
END_TEST

/* A file that ends early is refused wherever it ends.  */
START_TEST(npy_truncated)
{
	static const char header[] =
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
	int version = _i;
	struct file whole = npy_of(version, header, 24);

	for (size_t size = 0; size < whole.size; size++) {
		struct file file = file_of(whole.bytes, size);
		struct table table;
		struct trouble t = { .code = 0 };
		const char *message = size < 6 ? "a.npy: not a .npy file"
			: "a.npy: the file ends within its header";

		ck_assert_int_eq(npy_take(&table, &file, "a.npy", &t), -1);
		if (size + 24 < whole.size)
			ck_assert_str_eq(t.text, message);
		else
			ck_assert_ptr_nonnull(strstr(t.text, "bytes of data"));
	}
	file_free(&whole);
}
END_TEST

static const struct {
	int version;
	const char *header;
	size_t size;
	int64_t rows, columns;
	double first, second;   /* in memory */
} good_npy[] = {
	{ 1, "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", 24,
	  2, 3, 0x03020100, 0x07060504 },
	{ 2, "{'descr': '>i4', 'fortran_order': False, 'shape': (2, 3), }", 24,
	  2, 3, 0x00010203, 0x04050607 },
	{ 3, "{\"shape\":(2,3),\"descr\":\"<i8\",\"fortran_order\":False}", 48,
	  2, 3, 0x0706050403020100p0, 0x0f0e0d0c0b0a0908p0 },
	{ 1, "{ 'shape' : ( 2L , ) , 'descr' : '>i8', 'fortran_order' : False,"
	  " } \n", 16, 2, 1, 0x0001020304050607p0,
	  0x08090a0b0c0d0e0fp0 },
	{ 1, "{'descr': '<i4', 'fortran_order': False, 'shape': ()}", 4,
	  1, 1, 0x03020100, 0x03020100 },
	{ 1, "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 1)}", 4,
	  2, 1, 0x100p-24, 0x302p-24 },
	{ 1, "{'descr': '>f2', 'fortran_order': False, 'shape': (1, 2)}", 4,
	  1, 2, 0x1p-24, 0x203p-24 },
	{ 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", 0,
	  0, 3, 0, 0 }
};

START_TEST(npy_read)
{
	struct file file = npy_of(good_npy[_i].version, good_npy[_i].header,
	                          good_npy[_i].size);
	struct table table;
	struct trouble t = { .code = 0 };
	double first = good_npy[_i].first, second = good_npy[_i].second;

	ck_assert_msg(!npy_take(&table, &file, "a.npy", &t), "%s", t.text);
	ck_assert_int_eq(table.ndim, 2);
	ck_assert_int_eq(table.shape[0], good_npy[_i].rows);
	ck_assert_int_eq(table.shape[1], good_npy[_i].columns);
	ck_assert_int_eq(table_convert(&table, 64, &t), 0);
	if (table.shape[0] > 0) {
		const double *data = table.data;

		ck_assert(data[0] == first);
		ck_assert(data[table.shape[0] * table.shape[1] > 1] == second);
	}
	table_free(&table);
}
END_TEST

/* Data that need no conversion are not copied, in either order.  */
START_TEST(npy_in_place)
{
	static const char header[] = "{'descr': '<f8', 'fortran_order': True, "
		"'shape': (2, 3), }   \n";      /* 128 - 10 - 48 bytes */
	double numbers[6] = { 1, 2, 3, 4, 5, 6 };
	struct file file = npy_of(1, header, 48);
	size_t begin = 10 + strlen(header);
	struct table table;
	struct trouble t = { .code = 0 };
	const void *data;

	memcpy(file.bytes + begin, numbers, sizeof numbers);
	ck_assert_int_eq(npy_take(&table, &file, "a.npy", &t), 0);
	ck_assert_ptr_eq(table.data, table.file.bytes + begin);
	data = table.data;
	ck_assert_int_eq(table_convert(&table, 64, &t), 0);
	ck_assert_msg((table.data == data) == ((uintptr_t)data % 8 == 0),
	              "copied although aligned, or the other way round");
	ck_assert(table_at(&table, 0, 0) == 1 && table_at(&table, 1, 0) == 2);
	ck_assert(table_at(&table, 0, 1) == 3 && table_at(&table, 1, 2) == 6);
	table_free(&table);
}
END_TEST

/* What is written is what is read, and the data begin at a multiple of 64. */
START_TEST(npy_round_trip)
{
	static const struct { int code, bits, ndim; int64_t shape[5]; } k[] = {
		{ KCL_FLOAT, 32, 2, { 3, 2 } }, { KCL_FLOAT, 64, 2, { 1, 7 } },
		{ KCL_INT, 64, 2, { 5, 1 } }, { KCL_FLOAT, 32, 2, { 0, 4 } },
		{ KCL_FLOAT, 64, 5, { 2, 1, 3, 4, 1 } }
	};
	struct table table, back;
	struct trouble t = { .code = 0 };
	struct file file = { NULL, 0, 0 };
	size_t bytes;
	FILE *stream = open_memstream(&file.bytes, &file.size);

	ck_assert_int_eq(table_make(&table, k[_i].code, k[_i].bits,
	                            k[_i].ndim, k[_i].shape, &t), 0);
	bytes = (size_t)(table_count(&table) * k[_i].bits / 8);
	for (size_t b = 0; b < bytes; b++)
		((unsigned char *)table.data)[b] = (unsigned char)(b * 37 + 1);
	npy_write(stream, &table);
	fclose(stream);
	ck_assert_uint_eq((file.size - bytes) % 64, 0);
	ck_assert_msg(!npy_take(&back, &file, "a.npy", &t), "%s", t.text);
	ck_assert_int_eq(back.code, k[_i].code);
	ck_assert_int_eq(back.bits, k[_i].bits);
	ck_assert_int_eq(back.ndim, k[_i].ndim);
	for (int d = 0; d < back.ndim; d++)
		ck_assert_int_eq(back.shape[d], k[_i].shape[d]);
	ck_assert(bytes == 0 || !memcmp(back.data, table.data, bytes));
	table_free(&table);
	table_free(&back);
}
END_TEST

#define ROWS(table) ((int)(sizeof (table) / sizeof *(table)))

int main(void)
{
	Suite *suite = suite_create("npy");
	TCase *cases = tcase_create("npy");

	suite_add_tcase(suite, cases);
	tcase_add_loop_test(cases, npy_refused, 0, ROWS(bad_npy));
	tcase_add_loop_test(cases, npy_truncated, 1, 4);
	tcase_add_loop_test(cases, npy_read, 0, ROWS(good_npy));
	tcase_add_test(cases, npy_in_place);
	tcase_add_loop_test(cases, npy_round_trip, 0, 5);
	return suite_run(suite);
}
