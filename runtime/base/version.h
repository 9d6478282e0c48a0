/* The version of the generator, the runtime and the programs; the Makefile reads it here. */
#ifndef LOOPC_VERSION_H
#define LOOPC_VERSION_H

#define LOOPC_VERSION "0.1.0"

#endif
