#include "Kernels.h"

#include <math.h>

// Outputs of a gradient's tile, rounded up to whole blocks of every level.
static inline int32_t kernels_gradient_rows(int32_t outputs) { return (outputs + 11) / 12 * 12; }

// Numbers from one block of `block_outputs` outputs of a gradient's tile to the next. The gap keeps blocks of many rows
// from falling on the same lines of the first-level cache.
static inline ptrdiff_t kernels_gradient_block(int32_t rows, int32_t block_outputs) {
  return ((ptrdiff_t)rows * block_outputs + 2 * KERNELS_LANES - 1) / KERNELS_LANES * KERNELS_LANES;
}

#define KERNELS_BODY "TrainingBody.h"
#include "ForEachLevel.h"

void kernels_train_pack_rows(
    const float *w, ptrdiff_t stride, int32_t panel_rows, int32_t columns, float *panel) {
  // Sixteen columns at a time: a cache line of every row is read once.
  for (int32_t block = 0; block < columns; block += KERNELS_LANES) {
    const int32_t end = block + KERNELS_LANES < columns ? block + KERNELS_LANES : columns;
    for (int32_t row = 0; row < KERNELS_LANES; row++) {
      for (int32_t column = block; column < end; column++) {
        panel[(ptrdiff_t)column * KERNELS_LANES + row] = row < panel_rows ? w[row * stride + column] : 0;
      }
    }
  }
}

void kernels_train_pack_columns(
    const float *w, ptrdiff_t stride, int32_t rows, int32_t panel_columns, float *panel) {
  for (int32_t row = 0; row < rows; row++, w += stride, panel += KERNELS_LANES) {
    if (panel_columns == KERNELS_LANES) {
      memcpy(panel, w, KERNELS_LANES * sizeof *panel);
    } else {
      for (int32_t column = 0; column < KERNELS_LANES; column++) panel[column] = column < panel_columns ? w[column] : 0;
    }
  }
}

void kernels_train_multiply(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panels, const float *base,
    float *y, ptrdiff_t y_stride, int32_t rows) {
  KERNELS_CHOOSE(train_multiply)(x, x_stride, packed, inputs, panels, base, y, y_stride, rows);
}

void kernels_train_multiply_gate(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panel_pairs, float *gated,
    ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t rows) {
  KERNELS_CHOOSE(train_multiply_gate)
  (x, x_stride, packed, inputs, panel_pairs, gated, gated_stride, gate_up, gate_up_stride, up_offset, rows);
}

static int32_t tree_depth(int32_t rows, int32_t chunk_rows) {
  int32_t depth = 1;
  for (int32_t chunks = (rows + chunk_rows - 1) / chunk_rows; chunks > 1; chunks = (chunks + 1) / 2) depth++;
  return depth;
}

size_t kernels_train_gradient_scratch(int32_t rows, int32_t chunk_rows, int32_t outputs) {
  const size_t padded = (size_t)kernels_gradient_rows(outputs);
  return 2 * KERNELS_LANES * ((size_t)chunk_rows + padded * (size_t)tree_depth(rows, chunk_rows)) +
         padded / 2 * (size_t)kernels_gradient_block(rows, 2);
}

void kernels_train_weight_gradient(
    const float *dy, ptrdiff_t dy_stride, const float *x, ptrdiff_t x_stride, int32_t rows, int32_t chunk_rows,
    int32_t first, int32_t end, int32_t inputs, float *scratch, float *gradient) {
  KERNELS_CHOOSE(train_weight_gradient)
  (dy, dy_stride, x, x_stride, rows, chunk_rows, first, end, inputs, scratch, gradient);
}

void kernels_train_add(const float *a, const float *b, float *out, size_t count) {
  KERNELS_CHOOSE(train_add)(a, b, out, count);
}

void kernels_train_normalise(float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps, float *inverse) {
  KERNELS_CHOOSE(train_normalise)(x, stride, width, rows, eps, inverse);
}

void kernels_train_normalise_backward(
    const float *dy, ptrdiff_t dy_stride, const float *y, ptrdiff_t y_stride, const float *inverse, int32_t width,
    int32_t rows, float *dx, ptrdiff_t dx_stride) {
  KERNELS_CHOOSE(train_normalise_backward)(dy, dy_stride, y, y_stride, inverse, width, rows, dx, dx_stride);
}

void kernels_train_gate_backward(
    float *gated, ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t width,
    int32_t rows) {
  KERNELS_CHOOSE(train_gate_backward)(gated, gated_stride, gate_up, gate_up_stride, up_offset, width, rows);
}

void kernels_train_attend(
    const KernelsHeads *heads, float *q, int32_t queries, float *probabilities, float *scratch, float *out) {
  KERNELS_CHOOSE(train_attend)(heads, q, queries, probabilities, scratch, out);
}

void kernels_train_attend_backward(
    const KernelsHeads *heads, float *q, int32_t queries, const float *probabilities, const float *d_out,
    float *scratch) {
  KERNELS_CHOOSE(train_attend_backward)(heads, q, queries, probabilities, d_out, scratch);
}

size_t kernels_train_attention_scratch(int32_t positions, int32_t head_width) {
  const size_t columns = (size_t)kernels_padded(positions), padded = (size_t)kernels_padded(head_width);
  const size_t count = (size_t)positions;
  return columns * (size_t)head_width + count * columns + 4 * count * padded;
}

void kernels_train_adam_atan2(
    const KernelsAdam *adam, float *w, const float *g, float *m, float *v, size_t count) {
  KERNELS_CHOOSE(train_adam_atan2)(adam, w, g, m, v, count);
}

void kernels_train_adam_w(const KernelsAdam *adam, float *w, const float *g, float *m, float *v, size_t count) {
  KERNELS_CHOOSE(train_adam_w)(adam, w, g, m, v, count);
}

void kernels_train_atan2(const float *y, const float *x, float *out, size_t count) {
  KERNELS_CHOOSE(train_atan2)(y, x, out, count);
}

double kernels_train_sum_squares(const float *x, size_t count) {
  return KERNELS_CHOOSE(train_sum_squares)(x, count);
}
