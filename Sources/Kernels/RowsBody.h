// Row operations. Without fused multiply-add, so that every processor gives the same bits.
#pragma clang fp contract(off)

static void LEVEL(normalise)(float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps) {
  for (int32_t row = 0; row < rows; row++, x += stride) {
    // Four sums, so that an addition need not wait for the one before.
    Lanes squares[4] = {};
    int32_t at = 0;
    for (; at + 3 * KERNELS_LANES < width; at += 4 * KERNELS_LANES) {
      for (int32_t i = 0; i < 4; i++) {
        const Lanes lanes = LEVEL(load)(x + at + i * KERNELS_LANES);
        squares[i] += lanes * lanes;
      }
    }
    for (; at < width; at += KERNELS_LANES) {
      const Lanes lanes = LEVEL(load)(x + at);
      squares[0] += lanes * lanes;
    }
    const float sum = LEVEL(sum)((squares[0] + squares[1]) + (squares[2] + squares[3]));
    const float factor = 1 / sqrtf(sum / (float)width + eps);
    for (int32_t at = 0; at < width; at += KERNELS_LANES) LEVEL(store)(x + at, LEVEL(load)(x + at) * factor);
  }
}

static void LEVEL(add)(
    const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, float *out, ptrdiff_t out_stride,
    int32_t width, int32_t rows) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      LEVEL(store)(
          out + row * out_stride + at, LEVEL(load)(a + row * a_stride + at) + LEVEL(load)(b + row * b_stride + at));
    }
  }
}

static void LEVEL(replace)(
    float *old, ptrdiff_t old_stride, const float *new_rows, ptrdiff_t new_stride, int32_t width, int32_t rows,
    float *changes, float *sizes) {
  for (int32_t row = 0; row < rows; row++) {
    Lanes change = {}, size = {};
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      const Lanes before = LEVEL(load)(old + row * old_stride + at);
      const Lanes after = LEVEL(load)(new_rows + row * new_stride + at);
      const Lanes difference = after - before;
      change += difference * difference;
      size += before * before;
      LEVEL(store)(old + row * old_stride + at, after);
    }
    changes[row] = LEVEL(sum)(change);
    sizes[row] = LEVEL(sum)(size);
  }
}

// x ← softmax(scale · x) over `count` numbers; what lies beyond, up to whole lanes, becomes 0.
static void LEVEL(softmax)(float *x, int32_t count, float scale) {
  const int32_t padded = kernels_padded(count);
  for (int32_t at = count; at < padded; at++) x[at] = -INFINITY;
  Lanes peaks = LEVEL(load)(x);
  for (int32_t at = KERNELS_LANES; at < padded; at += KERNELS_LANES) {
    const Lanes lanes = LEVEL(load)(x + at);
    peaks = LEVEL(larger)(lanes, peaks);
  }
  const float peak = LEVEL(peak)(peaks);
  Lanes sums = {};
  for (int32_t at = 0; at < padded; at += KERNELS_LANES) {
    const LanesI32 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    // The exponential's lower bound is not zero.
    const LanesI32 is_inside = index < count - at;
    const Lanes lanes = LEVEL(select)(is_inside, LEVEL(exp)((LEVEL(load)(x + at) - peak) * scale), (Lanes){});
    LEVEL(store)(x + at, lanes);
    sums += lanes;
  }
  const float factor = 1 / LEVEL(sum)(sums);
  for (int32_t at = 0; at < padded; at += KERNELS_LANES) LEVEL(store)(x + at, LEVEL(load)(x + at) * factor);
}

// Rounds x · steps + zero to integers by adding 1.5 · 2²³; the integer is in the low bits of the result.
KERNELS_INLINE LanesU32 LEVEL(rounded)(Lanes x, float steps, float zero) {
  return (LanesU32)(x * steps + (12582912.0f + zero));
}

// The largest |x| of a row as bits: they order like the numbers, and infinity and NaN come last.
KERNELS_INLINE float LEVEL(largest)(const float *x, int32_t count) {
  LanesU32 most = {};
  for (int32_t at = 0; at < count; at += KERNELS_LANES) {
    const LanesU32 bits = (LanesU32)LEVEL(load)(x + at) & 0x7fffffff;
    most = (LanesU32)LEVEL(select)(bits > most, (Lanes)bits, (Lanes)most);
  }
  LanesU32 other = KERNELS_SWAP_8(most);
  most = (LanesU32)LEVEL(select)(other > most, (Lanes)other, (Lanes)most);
  other = KERNELS_SWAP_4(most);
  most = (LanesU32)LEVEL(select)(other > most, (Lanes)other, (Lanes)most);
  other = KERNELS_SWAP_2(most);
  most = (LanesU32)LEVEL(select)(other > most, (Lanes)other, (Lanes)most);
  const uint32_t peak = most[0] > most[1] ? most[0] : most[1];
  float largest;
  memcpy(&largest, &peak, sizeof largest);
  return largest;
}

typedef uint8_t LEVEL(Bytes) __attribute__((vector_size(16)));
typedef int16_t LEVEL(Words) __attribute__((vector_size(32)));

static void LEVEL(quantise)(
    KernelsFormat format, const float *x, ptrdiff_t stride, int32_t inputs, int32_t rows, void *out, float *scales) {
  const size_t out_stride = kernels_quantised_stride(format, inputs);
  const int is_short = format == KERNELS_INT8_ACTIVATION7;
  const float levels = is_short ? 63 : kernels_activation_levels(inputs);
  for (int32_t row = 0; row < rows; row++, x += stride) {
    const float largest = LEVEL(largest)(x, inputs);
    // A row that is not finite must not look as if it were: its scale spoils every product.
    scales[row] = largest <= 3.4028235e38f ? largest / levels : NAN;
    const float steps = scales[row] >= 1e-37f ? levels / largest : 0;
    char *target = (char *)out + (size_t)row * out_stride;
    for (int32_t at = 0; at < inputs; at += KERNELS_LANES) {
      if (is_short) {
        const LanesU32 bits = LEVEL(rounded)(LEVEL(load)(x + at), steps, 64);
        const LEVEL(Bytes) bytes = __builtin_convertvector(bits, LEVEL(Bytes));
        memcpy(target + at, &bytes, sizeof bytes);
      } else {
        const LanesU32 bits = LEVEL(rounded)(LEVEL(load)(x + at), steps, 0);
#if KERNELS_THIS_LEVEL == 2
        // See `sum_words`.
        const LEVEL(Bytes) high = __builtin_convertvector((bits + 64 * 128) >> 7 & 127, LEVEL(Bytes));
        const LEVEL(Bytes) low = __builtin_convertvector(bits & 127, LEVEL(Bytes));
        memcpy(target + at, &high, sizeof high);
        memcpy(target + kernels_padded(inputs) + at, &low, sizeof low);
#else
        const LEVEL(Words) words = __builtin_convertvector(bits, LEVEL(Words));
        memcpy(target + 2 * at, &words, sizeof words);
#endif
      }
    }
  }
}
