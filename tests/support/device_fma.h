/* runtime/device/fma.c under names of its own, beside the C library's fma and fmaf. */
#ifndef DEVICE_FMA_H
#define DEVICE_FMA_H

#include <math.h>

#define fma  device_fma
#define fmaf device_fmaf
double fma(double a, double b, double c);
float fmaf(float a, float b, float c);
#include "device/fma.c" /* NOLINT(bugprone-suspicious-include) */
#undef fma
#undef fmaf

#endif
