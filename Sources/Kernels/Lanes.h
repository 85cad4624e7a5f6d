#ifndef HRMBOT_LANES_H
#define HRMBOT_LANES_H

// Sixteen numbers side by side, whatever the processor's registers hold: the compiler splits them.

#include <stdint.h>
#include <string.h>

typedef float Lanes __attribute__((vector_size(64)));
typedef uint32_t LanesU32 __attribute__((vector_size(64)));
typedef int32_t LanesI32 __attribute__((vector_size(64)));

#define KERNELS_INLINE static inline __attribute__((always_inline, unused))

// Vectors never cross a real call, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#endif
