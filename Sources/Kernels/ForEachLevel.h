// Compiles one body for every instruction set. A source file defines KERNELS_BODY as the header with the functions, each
// named LEVEL(name) and static, and includes this file; then it has name_portable, name_avx2 and name_avx512, and
// KERNELS_CHOOSE(name) is the one for the level in use. Where KERNELS_BODY needs intrinsics it asks KERNELS_THIS_LEVEL.

#include "Kernels.h"
#include "Lanes.h"

#define LEVEL(name) name##_portable
#define KERNELS_THIS_LEVEL 0
#include KERNELS_BODY
#undef LEVEL
#undef KERNELS_THIS_LEVEL

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LEVEL(name) name##_avx2
#define KERNELS_THIS_LEVEL 1
#include KERNELS_BODY
#undef LEVEL
#undef KERNELS_THIS_LEVEL
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#define LEVEL(name) name##_avx512
#define KERNELS_THIS_LEVEL 2
#include KERNELS_BODY
#undef LEVEL
#undef KERNELS_THIS_LEVEL
#pragma clang attribute pop

#define KERNELS_CHOOSE(name) \
  (kernels_level() == KERNELS_AVX512 ? name##_avx512 : kernels_level() == KERNELS_AVX2 ? name##_avx2 : name##_portable)

#else

#define KERNELS_CHOOSE(name) name##_portable

#endif
