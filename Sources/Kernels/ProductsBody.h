// Products with packed panels. A tile is a block of rows by a block of panels whose sums stay in registers; every sum
// goes through the inputs in order, so that the shape of the tile never shows in a result.
#pragma clang fp contract(fast)

#if KERNELS_THIS_LEVEL == 2
#define TILE_ROWS 8
#define TILE_PANELS 2
#elif KERNELS_THIS_LEVEL == 1
#define TILE_ROWS 6
#define TILE_PANELS 1
#else
#define TILE_ROWS 2
#define TILE_PANELS 1
#endif

// Weights come from far away and in order: asks for them this many bytes early. Measured; the processor's own
// prefetcher stops at each page.
#define AHEAD(p) __builtin_prefetch((const char *)(p) + 2048)

// MARK: What becomes of a sum

typedef struct {
  KernelsEpilogue epilogue;
  float *y;
  ptrdiff_t y_stride;
} LEVEL(Target);

KERNELS_INLINE void LEVEL(put)(const LEVEL(Target) *target, int32_t row, int32_t panel, Lanes sum) {
  float *y = target->y + row * target->y_stride + (ptrdiff_t)panel * KERNELS_LANES;
  LEVEL(store)(y, target->epilogue == KERNELS_ADD ? LEVEL(load)(y) + sum : sum);
}

// Sums of neighbouring panels of one row, the first one at an even panel for GATE.
KERNELS_INLINE void LEVEL(put_pair)(const LEVEL(Target) *target, int32_t row, int32_t panel, Lanes a, Lanes b) {
  if (target->epilogue == KERNELS_GATE) {
    LEVEL(store)(
        target->y + row * target->y_stride + (ptrdiff_t)(panel / 2) * KERNELS_LANES, LEVEL(silu)(a) * b);
  } else {
    LEVEL(put)(target, row, panel, a);
    LEVEL(put)(target, row, panel + 1, b);
  }
}

// MARK: Tiles. `rows` and `panels` are constants where these are used, so that the loops over them disappear.

KERNELS_INLINE void LEVEL(finish)(
    const LEVEL(Target) *target, int32_t row, int32_t panel, int32_t rows, int32_t panels,
    Lanes sums[][2]) {
  for (int32_t r = 0; r < rows; r++) {
    if (panels == 2) {
      LEVEL(put_pair)(target, row + r, panel, sums[r][0], sums[r][1]);
    } else {
      LEVEL(put)(target, row + r, panel, sums[r][0]);
    }
  }
}

// fp32: `w` has a row of 16 weights every `w_step` floats per input, the next panel `panel_step` floats further.
KERNELS_INLINE void LEVEL(sum_float)(
    const float *x, ptrdiff_t x_stride, const float *w, ptrdiff_t w_step, ptrdiff_t panel_step, int32_t inputs,
    int32_t rows, int32_t panels, Lanes sums[][2]) {
  for (int32_t r = 0; r < rows; r++) {
    for (int32_t p = 0; p < panels; p++) sums[r][p] = (Lanes){};
  }
  for (int32_t input = 0; input < inputs; input++, w += w_step) {
    Lanes weights[2];
    for (int32_t p = 0; p < panels; p++) AHEAD(w + p * panel_step);
    for (int32_t p = 0; p < panels; p++) weights[p] = LEVEL(load)(w + p * panel_step);
    for (int32_t r = 0; r < rows; r++) {
      const Lanes factor = LEVEL(splat)(x[r * x_stride + input]);
      for (int32_t p = 0; p < panels; p++) sums[r][p] += factor * weights[p];
    }
  }
}

