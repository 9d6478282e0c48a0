#include "nn/scalar.h"

#include "nn/elementary.h"

float loopc_expf(float x)
{
    return loopc_vexp(loopc_broadcast(x))[0];
}

float loopc_logf(float x)
{
    return loopc_vlog(loopc_broadcast(x))[0];
}

float loopc_tanhf(float x)
{
    return loopc_vtanh(loopc_broadcast(x))[0];
}
