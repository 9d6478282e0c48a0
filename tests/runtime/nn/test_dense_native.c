/* Layers, for the processor of this machine, with its vectors and tiles. */
#include "dense_tests.h"
