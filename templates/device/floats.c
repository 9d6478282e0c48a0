/* Sums and products of floats by the trainer's fused multiply-add, which it has anyway: those of
 * gcc's library for RISC-V are 2 KB longer, and no faster. -0 is what a sum does not change.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

float __addsf3(float a, float b);
float __subsf3(float a, float b);
float __mulsf3(float a, float b);

float __addsf3(float a, float b)
{
    float one = 1.0f;
    __asm__("" : "+r"(one)); /* a multiplication by 1 would be this function again */
    return fmaf(a, one, b);
}

float __subsf3(float a, float b)
{
    uint32_t bits;
    memcpy(&bits, &b, sizeof bits);
    bits ^= UINT32_C(1) << 31;
    memcpy(&b, &bits, sizeof b);
    return __addsf3(a, b);
}

float __mulsf3(float a, float b)
{
    float nothing = -0.0f;
    __asm__("" : "+r"(nothing));
    return fmaf(a, b, nothing);
}
