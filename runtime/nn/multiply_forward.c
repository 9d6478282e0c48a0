#define LOOPC_KIND LOOPC_KIND_FORWARD
#include "nn/product_loops.h"

void loopc_multiply_forward(const struct loopc_product *p)
{
    loopc_multiply(p);
}
