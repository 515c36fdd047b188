/* scheme.h - the kernel as text, with holes
 * SPDX-License-Identifier: MIT
 *
 * @word@ is a word of the dialect, @BLOCK@ a part that emit.c writes; a line
 * that holds only a block may turn into many lines or none.  Sizes are not
 * holes but constants of the kernel.  */
#ifndef KCL_SCHEME_H
#define KCL_SCHEME_H

static const char kcl__scheme[] =
"@HEAD@"
"@TYPES@"
"#define R(c) ((real)((elem)(c)))\n"
"#define EACH(k, n) _Pragma(\"unroll\") for (int k = 0; k < (n); k++)\n"
"#define LOOP(k, n) _Pragma(\"unroll 1\") for (int k = 0; k < (n); k++)\n"
"#define LANES(statement) { statement; }\n"
"#define NONE INDEX(-1)\n"
"@SIZES@"
"@FUNCTIONS@"
"@MONOIDS@"
"\n"
"@NARROW@"
"@kernel@ keops(\n"
"@PARAMETERS@"
"	@long@ row, @long@ column, @long@ row_base, @long@ base,\n"
"	int rows, int columns, int first, int last)\n"
"{\n"
"@OPEN@"
"@LOAD_ONCE@"
"@ONCE@"
"@LOAD_ROWS@"
"@ROWS@"
"@TILE@"
"@STATE@"
"@STRIPS@"
"@START@"
"@RESUME@"
"@FOLD@"
"@BLOCKS@"
"@BEGIN@"
"		for (int jt = jb; jt < je; jt += TILE) {\n"
"			const int jn = min(TILE, je - jt);\n"
"@STAGE@"
"@PAIRS@"
"@RELEASE@"
"		}\n"
"@END@"
"	}\n"
"@FINISH@"
"@STRIPS_END@"
"}\n";

#endif
