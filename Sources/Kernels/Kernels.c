#include "Kernels.h"

#include <math.h>

// What the wider activations may reach: 14 bits, or less where a sum of `inputs` products would leave int32.
static float kernels_activation_levels(int32_t inputs) {
  const int32_t room = INT32_MAX / 127 / (inputs > 0 ? inputs : 1);
  return (float)(room < 8191 ? room : 8191);
}

#define KERNELS_BODY "KernelsBody.h"
#include "ForEachLevel.h"

size_t kernels_quantised_stride(KernelsFormat format, int32_t inputs) {
  if (format < KERNELS_INT8_ACTIVATION7) return 0;
  // Whole cache lines, so that rows are aligned.
  const size_t bytes = (size_t)kernels_padded(inputs) * (format == KERNELS_INT8_ACTIVATION16 ? 2 : 1);
  return (bytes + 63) & ~(size_t)63;
}

void kernels_quantise(
    KernelsFormat format, const float *x, ptrdiff_t stride, int32_t inputs, int32_t rows, void *out, float *scales) {
  KERNELS_CHOOSE(quantise)(format, x, stride, inputs, rows, out, scales);
}

void kernels_multiply(
    const KernelsMatrix *matrix, const KernelsActivations *x, int32_t rows, int32_t first_panel, int32_t end_panel,
    KernelsEpilogue epilogue, float *y, ptrdiff_t y_stride) {
  KERNELS_CHOOSE(multiply)(matrix, x, rows, first_panel, end_panel, epilogue, y, y_stride);
}

void kernels_normalise(float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps) {
  KERNELS_CHOOSE(normalise)(x, stride, width, rows, eps);
}

void kernels_add(
    const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, float *out, ptrdiff_t out_stride,
    int32_t width, int32_t rows) {
  KERNELS_CHOOSE(add)(a, a_stride, b, b_stride, out, out_stride, width, rows);
}

void kernels_replace(
    float *old, ptrdiff_t old_stride, const float *new_rows, ptrdiff_t new_stride, int32_t width, int32_t rows,
    float *changes, float *sizes) {
  KERNELS_CHOOSE(replace)(old, old_stride, new_rows, new_stride, width, rows, changes, sizes);
}

void kernels_attend(
    float *q, float *k, const float *v, ptrdiff_t stride, int32_t positions, int32_t queries, int32_t head_width,
    const float *cosines, const float *sines, float *scratch, float *out, ptrdiff_t out_stride) {
  KERNELS_CHOOSE(attend)
  (q, k, v, stride, positions, queries, head_width, cosines, sines, scratch, out, out_stride);
}

size_t kernels_attention_scratch(int32_t positions, int32_t head_width) {
  const size_t columns = (size_t)kernels_padded(positions), width = (size_t)kernels_padded(head_width);
  const size_t count = (size_t)positions;
  return columns * (size_t)head_width + count * width + count * columns + count * width;
}
