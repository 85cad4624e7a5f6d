#include "Kernels.h"

#include <math.h>
#include <string.h>

static int32_t group(KernelsFormat format) {
  switch (format) {
    case KERNELS_FLOAT32: return 1;
    case KERNELS_BFLOAT16: return 2;
    case KERNELS_INT8_ACTIVATION16: return kernels_level() == KERNELS_AVX512 ? 4 : 2;
    case KERNELS_INT8_ACTIVATION7: return 4;
  }
  return 1;
}

static size_t element_bytes(KernelsFormat format) {
  return format == KERNELS_FLOAT32 ? 4 : format == KERNELS_BFLOAT16 ? 2 : 1;
}

static int32_t panel_count(int32_t outputs) { return kernels_padded(outputs) / KERNELS_LANES; }

static size_t panel_bytes(KernelsFormat format, int32_t inputs) {
  const int32_t step = group(format);
  return (size_t)((inputs + step - 1) / step) * (size_t)step * KERNELS_LANES * element_bytes(format);
}

static size_t whole_lines(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

static int is_int8(KernelsFormat format) { return format >= KERNELS_INT8_ACTIVATION7; }

size_t kernels_packed_bytes(KernelsFormat format, int32_t outputs, int32_t inputs) {
  const size_t panels = (size_t)panel_count(outputs);
  // Scales and corrections follow the panels.
  const size_t tables = is_int8(format) ? 2 * panels * KERNELS_LANES * 4 : 0;
  return whole_lines(panels * panel_bytes(format, inputs)) + tables;
}

KernelsMatrix kernels_pack(
    KernelsFormat format, const void *weights, const float *scales, const int32_t *rows, int32_t outputs,
    int32_t inputs, void *storage) {
  return kernels_pack_panels(
      format, weights, scales, rows, outputs, inputs, storage, 0, panel_count(outputs));
}

// One panel: [inputs / group][16][group] elements; `sources` has a row or null per output.
#define PACK_PANEL(NAME, TYPE)                                                                             \
  static void NAME(const void *const sources[KERNELS_LANES], int32_t inputs, int32_t step, void *target) { \
    TYPE *out = target;                                                                                    \
    for (int32_t base = 0; base < inputs; base += step) {                                                  \
      for (int32_t lane = 0; lane < KERNELS_LANES; lane++) {                                               \
        const TYPE *row = sources[lane];                                                                   \
        for (int32_t input = base; input < base + step; input++) {                                         \
          *out++ = row && input < inputs ? row[input] : 0;                                                 \
        }                                                                                                  \
      }                                                                                                    \
    }                                                                                                      \
  }

PACK_PANEL(pack_panel_32, uint32_t)
PACK_PANEL(pack_panel_16, uint16_t)
PACK_PANEL(pack_panel_8, int8_t)

static void fill_tables(const KernelsMatrix *matrix, const int8_t *const row, float scale, int32_t output) {
  int32_t sum = 0;
  if (row) {
    for (int32_t input = 0; input < matrix->inputs; input++) sum += row[input];
  }
  ((float *)matrix->scales)[output] = scale;
  ((int32_t *)matrix->corrections)[output] = 64 * sum;
}

KernelsMatrix kernels_pack_panels(
    KernelsFormat format, const void *weights, const float *scales, const int32_t *rows, int32_t outputs,
    int32_t inputs, void *storage, int32_t first_panel, int32_t end_panel) {
  const int32_t panels = panel_count(outputs);
  const size_t bytes = panel_bytes(format, inputs), row_bytes = (size_t)inputs * element_bytes(format);
  KernelsMatrix matrix = {format, outputs, inputs, panels, storage, NULL, NULL};
  if (is_int8(format)) {
    float *tables = (float *)((char *)storage + whole_lines((size_t)panels * bytes));
    matrix.scales = tables;
    matrix.corrections = (const int32_t *)(tables + (size_t)panels * KERNELS_LANES);
  }
  for (int32_t panel = first_panel; panel < end_panel; panel++) {
    const void *sources[KERNELS_LANES];
    for (int32_t lane = 0; lane < KERNELS_LANES; lane++) {
      const int32_t output = panel * KERNELS_LANES + lane;
      const int32_t row = output >= outputs ? -1 : rows ? rows[output] : output;
      sources[lane] = row < 0 ? NULL : (const char *)weights + (size_t)row * row_bytes;
      if (is_int8(format)) fill_tables(&matrix, sources[lane], row < 0 ? 0 : scales[row], output);
    }
    void *target = (char *)storage + (size_t)panel * bytes;
    switch (element_bytes(format)) {
      case 4: pack_panel_32(sources, inputs, group(format), target); break;
      case 2: pack_panel_16(sources, inputs, group(format), target); break;
      default: pack_panel_8(sources, inputs, group(format), target); break;
    }
  }
  return matrix;
}

void kernels_to_bfloat16(const float *values, size_t count, uint16_t *out) {
  for (size_t index = 0; index < count; index++) {
    uint32_t bits;
    memcpy(&bits, values + index, 4);
    const int is_nan = (bits & 0x7fffffff) > 0x7f800000;
    out[index] = (uint16_t)(is_nan ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
}

void kernels_to_int8(const float *weights, int32_t outputs, int32_t inputs, int8_t *out, float *scales) {
  for (int32_t output = 0; output < outputs; output++) {
    const float *row = weights + (size_t)output * (size_t)inputs;
    float largest = 0;
    for (int32_t input = 0; input < inputs; input++) {
      // Written so that a NaN is kept.
      if (largest == largest && !(fabsf(row[input]) <= largest)) largest = fabsf(row[input]);
    }
    scales[output] = largest / 127;
    for (int32_t input = 0; input < inputs; input++) {
      // A subnormal scale may be a little too small, hence the bounds.
      const float steps = scales[output] > 0 ? rintf(row[input] / scales[output]) : 0;
      out[(size_t)output * (size_t)inputs + (size_t)input] = (int8_t)fmaxf(-127, fminf(127, steps));
    }
  }
}
