#ifndef HRMBOT_PEAK_H
#define HRMBOT_PEAK_H

#include <stddef.h>
#include <stdint.h>

// What this processor can do at best, with the instructions that the kernels of the level in use are made of: the scale
// for what they reach.

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  /// Products of fp32: FLOAT32 and BFLOAT16.
  KERNELS_PEAK_FLOAT32 = 0,
  /// Products of 8-bit weights with 7-bit activations.
  KERNELS_PEAK_INT8_ACTIVATION7 = 1,
  /// Products of 8-bit weights with 16-bit activations.
  KERNELS_PEAK_INT8_ACTIVATION16 = 2,
} KernelsPeak;

/// Multiplies and adds in registers alone, `rounds` times; returns the number of operations (a product and its sum are
/// two) and adds a number made of all results to `sink`, so that none can be left out.
int64_t kernels_peak_run(KernelsPeak peak, int64_t rounds, float *sink);

/// Reads `bytes` bytes (a multiple of 256, 64-byte aligned) once, in order; returns a sum of all.
uint32_t kernels_peak_read(const void *data, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
