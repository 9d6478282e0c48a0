/* Kernels by generation of processors. The library holds those of x86-64 three times, compiled for
 * any x86-64, for AVX2 and for AVX-512; a caller gets that of the processor that it is
 * compiled for, by its name in the object file, and no other is linked. Their results are the same
 * bit for bit. On other processors there is one of each.
 */
#ifndef LOOPC_CPU_H
#define LOOPC_CPU_H

#if defined __AVX512F__ && defined __AVX512BW__ && defined __AVX512CD__ && defined __AVX512DQ__ && \
    defined __AVX512VL__ && defined __AVX2__ && defined __FMA__
#define LOOPC_CPU "_v4"
#elif defined __AVX2__ && defined __FMA__
#define LOOPC_CPU "_v3"
#else
#define LOOPC_CPU ""
#endif

/* Behind the declaration of a function: its name in the object file. */
#define LOOPC_KERNEL(name)   __asm__(LOOPC_TEXT_OF(__USER_LABEL_PREFIX__) #name LOOPC_CPU)
#define LOOPC_TEXT_OF(word)  LOOPC_TEXT_OF_(word)
#define LOOPC_TEXT_OF_(word) #word

#endif