// bf16: a 32-bit lane holds the weights of one output for two inputs, the first in its low half.
KERNELS_INLINE void LEVEL(sum_bfloat16)(
    const float *x, ptrdiff_t x_stride, const uint32_t *w, ptrdiff_t panel_step, int32_t inputs, int32_t rows,
    int32_t panels, Lanes sums[][2]) {
  for (int32_t r = 0; r < rows; r++) {
    for (int32_t p = 0; p < panels; p++) sums[r][p] = (Lanes){};
  }
  const int32_t even = inputs & ~1;
  for (int32_t input = 0; input < even; input += 2, w += KERNELS_LANES) {
    Lanes first[2], second[2];
    for (int32_t p = 0; p < panels; p++) AHEAD(w + p * panel_step);
    for (int32_t p = 0; p < panels; p++) {
      LanesU32 pair;
      memcpy(&pair, w + p * panel_step, sizeof pair);
      first[p] = (Lanes)(pair << 16);
      second[p] = (Lanes)(pair & 0xffff0000u);
    }
    for (int32_t r = 0; r < rows; r++) {
      const Lanes a = LEVEL(splat)(x[r * x_stride + input]);
      const Lanes b = LEVEL(splat)(x[r * x_stride + input + 1]);
      for (int32_t p = 0; p < panels; p++) {
        sums[r][p] += a * first[p];
        sums[r][p] += b * second[p];
      }
    }
  }
  if (even < inputs) {
    for (int32_t p = 0; p < panels; p++) {
      LanesU32 pair;
      memcpy(&pair, w + p * panel_step, sizeof pair);
      for (int32_t r = 0; r < rows; r++) sums[r][p] += x[r * x_stride + even] * (Lanes)(pair << 16);
    }
  }
}

KERNELS_INLINE uint32_t LEVEL(word)(const void *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

// Adds to each of 16 sums the products of four 7-bit inputs with four weights of 8 bits.
KERNELS_INLINE LanesI32 LEVEL(dot4)(LanesI32 sum, uint32_t inputs, const int8_t *w) {
#if KERNELS_THIS_LEVEL == 2
  return (LanesI32)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)inputs), _mm512_loadu_si512(w));
#elif KERNELS_THIS_LEVEL == 1
  // Two products of 127 · 127 fit into 16 bits: hence activations of 7 bits.
  const __m256i x = _mm256_set1_epi32((int)inputs), ones = _mm256_set1_epi16(1);
  __m256i half[2];
  memcpy(half, &sum, sizeof sum);
  for (int i = 0; i < 2; i++) {
    const __m256i weights = _mm256_loadu_si256((const __m256i *)(w + 32 * i));
    half[i] = _mm256_add_epi32(half[i], _mm256_madd_epi16(_mm256_maddubs_epi16(x, weights), ones));
  }
  memcpy(&sum, half, sizeof sum);
  return sum;
#else
  for (int lane = 0; lane < KERNELS_LANES; lane++) {
    for (int i = 0; i < 4; i++) sum[lane] += (int32_t)((inputs >> (8 * i)) & 255) * w[4 * lane + i];
  }
  return sum;
#endif
}

// Sixteen pairs of weights widened to 16 bits.
typedef struct {
#if KERNELS_THIS_LEVEL == 1
  __m256i pairs[2];
#else
  int16_t pairs[32];
#endif
} LEVEL(Wide);

KERNELS_INLINE LEVEL(Wide) LEVEL(widen)(const int8_t *w) {
  LEVEL(Wide) wide;
#if KERNELS_THIS_LEVEL == 1
  for (int i = 0; i < 2; i++) wide.pairs[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + 16 * i)));
#else
  for (int i = 0; i < 32; i++) wide.pairs[i] = w[i];
#endif
  return wide;
}

// Adds to each of 16 sums the products of two 16-bit inputs with two weights.
KERNELS_INLINE LanesI32 LEVEL(dot2)(LanesI32 sum, uint32_t inputs, const LEVEL(Wide) *w) {
#if KERNELS_THIS_LEVEL == 1
  const __m256i x = _mm256_set1_epi32((int)inputs);
  __m256i half[2];
  memcpy(half, &sum, sizeof sum);
  for (int i = 0; i < 2; i++) half[i] = _mm256_add_epi32(half[i], _mm256_madd_epi16(x, w->pairs[i]));
  memcpy(&sum, half, sizeof sum);
  return sum;
#else
  const int16_t first = (int16_t)(inputs & 0xffff), second = (int16_t)(inputs >> 16);
  for (int lane = 0; lane < KERNELS_LANES; lane++) {
    sum[lane] += first * w->pairs[2 * lane] + second * w->pairs[2 * lane + 1];
  }
  return sum;
#endif
}

// 7-bit activations; `x` has a byte per input, 64 for zero.
KERNELS_INLINE void LEVEL(sum_bytes)(
    const uint8_t *x, ptrdiff_t x_stride, const int8_t *w, ptrdiff_t panel_step, int32_t inputs, int32_t rows,
    int32_t panels, LanesI32 sums[][2]) {
  for (int32_t r = 0; r < rows; r++) {
    for (int32_t p = 0; p < panels; p++) sums[r][p] = (LanesI32){};
  }
  for (int32_t input = 0; input < inputs; input += 4, x += 4, w += 4 * KERNELS_LANES) {
    for (int32_t p = 0; p < panels; p++) AHEAD(w + p * panel_step);
    for (int32_t r = 0; r < rows; r++) {
      const uint32_t four = LEVEL(word)(x + r * x_stride);
      for (int32_t p = 0; p < panels; p++) sums[r][p] = LEVEL(dot4)(sums[r][p], four, w + p * panel_step);
    }
  }
}

