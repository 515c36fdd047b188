/* half.h - float16, IEEE 754's binary16, to float32 and back
 * SPDX-License-Identifier: MIT
 *
 * On bits, so that no compiler has to know the type and no mode of the
 * processor matters: a sign, 5 bits of exponent and 10 of fraction in place of
 * 8 and 23.  The exponent 1 means 2^-14 here and 2^-126 there. */
#ifndef KCL_HALF_H
#define KCL_HALF_H

#include <stdint.h>
#include <string.h>

/* The float32 equal to the float16 HALF; NaNs stay what they are.  */
static inline float kcl__from_half(uint16_t half)
{
	uint32_t bits = (uint32_t)(half & 0x7fff) << 13, exponent = 112;
	float value;

	if (half & 0x7c00) {
		bits += (bits < 0x0f800000 ? exponent : 2 * exponent) << 23;
	} else if (bits) {                      /* subnormal: a leading 1 */
		for (; !(bits & 0x00800000); exponent--)
			bits <<= 1;
		bits += exponent << 23;
	}
	bits |= (uint32_t)(half & 0x8000) << 16;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* The float16 next to VALUE, of two the even one: infinity from 65520 on.  Of
 * a NaN's payload the first bits stay, and it is quiet.  */
static inline uint16_t kcl__to_half(float value)
{
	uint32_t bits, sign, exponent, lost = 13;

	memcpy(&bits, &value, sizeof bits);
	sign = bits >> 16 & 0x8000;
	bits &= 0x7fffffff;
	exponent = bits >> 23;
	if (bits > 0x7f800000)
		return (uint16_t)(sign | 0x7e00 | (bits >> 13 & 0x1ff));
	if (exponent > 142)
		return (uint16_t)(sign | 0x7c00);
	if (exponent > 112) {
		bits -= 112u << 23;
	} else {                                /* in units of 2^-24 */
		bits = (bits & 0x007fffff) | 0x00800000;
		lost = exponent > 101 ? 126 - exponent : 25;
	}
	bits += (1u << (lost - 1)) - 1 + (bits >> lost & 1);
	return (uint16_t)(sign | bits >> lost);
}

#endif
