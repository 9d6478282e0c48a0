/* Layers, for any processor: short vectors, and emulated multiply-adds where it lacks them. */
#include "dense_tests.h"