#if KERNELS_THIS_LEVEL == 2
// Activations of 14 bits in two halves of 7, since the product of 8-bit numbers is twice as fast as that of 16-bit
// ones: first the high halves of a row with 64 for zero, then, `half` bytes further, the low ones.
KERNELS_INLINE void LEVEL(sum_words)(
    const uint8_t *x, ptrdiff_t x_stride, ptrdiff_t half, const int8_t *w, ptrdiff_t panel_step, int32_t inputs,
    int32_t rows, int32_t panels, const int32_t *corrections, LanesI32 sums[][2]) {
  for (int32_t p = 0; p < panels; p++, w += panel_step, corrections += KERNELS_LANES) {
    LanesI32 high[TILE_ROWS], low[TILE_ROWS], zero;
    for (int32_t r = 0; r < rows; r++) high[r] = low[r] = (LanesI32){};
    const uint8_t *row = x;
    const int8_t *weights = w;
    for (int32_t input = 0; input < inputs; input += 4, row += 4, weights += 4 * KERNELS_LANES) {
      AHEAD(weights);
      for (int32_t r = 0; r < rows; r++) {
        high[r] = LEVEL(dot4)(high[r], LEVEL(word)(row + r * x_stride), weights);
        low[r] = LEVEL(dot4)(low[r], LEVEL(word)(row + r * x_stride + half), weights);
      }
    }
    memcpy(&zero, corrections, sizeof zero);
    for (int32_t r = 0; r < rows; r++) sums[r][p] = (high[r] - zero) * 128 + low[r];
  }
}
#else
// Activations of 14 bits in 16.
KERNELS_INLINE void LEVEL(sum_words)(
    const uint8_t *x, ptrdiff_t x_stride, ptrdiff_t half, const int8_t *w, ptrdiff_t panel_step, int32_t inputs,
    int32_t rows, int32_t panels, const int32_t *corrections, LanesI32 sums[][2]) {
  (void)half, (void)corrections;
  for (int32_t r = 0; r < rows; r++) {
    for (int32_t p = 0; p < panels; p++) sums[r][p] = (LanesI32){};
  }
  for (int32_t input = 0; input < inputs; input += 2, x += 4, w += 2 * KERNELS_LANES) {
    LEVEL(Wide) wide[2];
    for (int32_t p = 0; p < panels; p++) {
      AHEAD(w + p * panel_step);
      wide[p] = LEVEL(widen)(w + p * panel_step);
    }
    for (int32_t r = 0; r < rows; r++) {
      const uint32_t two = LEVEL(word)(x + r * x_stride);
      for (int32_t p = 0; p < panels; p++) sums[r][p] = LEVEL(dot2)(sums[r][p], two, &wide[p]);
    }
  }
}
#endif

// MARK: One tile of any format

