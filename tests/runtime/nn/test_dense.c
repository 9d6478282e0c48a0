/* Layers, for any processor: short vectors, and multiply-adds put together where it has none. */
#include "dense_tests.h"
