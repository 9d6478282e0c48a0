/* Times by owner. Part of profile. */
#ifndef LOOPC_PROFILE_OWNERS_H
#define LOOPC_PROFILE_OWNERS_H

#include "run/program.h"
#include "base/timing.h"

#include <stdio.h>

/* Prints the table of owners, in programs with callbacks: the time of all bodies of each
 * callback and each loop, longest first. timings: one for each trace point; whole: ns of the
 * run. */
void loopc_profile_print_owners(const struct loopc_program *program,
                                const struct loopc_timing *timings, double whole, FILE *out);

#endif
