#define LOOPC_KIND LOOPC_KIND_SHARDS_UPDATE
#include "nn/product_loops.h"

void loopc_multiply_shards_update(const struct loopc_product *p)
{
    loopc_multiply(p);
}