KERNELS_INLINE void LEVEL(tile)(
    const KernelsMatrix *matrix, const KernelsActivations *x, int32_t row, int32_t panel, int32_t rows, int32_t panels,
    KernelsFormat format, const LEVEL(Target) *target) {
  const int32_t inputs = matrix->inputs;
  const char *start = (const char *)x->data + row * x->stride;
  Lanes sums[TILE_ROWS][2];
  if (format == KERNELS_FLOAT32) {
    const ptrdiff_t step = (ptrdiff_t)inputs * KERNELS_LANES;
    LEVEL(sum_float)(
        (const float *)start, x->stride / 4, (const float *)matrix->data + panel * step, KERNELS_LANES, step, inputs,
        rows, panels, sums);
  } else if (format == KERNELS_BFLOAT16) {
    const ptrdiff_t step = (ptrdiff_t)((inputs + 1) / 2) * KERNELS_LANES;
    LEVEL(sum_bfloat16)(
        (const float *)start, x->stride / 4, (const uint32_t *)matrix->data + panel * step, step, inputs, rows, panels,
        sums);
  } else {
    const int is_short = format == KERNELS_INT8_ACTIVATION7;
    const int32_t group = is_short || KERNELS_THIS_LEVEL == 2 ? 4 : 2;
    const ptrdiff_t step = (ptrdiff_t)((inputs + group - 1) / group) * group * KERNELS_LANES;
    const ptrdiff_t first = (ptrdiff_t)panel * KERNELS_LANES;
    const uint8_t *bytes = (const uint8_t *)start;
    const int8_t *weights = (const int8_t *)matrix->data + panel * step;
    LanesI32 whole[TILE_ROWS][2];
    if (is_short) {
      LEVEL(sum_bytes)(bytes, x->stride, weights, step, inputs, rows, panels, whole);
    } else {
      LEVEL(sum_words)(
          bytes, x->stride, kernels_padded(inputs), weights, step, inputs, rows, panels, matrix->corrections + first,
          whole);
    }
    for (int32_t p = 0; p < panels; p++) {
      const Lanes scales = LEVEL(load)(matrix->scales + first + p * KERNELS_LANES);
      LanesI32 corrections = {};
      if (is_short) memcpy(&corrections, matrix->corrections + first + p * KERNELS_LANES, sizeof corrections);
      for (int32_t r = 0; r < rows; r++) {
        sums[r][p] = __builtin_convertvector(whole[r][p] - corrections, Lanes) * (scales * x->scales[row + r]);
      }
    }
  }
  LEVEL(finish)(target, row, panel, rows, panels, sums);
}

// The rows of one block of panels; `format` and `panels` are constants here.
KERNELS_INLINE void LEVEL(column)(
    const KernelsMatrix *matrix, const KernelsActivations *x, int32_t rows, int32_t panel, int32_t panels,
    KernelsFormat format, const LEVEL(Target) *target) {
  int32_t row = 0;
  for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
    LEVEL(tile)(matrix, x, row, panel, TILE_ROWS, panels, format, target);
  }
#if TILE_ROWS > 4
  for (; row + 4 <= rows; row += 4) LEVEL(tile)(matrix, x, row, panel, 4, panels, format, target);
#endif
  for (; row < rows; row++) LEVEL(tile)(matrix, x, row, panel, 1, panels, format, target);
}

#define KERNELS_FORMAT_PRODUCT(NAME, FORMAT)                                                              \
  static void LEVEL(NAME)(                                                                                \
      const KernelsMatrix *matrix, const KernelsActivations *x, int32_t rows, int32_t panel, int32_t end, \
      const LEVEL(Target) *target) {                                                                      \
    const int32_t needed = target->epilogue == KERNELS_GATE ? 2 : TILE_PANELS;                            \
    if (needed == 2) {                                                                                    \
      for (; panel + 2 <= end; panel += 2) LEVEL(column)(matrix, x, rows, panel, 2, FORMAT, target);      \
    }                                                                                                     \
    for (; panel < end; panel++) LEVEL(column)(matrix, x, rows, panel, 1, FORMAT, target);                \
  }

KERNELS_FORMAT_PRODUCT(multiply_float, KERNELS_FLOAT32)
KERNELS_FORMAT_PRODUCT(multiply_bfloat16, KERNELS_BFLOAT16)
KERNELS_FORMAT_PRODUCT(multiply_activation7, KERNELS_INT8_ACTIVATION7)
KERNELS_FORMAT_PRODUCT(multiply_activation16, KERNELS_INT8_ACTIVATION16)
#undef KERNELS_FORMAT_PRODUCT

static void LEVEL(multiply)(
    const KernelsMatrix *matrix, const KernelsActivations *x, int32_t rows, int32_t first_panel, int32_t end_panel,
    KernelsEpilogue epilogue, float *y, ptrdiff_t y_stride) {
  const LEVEL(Target) target = {epilogue, y, y_stride};
  switch (matrix->format) {
    case KERNELS_FLOAT32: LEVEL(multiply_float)(matrix, x, rows, first_panel, end_panel, &target); break;
    case KERNELS_BFLOAT16: LEVEL(multiply_bfloat16)(matrix, x, rows, first_panel, end_panel, &target); break;
    case KERNELS_INT8_ACTIVATION7: LEVEL(multiply_activation7)(matrix, x, rows, first_panel, end_panel, &target); break;
    case KERNELS_INT8_ACTIVATION16:
      LEVEL(multiply_activation16)(matrix, x, rows, first_panel, end_panel, &target);
      break;
  }
}
