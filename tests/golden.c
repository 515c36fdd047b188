/* golden.c - kernels whose texts are kept, for a device that stays the same
 * SPDX-License-Identifier: MIT */
#include "golden.h"
#include "build.h"
#include "emit.h"
#include <stdlib.h>
#include <string.h>

/* Variables are apart by spaces; `pass` is the pass that is kept.  "parts" has
 * a kernel of parts; see form_of for others.  */
static const struct {
	const char *name, *text, *vars;
	int bits;
	size_t pass;
} formulas[] = {
	{ "gauss", "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1)", 32, 0 },
	{ "gauss64", "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(2) s=Pm(1)", 64, 0 },
	{ "gradient", "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  "x=Vi(3) y=Vj(3) b=Vj(1) e=Vi(1)", 32, 0 },
	{ "joined", "Sum_Reduction(Exp(-SqDist(x,y))*b,0), "
	  "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e), "
	  "ArgMin_Reduction(SqDist(x,y),0)",
	  "x=Vi(3) y=Vj(3) b=Vj(1) e=Vi(1)", 32, 0 },
	{ "kahan", "Sum_Reduction(Sin(x-y)*b,0), LogSumExp_Reduction(s*b,0)",
	  "x=Vi(2) y=Vj(2) b=Vj(1) s=Pm(1)", 32, 0 },
	{ "float64", "Sum_Reduction(Exp(x-y)*b,0), LogSumExp_Reduction(s*b,0)",
	  "x=Vi(2) y=Vj(2) b=Vj(1) s=Pm(1)", 32, 0 },
	{ "sum_over_i", "Sum_Reduction(Sin(x-y)*b,1)",
	  "x=Vi(2) y=Vj(2) b=Vi(1)", 32, 0 },
	{ "sum_over_both", "Sum_Reduction(Norm2(x-y),2)", "x=Vi(2) y=Vj(2)",
	  32, 1 },
	{ "hoisted", "Sum_Reduction(Normalize(x)*Sqrt(Abs(p))*Cos(y)*y,0)",
	  "x=Vi(2) y=Vj(1) p=Pm(1)", 32, 0 },
	{ "wide", "Sum_Reduction(Exp(-SqDist(x,y))*(x|b),0)",
	  "x=Vi(100) y=Vj(100) b=Vj(100)", 32, 0 },
	{ "chunks", "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(202) y=Vj(202) b=Vj(1)", 32, 0 },
	{ "strips", "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(100) s=Pm(1)", 32, 0 },
	{ "beside", "Sum_Reduction(Exp(2*(x|y)-SqNorm2(x)-SqNorm2(y))*b,0)",
	  "x=Vi(20) y=Vj(20) b=Vj(1)", 32, 0 },
	{ "outer", "Grad(Sum_Reduction(Exp(-SqDist(x,y))*b,0),x,e)",
	  "x=Vi(20) y=Vj(20) b=Vj(1) e=Vi(1)", 32, 0 },
	{ "arrays", "Sum_Reduction([MatVecMult(A,y),Elem(y,1)*ArgMax(A)],0)",
	  "A=Vi(6) y=Vj(3)", 32, 0 },
	{ "logsumexp", "LogSumExp_Reduction(-s*SqDist(x,y),0,b)",
	  "x=Vi(2) y=Vj(2) b=Vj(1) s=Pm(1)", 32, 0 },
	{ "softmax", "SumSoftMaxWeight_Reduction((x|y),0,b)",
	  "x=Vi(2) y=Vj(2) b=Vj(3)", 64, 0 },
	{ "argmin", "ArgMin_Reduction(SqDist(x,y),0)", "x=Vi(3) y=Vj(3)",
	  32, 0 },
	{ "max_argmax", "Max_ArgMax_Reduction(x*y,0)", "x=Vi(2) y=Vj(2)",
	  32, 0 },
	{ "kmin", "KMin_ArgKMin_Reduction(SqDist(x,y),5,0)",
	  "x=Vi(3) y=Vj(3)", 64, 0 },
	{ "digits", "Grad(KMin_Reduction(SqDist(x,y),2,0),y,e)",
	  "x=Vi(3) y=Vj(3) e=Vi(2)", 32, 0 },
	{ "index", "Sum_Reduction((Index_i()>=Index_j(0))*(Index_j()+y),0)",
	  "y=Vj(2)", 32, 0 },
	{ "series", "Sum_Reduction(SinXDivX(x-y)+Pow(y,3)+Round(x,2),0)",
	  "x=Vi(1) y=Vj(1)", 32, 0 },
	{ "parts", "Min_ArgMin_Reduction(s*SqDist(x,y)+Index_i(0),0)",
	  "x=Vi(3) y=Vj(3) s=Pm(1)", 32, 0 },
	{ "split", "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(3) y=Vj(3) b=Vj(1)", 32, 0 },
	{ "lanes", "Max_SumShiftExpWeight_Reduction(Sin(y)*(x|b),0,"
	  "y+Index_j())", "x=Vi(3) y=Vj(1) b=Vj(3)", 32, 0 },
	{ "merge", "Min_ArgMin_Reduction(SqDist(x,y),0)", "x=Vi(3) y=Vj(3)",
	  64, 0 },
};

static const char *const forms[GOLDEN_FORMS] = { "cpu.cl", "gpu.cl", "cu" };

int golden_get(int k, struct golden *golden)
{
	if (k >= GOLDEN_FORMS * (int)(sizeof formulas / sizeof *formulas))
		return 0;
	golden->name = formulas[k / GOLDEN_FORMS].name;
	golden->form = forms[k % GOLDEN_FORMS];
	return 1;
}

/* Formula number ROW of the list; two have their names from their sums.  */
static kcl_status parse(int row, kcl_formula **formula)
{
	char copy[200];
	const char *list[8];
	size_t count = 0;
	int is_kahan = strcmp(formulas[row].name, "kahan") == 0;
	kcl_formula *read;
	kcl_status status;

	strcpy(copy, formulas[row].vars);
	for (char *v = strtok(copy, " "); v; v = strtok(NULL, " "))
		list[count++] = v;
	status = kcl_formula_parse(formulas[row].text, count, list, formula);
	if (status || !(is_kahan || strcmp(formulas[row].name, "float64") == 0))
		return status;
	read = *formula;
	status = kcl_formula_summed(read, is_kahan ? KCL_SUMS_KAHAN
	                            : KCL_SUMS_BLOCKS, is_kahan ? 0 : 64,
	                            formula);
	kcl_formula_free(read);
	return status;
}

/* The form of kernel for what has that name.  */
static int form_of(const char *name)
{
	return strcmp(name, "parts") == 0 ? KCL__PARTS
		: strcmp(name, "split") == 0 ? KCL__SPLIT
		: strcmp(name, "lanes") == 0 ? KCL__LANES + 1
		: strcmp(name, "merge") == 0 ? KCL__MERGE : KCL__PLAIN;
}

static char *emit(const struct kcl__pass *pass, int device, int bits,
                  int form)
{
	const struct kcl__target target = {
		.gpu = device > 0, .lanes32 = 8, .lanes64 = 8, .fma = 1,
		.scalar = device == 2,
		.local_memory = 32768, .max_group = 1024
	};
	struct kcl__plan plan;

	kcl__plan_make(pass, &target, bits, &plan);
	kcl__plan_set_form(pass, &target, form, &plan);
	return kcl__emit(pass, &plan, device == 2 ? &kcl__cuda_c
	                 : &kcl__opencl_c, NULL);
}

char *golden_source(int k)
{
	int row = k / GOLDEN_FORMS;
	char *source;
	kcl_formula *f;

	if (parse(row, &f))
		return NULL;
	source = emit(&f->pass[formulas[row].pass], k % GOLDEN_FORMS,
	              formulas[row].bits,
	              form_of(formulas[row].name));
	kcl_formula_free(f);
	return source;
}
