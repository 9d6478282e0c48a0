#define LOOPC_KIND LOOPC_KIND_BACKWARD
#include "nn/product_loops.h"

void loopc_multiply_backward(const struct loopc_product *p)
{
    loopc_multiply(p);
}
