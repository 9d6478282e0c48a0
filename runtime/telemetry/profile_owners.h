/* Times by owner. Part of profile. */
#ifndef LOOPC_PROFILE_OWNERS_H
#define LOOPC_PROFILE_OWNERS_H

#include "run/program.h"
#include "base/timing.h"

#include <stdio.h>

/* A second table, in programs that have callbacks: what the bodies of each callback and each loop
 * took together, at all events; the longest first. timings: one a place; whole: ns of the run. */
void loopc_profile_print_owners(const struct loopc_program *program,
                                const struct loopc_timing *timings, double whole, FILE *out);

#endif
