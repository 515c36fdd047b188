/* pause.h - work that is asked now and then whether it is to go on
 * SPDX-License-Identifier: MIT */
#ifndef KCL_PAUSE_H
#define KCL_PAUSE_H

#include "keopscl.h"

/* What ASK returns but KCL_OK ends the work, which returns it too.  */
struct kcl__pause {
	kcl_status (*ask)(void *self);
	void *self;
};

#endif
