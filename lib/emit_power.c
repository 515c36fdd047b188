/* emit_power.c - powers of 2 by what a vector register holds
 * SPDX-License-Identifier: MIT
 *
 * INSTEAD in ops.def has what is made of it.  */
#include "emit_body.h"

/* What EIGHTHS looks up for the last bits k of w: the bits of 2^(k/8), less
 * those of 1, and less k where w << 20, or 49, has it.  That is one instruction
 * and a mask, if a vector is indexed so.  */
static void put_eighths(struct kcl__emitter *e)
{
	static const char *const table[] = {
		"0, 0xfffb95c2, 0xfff837f0, 0xfff5fed7, "
		"0xfff504f3, 0xfff5672a, 0xfff744fd, 0xfffac0c7",
		"0, 0xffff72b83c7d517b, 0xffff06fe0a31b715, "
		"0xfffebfdad5362a27, 0xfffea09e667f3bcd, "
		"0xfffeace5422aa0db, 0xfffee89f995ad3ad, "
		"0xffff5818dcfba487"
	};
	int lanes = e->plan->lanes, wide = e->plan->bits == 64;
	int entries = lanes > 8 ? lanes : 8;
	const char *of = table[wide], *type = wide ? "ulong" : "uint";

	kcl__sb_printf(e->sb, "static inline word eighth_(const word w)\n{\n"
	               "	const %s%d t = (%s%d)(%s%s%s);\n"
	               "	const word k = w & %d;\n	return (word)(",
	               type, entries, type, entries, of,
	               entries > 8 ? ", " : "", entries > 8 ? of : "",
	               entries - 1);
	for (int l = 0; l < lanes; l++)
		kcl__sb_printf(e->sb, lanes > 1 ? "%st[k.s%x]" : "%st[k]",
		               l ? ", " : "", (unsigned)l);
	kcl__sb_puts(e->sb, ");\n}\n");
}

/* For p in PARTS-ths, 32 or 16, of a whole register: LOW and HIGH are what
 * vpermi2var finds of the powers 2^(k/32), or 2^(k/16); those for float32 are
 * fitted together with the polynomial.  Q(d) is (2^d - 1) / d for d less than a
 * part.  A sum with MAGIC, rounded down, which is 9, ends in the bits of k; and
 * vreduce is told PARTS, down, in a byte.  */
static const struct scale {
	int lanes;
	const char *type, *bits, *suffix, *low, *high, *q[7], *magic;
	int parts;
} scales[] = { {
		16, "float16", "int16", "ps",
		"1, 1.0218972, 1.04427385, 1.06714046, 1.09050775, "
		"1.1143868, 1.1387887, 1.1637249, 1.1892072, 1.21524739, "
		"1.24185789, 1.26905107, 1.29683959, 1.32523668, "
		"1.35425568, 1.38390994",
		"1.41421366, 1.44518089, 1.47682619, 1.50916445, "
		"1.54221094, 1.5759809, 1.61049044, 1.64575553, "
		"1.68179297, 1.71861935, 1.75625229, 1.79470921, "
		"1.83400822, 1.87416768, 1.91520667, 1.95714426",
		{ "0.242842874", "0.69311656" }, "393216", 0x59 /* 32, down */
	}, {
		8, "double8", "long8", "pd",
		"1.0, 1.0442737824274138, 1.0905077326652577, "
		"1.1387886347566916, 1.189207115002721, "
		"1.241857812073484, 1.2968395546510096, "
		"1.3542555469368927",
		"1.4142135623730951, 1.4768261459394993, "
		"1.5422108254079407, 1.6104903319492543, "
		"1.681792830507429, 1.7562521603732995, "
		"1.8340080864093424, 1.9152065613971474",
		{ "0.00015736282854558428", "0.0013330742245224847",
		  "0.009618140803086095", "0.05550410841954199",
		  "0.24022650696146325", "0.6931471805599377" },
		"422212465065984", 0x49   /* 16, down */
	}
};

/* For compilers that know its instructions.  */
static void put_asked(struct kcl__sb *sb, const char *suffix)
{
	static const char *const name[][2] = {
		{ "add", "" }, { "vpermi2var", "" },
		{ "reduce", "_mask" }, { "scalef", "_mask" }
	};

	kcl__sb_puts(sb, "#if defined __AVX512DQ__ && defined __has_builtin\n");
	for (int k = 0; k < 4; k++)
		kcl__sb_printf(sb, "%s__has_builtin(__builtin_ia32_%s%s512%s)"
		               "%s\n", k ? "	&& " : "#if ", name[k][0],
		               suffix, name[k][1], k < 3 ? " \\" : "");
	kcl__sb_puts(sb, "#define SCALEF\n#endif\n#endif\n");
}

/* scaled_ by that of a whole register: vectors that have less of it are filled
 * up with copies, longer ones halved, so that all have the same bits.  */
static void put_fitted(struct kcl__sb *sb, const char *type, int full,
                       int lanes)
{
	kcl__sb_puts(sb, "static inline real scaled_(const real p)\n{\n");
	if (lanes > full) {
		kcl__sb_puts(sb, "	return (real)(scaled_full(p.lo), "
		             "scaled_full(p.hi));\n}\n");
		return;
	}
	kcl__sb_printf(sb, "	return scaled_full((%s)(p", type);
	for (int k = lanes; k < full; k += lanes)
		kcl__sb_puts(sb, ", p");
	kcl__sb_puts(sb, "))");
	if (lanes == 1)
		kcl__sb_puts(sb, ".s0");
	for (int k = lanes; lanes > 1 && k < full; k *= 2)
		kcl__sb_puts(sb, ".lo");
	kcl__sb_puts(sb, ";\n}\n");
}

static void put_scaled(struct kcl__sb *sb, const struct scale *s, int lanes)
{
	const char *type = s->type, *suffix = s->suffix;

	put_asked(sb, suffix);
	kcl__sb_printf(sb, "#ifdef SCALEF\n"
	               "static inline %s scaled_full(const %s p)\n{\n"
	               "	const %s s = (%s)(%s);\n"
	               "	const %s t = (%s)(%s);\n", type, type,
	               type, type, s->low, type, type, s->high);
	kcl__sb_printf(sb, "	const %s d = __builtin_ia32_reduce%s512_mask("
	               "p, 0x%x, p, -1, 4);\n", type, suffix, s->parts);
	kcl__sb_printf(sb, "	const %s r = __builtin_ia32_vpermi2var%s512("
	               "s, as_%s(__builtin_ia32_add%s512(p, (%s)(%s), 9)), t);"
	               "\n", type, suffix, s->bits, suffix, type, s->magic);
	kcl__sb_printf(sb, "	%s q = %s;\n", type, s->q[0]);
	for (int k = 1; s->q[k]; k++)
		kcl__sb_printf(sb, "	q = fma(q, d, (%s)(%s));\n", type,
		               s->q[k]);
	kcl__sb_printf(sb, "	q = fma(q, d * r, r);\n	return "
	               "__builtin_ia32_scalef%s512_mask(q, p, q, -1, 4);\n}\n",
	               suffix);
	put_fitted(sb, type, s->lanes, lanes);
	kcl__sb_puts(sb, "#endif\n");
}

void kcl__put_lookup(struct kcl__emitter *e)
{
	put_scaled(e->sb, &scales[e->plan->bits == 64], e->plan->lanes);
	put_eighths(e);
}
