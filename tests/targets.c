/* targets.c - writes kernels for GPUs that are not here
 * SPDX-License-Identifier: MIT
 *
 * usage: targets FOLDER
 *
 * Into FOLDER/cuda, FOLDER/amd32, FOLDER/amd64, FOLDER/intel and
 * FOLDER/portable go the texts of a fixed set of kernels: in CUDA C, in OpenCL
 * C for AMD's GPUs with waves of so many and for Intel's, and in CUDA C with
 * the same bits everywhere.
 * targets.py has them compiled, and reads what the compilers made of them.  */
#include "build.h"
#include "emit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct form {
	const char *folder;
	int cuda, portable;
	int narrow, wave, local;        /* facts of such devices */
} forms[] = {
	{ "cuda", 1, 0, 0, 0, 49152 }, { "amd32", 0, 0, 0, 32, 65536 },
	{ "amd64", 0, 0, 0, 64, 65536 }, { "intel", 0, 0, 8, 0, 65536 },
	{ "portable", 1, 1, 0, 0, 49152 }
};

/* D stands for a dimension.  */
static const struct family { const char *name, *text, *vars; } families[] = {
	{ "gauss", "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(D) y=Vj(D) b=Vj(1) s=Pm(1)" },
	{ "gauss1", "Sum_Reduction(Exp(-SqDist(x,y))*b,0)",
	  "x=Vi(D) y=Vj(D) b=Vj(1)" },
	{ "gauss100", "Sum_Reduction(Exp(-s*SqDist(x,y))*b,0)",
	  "x=Vi(D) y=Vj(D) b=Vj(100) s=Pm(1)" },
	{ "laplace", "Sum_Reduction(Exp(-s*Norm2(x-y))*b,0)",
	  "x=Vi(D) y=Vj(D) b=Vj(1) s=Pm(1)" },
	{ "cauchy", "Sum_Reduction(CauchyKernel(s,x,y,b),0)",
	  "x=Vi(D) y=Vj(D) b=Vj(1) s=Pm(1)" },
	{ "matern52", "Sum_Reduction(Matern52Kernel(s,x,y,b),0)",
	  "x=Vi(D) y=Vj(D) b=Vj(1) s=Pm(1)" },
	{ "logsumexp", "LogSumExp_Reduction(-SqDist(x,y),0)",
	  "x=Vi(D) y=Vj(D)" },
	{ "attention", "SumSoftMaxWeight_Reduction((x|y),0,b)",
	  "x=Vi(D) y=Vj(D) b=Vj(D)" },
	{ "argmin", "ArgMin_Reduction(SqDist(x,y),0)", "x=Vi(D) y=Vj(D)" },
	{ "argkmin", "ArgKMin_Reduction(SqDist(x,y),10,0)",
	  "x=Vi(D) y=Vj(D)" },
};

/* Of FAMILY: float32 or float64, the dimensions, how many times the gradient in
 * x is taken.  */
static const struct kernel { const char *family; int bits, dim, order; }
kernels[] = {
	{ "gauss", 32, 1, 0 }, { "gauss", 32, 3, 0 }, { "gauss", 32, 3, 1 },
	{ "gauss", 32, 3, 2 }, { "gauss", 32, 10, 0 }, { "gauss", 32, 10, 1 },
	{ "gauss", 32, 64, 0 }, { "gauss", 32, 64, 1 },
	{ "gauss", 32, 256, 0 }, { "gauss", 32, 1000, 0 },
	{ "gauss", 64, 256, 0 }, { "gauss", 64, 3, 0 }, { "gauss", 64, 3, 1 },
	{ "gauss", 64, 64, 0 },
	{ "gauss1", 32, 1, 0 }, { "gauss1", 32, 3, 0 },
	{ "gauss1", 32, 3, 1 }, { "gauss1", 32, 10, 0 },
	{ "gauss1", 32, 64, 0 },
	{ "gauss100", 32, 3, 0 },
	{ "laplace", 32, 3, 0 }, { "laplace", 32, 3, 1 },
	{ "laplace", 32, 64, 0 }, { "laplace", 64, 3, 0 },
	{ "cauchy", 32, 3, 0 }, { "cauchy", 32, 3, 1 },
	{ "matern52", 32, 3, 0 }, { "matern52", 32, 3, 1 },
	{ "logsumexp", 32, 3, 0 }, { "logsumexp", 32, 3, 1 },
	{ "logsumexp", 32, 10, 0 }, { "logsumexp", 32, 64, 0 },
	{ "logsumexp", 32, 64, 1 }, { "logsumexp", 64, 3, 0 },
	{ "attention", 32, 3, 0 }, { "attention", 32, 3, 1 },
	{ "attention", 32, 10, 0 }, { "attention", 32, 64, 0 },
	{ "attention", 64, 3, 0 },
	{ "argmin", 32, 3, 0 }, { "argmin", 32, 10, 0 },
	{ "argmin", 32, 64, 0 }, { "argmin", 32, 256, 0 },
	{ "argmin", 64, 3, 0 },
	{ "argkmin", 32, 3, 0 }, { "argkmin", 32, 10, 0 },
	{ "argkmin", 32, 64, 0 }, { "argkmin", 64, 3, 0 },
};

