#ifndef HRMBOT_KERNELS_TRAINING_H
#define HRMBOT_KERNELS_TRAINING_H

#include <stddef.h>
#include <stdint.h>

// Arithmetic of a training step, forward and backward, in fp32.
//
// A row of a result depends on its own inputs alone, never on how many rows a call has: rows may be shared among threads
// as one likes. Sums over rows (gradients of weights) go by chunks of a fixed number of rows; the sums of the chunks are
// added in pairs, in a tree whose shape depends on the number of chunks alone.
//
// Matrices of activations are row-major with padded rows, as in Kernels.h. Strides are in floats.

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Weights in panels

/// Panels of a product x Wᵀ: panel i holds `panel_rows` (1...16) rows of W, `[columns][16]`, zeros beyond. `w` is its
/// first row; rows lie `stride` apart.
void kernels_train_pack_rows(
    const float *w, ptrdiff_t stride, int32_t panel_rows, int32_t columns, float *panel);

/// Panel of a product x W: columns first ..< first + panel_columns (1...16) of `rows` rows of W, `[rows][16]`.
void kernels_train_pack_columns(
    const float *w, ptrdiff_t stride, int32_t rows, int32_t panel_columns, float *panel);

// MARK: Products

/// y = base + x P for `rows` rows, where P has `panels` panels of `inputs` x 16; without `base` y = x P. `base` may be
/// `y`; it has the stride of `y`.
void kernels_train_multiply(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panels, const float *base,
    float *y, ptrdiff_t y_stride, int32_t rows);

/// Panels 2i and 2i + 1 give 16 gate and 16 up outputs; gated[16 i ...] = silu(gate) · up. With `gate_up`, gate is kept
/// in its columns 16 i ... and up in columns `up_offset` + 16 i ....
void kernels_train_multiply_gate(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panel_pairs, float *gated,
    ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t rows);

/// Rows first ..< end of gradient = Σ over `rows` rows of dyᵀ x, chunk by chunk: gradient[o][i] = Σ dy[row][o] x[row][i],
/// i < inputs. `gradient` is [outputs, inputs] without padding; rows of `dy` and `x` are padded.
/// `scratch` has room for `kernels_train_gradient_scratch` floats.
void kernels_train_weight_gradient(
    const float *dy, ptrdiff_t dy_stride, const float *x, ptrdiff_t x_stride, int32_t rows, int32_t chunk_rows,
    int32_t first, int32_t end, int32_t inputs, float *scratch, float *gradient);

/// Floats of scratch for a range of at most `outputs` outputs.
size_t kernels_train_gradient_scratch(int32_t rows, int32_t chunk_rows, int32_t outputs);

// MARK: Rows

/// out = a + b for `count` numbers.
void kernels_train_add(const float *a, const float *b, float *out, size_t count);

/// x ← x · inverse with inverse = 1 / sqrt(mean(x²) + eps), which is kept per row unless `inverse` is null.
void kernels_train_normalise(float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps, float *inverse);

/// dx = inverse · (dy - y · (Σ dy · y) / width), where y is the normalised row. `dx` may be `dy` or `y`.
void kernels_train_normalise_backward(
    const float *dy, ptrdiff_t dy_stride, const float *y, ptrdiff_t y_stride, const float *inverse, int32_t width,
    int32_t rows, float *dx, ptrdiff_t dx_stride);

/// From d(gated), in `gated`, gate and up makes d(gate) and d(up) in place of gate and up, and silu(gate) · up in
/// place of d(gated).
void kernels_train_gate_backward(
    float *gated, ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t width,
    int32_t rows);

// MARK: Attention of one head over one sequence

/// Strides and sizes of the heads of a sequence. q, k and v of a head lie `width` apart.
typedef struct {
  int32_t positions;
  int32_t head_width;
  /// From q to k and from k to v.
  int32_t width;
  /// From one position to the next in q, k and v.
  ptrdiff_t stride;
  /// The same in what attention gives.
  ptrdiff_t out_stride;
  /// [positions, head_width / 2], or null for no rotation.
  const float *cosines;
  const float *sines;
} KernelsHeads;

/// out = softmax(q kᵀ / √head_width) v for the first `queries` positions. q and k are rotated in place. Probabilities
/// ([positions][padded positions], queries side by side) are kept unless the pointer is null.
void kernels_train_attend(
    const KernelsHeads *heads, float *q, int32_t queries, float *probabilities, float *scratch, float *out);

/// From `d_out` of the first `queries` positions makes the gradients of q, k and v in place of q, k and v, before
/// rotation. The gradient of q is 0 at other positions.
void kernels_train_attend_backward(
    const KernelsHeads *heads, float *q, int32_t queries, const float *probabilities, const float *d_out,
    float *scratch);

/// Floats of scratch for both.
size_t kernels_train_attention_scratch(int32_t positions, int32_t head_width);

// MARK: Optimisers

typedef struct {
  /// 1 - lr · weight decay.
  float keep;
  /// 1 - β₁ and 1 - β₂.
  float mean_rate, square_rate;
  /// AdamATan2: lr / (1 - β₁ᵗ). AdamW: the same.
  float step;
  /// 1 / sqrt(1 - β₂ᵗ).
  float square_factor;
  /// AdamW's ε.
  float epsilon;
  /// Gradients are multiplied by this first.
  float gradient_scale;
} KernelsAdam;

/// w ← keep · w - step · atan2(m, √v · square_factor) after m ← m + mean_rate (g - m), v ← v + square_rate (g² - v).
void kernels_train_adam_atan2(
    const KernelsAdam *adam, float *w, const float *g, float *m, float *v, size_t count);

/// The same with m / (√v · square_factor + epsilon) in place of the angle.
void kernels_train_adam_w(const KernelsAdam *adam, float *w, const float *g, float *m, float *v, size_t count);

/// atan2(y, x) for x ≥ 0, as the optimiser computes it.
void kernels_train_atan2(const float *y, const float *x, float *out, size_t count);

/// Σ x² in double precision; `count` numbers.
double kernels_train_sum_squares(const float *x, size_t count);

#ifdef __cplusplus
}
#endif
#endif
