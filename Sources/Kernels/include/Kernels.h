#ifndef HRMBOT_KERNELS_H
#define HRMBOT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "KernelsTraining.h"
#include "Peak.h"

// Arithmetic of the network for one decision at a time: products with weights that were packed once, and the row
// operations between them. One function serves all processors; the best instruction set is chosen at the first call.
//
// A result depends on the instruction set in use and on nothing else: not on the number of rows of a call, and not on
// how panels or rows are shared among threads. Every element is summed by one thread, in the order of the inputs.
//
// Matrices of activations are row-major. Their rows are padded: a row of `width` numbers has room for a multiple of 16,
// and what lies beyond `width` is zero when read and may be overwritten with zeros.

#ifdef __cplusplus
extern "C" {
#endif

/// Outputs that are computed together, and the multiple to which rows are padded.
enum { KERNELS_LANES = 16 };

/// `count` rounded up to whole lanes.
static inline int32_t kernels_padded(int32_t count) { return (count + KERNELS_LANES - 1) / KERNELS_LANES * KERNELS_LANES; }

/// Tells the processor that this thread waits in a loop.
static inline void kernels_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// MARK: Instruction sets

typedef enum {
  KERNELS_PORTABLE = 0,
  /// AVX2 and FMA.
  KERNELS_AVX2 = 1,
  /// AVX-512 F, BW, DQ, VL and VNNI.
  KERNELS_AVX512 = 2,
} KernelsLevel;

/// The best level that this processor and system support.
KernelsLevel kernels_best_level(void);
/// The level in use: the best one unless `kernels_use_level` chose another.
KernelsLevel kernels_level(void);
/// Chooses a level for the whole process, at most the best; returns the one in use. Not while kernels run, and not
/// while matrices that were packed before it are still to be used.
KernelsLevel kernels_use_level(KernelsLevel level);
/// `portable`, `avx2` or `avx512`.
const char *kernels_level_name(KernelsLevel level);

// MARK: Weights

typedef enum {
  KERNELS_FLOAT32 = 0,
  /// Weights in bfloat16, activations and sums in fp32.
  KERNELS_BFLOAT16 = 1,
  /// Weights of 8 bits with a scale per output, activations of 7 bits with a scale per row, sums in int32.
  KERNELS_INT8_ACTIVATION7 = 2,
  /// The same with activations of 14 bits, held in 16; fewer above 2064 inputs, where the sums have no room for them.
  KERNELS_INT8_ACTIVATION16 = 3,
} KernelsFormat;

/// A weight matrix W [outputs, inputs] in panels of 16 outputs.
typedef struct {
  KernelsFormat format;
  int32_t outputs;
  int32_t inputs;
  int32_t panels;
  /// Per panel: inputs in groups of 1 (fp32), 2 (bf16) or 4 (int8), each [16 outputs][group]; without AVX-512 groups
  /// of 2 for 16-bit activations. Hence a matrix serves the level that packed it.
  const void *data;
  /// int8: per output the scale of its weights; padded with 0.
  const float *scales;
  /// int8: per output 64 times the sum of its weights.
  const int32_t *corrections;
} KernelsMatrix;

/// Bytes of memory, 64-byte aligned, that a packed matrix takes.
size_t kernels_packed_bytes(KernelsFormat format, int32_t outputs, int32_t inputs);

/// Packs `outputs` rows of `inputs` weights into `storage`, which must outlive the matrix. Output p is row `rows[p]` of
/// `weights`, zero where that is negative; without `rows` it is row p. Weights are float (FLOAT32), uint16_t (BFLOAT16)
/// or int8_t in -127...127 with one of `scales` per row (INT8).
KernelsMatrix kernels_pack(
    KernelsFormat format, const void *weights, const float *scales, const int32_t *rows, int32_t outputs,
    int32_t inputs, void *storage);

/// Packs only the panels first ..< end of what `kernels_pack` would: threads can share the work.
KernelsMatrix kernels_pack_panels(
    KernelsFormat format, const void *weights, const float *scales, const int32_t *rows, int32_t outputs,
    int32_t inputs, void *storage, int32_t first_panel, int32_t end_panel);

/// Rounds to the nearest bfloat16, ties to even.
void kernels_to_bfloat16(const float *values, size_t count, uint16_t *out);
/// Symmetric 8-bit weights per row: scale = max |w| / 127, nearest, ties to even; a row of zeros has
/// scale 0, a row that is not finite a scale that is not.
void kernels_to_int8(const float *weights, int32_t outputs, int32_t inputs, int8_t *out, float *scales);

// MARK: Products

/// Rows of inputs. For float formats: floats. For int8 formats: what `kernels_quantise` wrote.
typedef struct {
  const void *data;
  /// Bytes from one row to the next.
  ptrdiff_t stride;
  /// int8: a scale per row.
  const float *scales;
} KernelsActivations;

/// Bytes of one quantised row of `inputs` numbers; 0 for float formats, which read floats.
size_t kernels_quantised_stride(KernelsFormat format, int32_t inputs);

/// Quantises rows of floats (`stride` in floats) for products in an int8 format, each row with a scale of its own.
void kernels_quantise(
    KernelsFormat format, const float *x, ptrdiff_t stride, int32_t inputs, int32_t rows, void *out, float *scales);

typedef enum {
  /// y = x Wᵀ
  KERNELS_STORE = 0,
  /// y = y + x Wᵀ
  KERNELS_ADD = 1,
  /// Panels 2i and 2i + 1 hold 16 gate and 16 up outputs: y[16 i ...] = silu(gate) · up. Panel ranges must be even.
  KERNELS_GATE = 2,
} KernelsEpilogue;

/// Computes panels first ..< end of a product for `rows` rows. `y` (row stride in floats) is the whole output; whole
/// panels are written, so its rows have room for 16 · panels numbers (half of that for GATE).
void kernels_multiply(
    const KernelsMatrix *matrix, const KernelsActivations *x, int32_t rows, int32_t first_panel, int32_t end_panel,
    KernelsEpilogue epilogue, float *y, ptrdiff_t y_stride);

// MARK: Row operations; strides in floats

/// x ← x / sqrt(mean(x²) + eps) for each row.
void kernels_normalise(float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps);

/// out ← a + b.
void kernels_add(
    const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, float *out, ptrdiff_t out_stride,
    int32_t width, int32_t rows);

/// old ← new; per row the sums of squares of (new - old) and of old.
void kernels_replace(
    float *old, ptrdiff_t old_stride, const float *new_rows, ptrdiff_t new_stride, int32_t width, int32_t rows,
    float *changes, float *sizes);

/// softmax(q kᵀ / √width) v of one head over one sequence: `q`, `k`, `v` start at the head's first component of
/// position 0, all with `stride`; `k` and, for the queries, `q` are rotated in place first unless `cosines` is null
/// ([positions, head_width / 2]; component i turns with its partner i + head_width / 2). Only the first `queries`
/// positions are computed. `scratch` has room for `kernels_attention_scratch` floats.
void kernels_attend(
    float *q, float *k, const float *v, ptrdiff_t stride, int32_t positions, int32_t queries, int32_t head_width,
    const float *cosines, const float *sines, float *scratch, float *out, ptrdiff_t out_stride);

/// Floats of scratch memory for `kernels_attend`.
size_t kernels_attention_scratch(int32_t positions, int32_t head_width);

#ifdef __cplusplus
}
#endif
#endif