static const struct family *family(const struct kernel *k)
{
	const struct family *f = families;

	while (strcmp(f->name, k->family))
		f++;
	return f;
}

/* TEXT with its Ds filled in.  */
static void fill(const char *text, int dim, char *filled)
{
	for (; *text; text++)
		filled += text[0] == 'D' && (text[1] == ')')
			? sprintf(filled, "%d", dim)
			: sprintf(filled, "%c", *text);
}

static kcl_status parse(const struct kernel *k, kcl_formula **formula)
{
	const struct family *f = family(k);
	char vars[200] = "", *list[8];
	size_t count = 0;
	kcl_status status;

	fill(f->vars, k->dim, vars);
	for (char *v = strtok(vars, " "); v; v = strtok(NULL, " "))
		list[count++] = v;
	status = kcl_formula_parse(f->text, count,
	                           (const char *const *)list, formula);
	for (int n = 0; !status && n < k->order; n++) {
		kcl_formula *before = *formula;

		status = kcl_formula_grad(before, "x", formula);
		kcl_formula_free(before);
	}
	return status;
}

/* Writes the last pass, which has the pairs of what was asked for.  */
static int emit(const kcl_formula *f, const struct kernel *k,
                const struct form *form, FILE *file)
{
	const struct kcl__dialect *dialect = form->cuda ? &kcl__cuda_c
		: &kcl__opencl_c;
	const struct kcl__target target = {
		.gpu = 1, .lanes32 = 1, .lanes64 = 1, .fma = 1,
		.scalar = form->cuda, .portable = form->portable,
		.local_memory = form->local, .max_group = 1024,
		.narrow = form->narrow, .wave = form->wave
	};
	const struct kcl__pass *pass = &f->pass[f->passes - 1];
	struct kcl__plan plan;
	char *source;
	int failed;

	kcl__plan_make(pass, &target, k->bits, &plan);
	source = kcl__emit(pass, &plan, dialect, NULL);
	failed = !source || fprintf(file, "/* compiled with \"%s\" */\n%s",
	                            kcl__options(pass, &plan, dialect),
	                            source) < 0;
	free(source);
	return failed;
}

static int write_kernel(const struct kernel *k, const struct form *form,
                        const char *folder)
{
	kcl_formula *f;
	char path[4096];
	FILE *file = NULL;
	int failed = 1;

	snprintf(path, sizeof path, "%s/%s/%s-%d-%d-float%d.%s", folder,
	         form->folder, k->family, k->dim, k->order, k->bits,
	         form->cuda ? "cu" : "cl");
	if (!parse(k, &f)) {
		file = fopen(path, "w");
		failed = !file || emit(f, k, form, file);
		kcl_formula_free(f);
	}
	failed |= file && fclose(file);
	if (failed)
		fprintf(stderr, "%s is not written: %s\n", path,
		        kcl_message());
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: targets FOLDER\n");
		return 2;
	}
	for (size_t n = 0; n < sizeof forms / sizeof *forms; n++)
		for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
			failed |= write_kernel(&kernels[k], &forms[n],
			                       argv[1]);
	return failed;
}
