#define LOOPC_KIND LOOPC_KIND_SHARDS
#include "nn/product_loops.h"

void loopc_multiply_shards(const struct loopc_product *p)
{
    loopc_multiply(p);
}
