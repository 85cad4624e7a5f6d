#include "Peak.h"

#define KERNELS_BODY "PeakBody.h"
#include "ForEachLevel.h"

int64_t kernels_peak_run(KernelsPeak peak, int64_t rounds, float *sink) {
  return KERNELS_CHOOSE(peak_run)(peak, rounds, sink);
}

uint32_t kernels_peak_read(const void *data, size_t bytes) { return KERNELS_CHOOSE(peak_read)(data, bytes); }
