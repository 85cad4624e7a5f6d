// Whole lanes, and functions of single numbers. Without fused multiply-add, so that every processor gives the same bits.
#pragma clang fp contract(off)

KERNELS_INLINE Lanes LEVEL(load)(const float *p) {
  Lanes lanes;
  memcpy(&lanes, p, sizeof lanes);
  return lanes;
}

// Fewer than 16 numbers; the other lanes are 0.
KERNELS_INLINE Lanes LEVEL(load_some)(const float *p, int32_t count) {
  if (count >= KERNELS_LANES) return LEVEL(load)(p);
  Lanes lanes = {};
  memcpy(&lanes, p, (size_t)count * sizeof(float));
  return lanes;
}

KERNELS_INLINE void LEVEL(store)(float *p, Lanes lanes) { memcpy(p, &lanes, sizeof lanes); }

// The first `count` lanes alone.
KERNELS_INLINE void LEVEL(store_some)(float *p, Lanes lanes, int32_t count) {
  if (count >= KERNELS_LANES) {
    LEVEL(store)(p, lanes);
  } else {
    memcpy(p, &lanes, (size_t)count * sizeof(float));
  }
}

// All lanes the same. (Adding to zero would cost an addition: it changes -0.)
KERNELS_INLINE Lanes LEVEL(splat)(float x) { return (Lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

// Where a lane of `mask` is -1 that of `a`, where it is 0 that of `b`.
KERNELS_INLINE Lanes LEVEL(select)(LanesI32 mask, Lanes a, Lanes b) {
  return (Lanes)((mask & (LanesI32)a) | (~mask & (LanesI32)b));
}

// Every lane with the one eight, four, two or one away.
#define KERNELS_SWAP_8(x) __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
#define KERNELS_SWAP_4(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
#define KERNELS_SWAP_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define KERNELS_SWAP_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)

KERNELS_INLINE float LEVEL(sum)(Lanes x) {
  x += KERNELS_SWAP_8(x);
  x += KERNELS_SWAP_4(x);
  x += KERNELS_SWAP_2(x);
  return x[0] + x[1];
}

KERNELS_INLINE Lanes LEVEL(larger)(Lanes a, Lanes b) { return LEVEL(select)(a > b, a, b); }

KERNELS_INLINE float LEVEL(peak)(Lanes x) {
  x = LEVEL(larger)(x, KERNELS_SWAP_8(x));
  x = LEVEL(larger)(x, KERNELS_SWAP_4(x));
  x = LEVEL(larger)(x, KERNELS_SWAP_2(x));
  return x[0] > x[1] ? x[0] : x[1];
}

// eˣ within 2 ulp for x in -87...88; beyond, the value at the bound. NaN stays NaN. The polynomial of Cephes' `expf`
// (S. Moshier); one of our own, since a library's may differ in the last bit between machines.
KERNELS_INLINE Lanes LEVEL(exp)(Lanes x) {
  const Lanes most = LEVEL(splat)(88), least = LEVEL(splat)(-87);
  x = LEVEL(select)(x > most, most, x);
  x = LEVEL(select)(x < least, least, x);
  // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
  const Lanes shifted = x * 1.44269504088896341f + 12582912.0f;
  const Lanes n = shifted - 12582912.0f;
  const Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const Lanes mantissa = p * (r * r) + r + 1.0f;
  const LanesI32 exponent = ((LanesI32)shifted - (0x4B400000 - 127)) << 23;
  return mantissa * (Lanes)exponent;
}

KERNELS_INLINE Lanes LEVEL(silu)(Lanes x) { return x / (LEVEL(exp)(-x) + 1.0f); }

// In place: exchanges the halves of ever smaller squares.
KERNELS_INLINE void LEVEL(transpose)(Lanes rows[KERNELS_LANES]) {
  const LanesI32 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#define KERNELS_EXCHANGE(STEP)                                                          \
  for (int i = 0; i < KERNELS_LANES; i++) {                                             \
    if (i & STEP) continue;                                                             \
    const Lanes a = rows[i], b = rows[i + STEP];                                        \
    const LanesI32 is_upper = (index & STEP) != 0;                                      \
    rows[i] = LEVEL(select)(is_upper, KERNELS_SWAP_##STEP(b), a);                       \
    rows[i + STEP] = LEVEL(select)(is_upper, b, KERNELS_SWAP_##STEP(a));                \
  }
  KERNELS_EXCHANGE(8)
  KERNELS_EXCHANGE(4)
  KERNELS_EXCHANGE(2)
  KERNELS_EXCHANGE(1)
#undef KERNELS_EXCHANGE
}

// `target` ← the transpose of up to 16 rows of `width` numbers, [width][16], zero where there is no row.
KERNELS_INLINE void LEVEL(transpose_rows)(
    const float *rows, ptrdiff_t stride, int32_t count, int32_t width, float *target) {
  for (int32_t first = 0; first < width; first += KERNELS_LANES) {
    const int32_t columns = width - first < KERNELS_LANES ? width - first : KERNELS_LANES;
    Lanes block[KERNELS_LANES] = {};
    for (int32_t row = 0; row < count; row++) block[row] = LEVEL(load_some)(rows + row * stride + first, columns);
    LEVEL(transpose)(block);
    for (int32_t column = 0; column < columns; column++) {
      LEVEL(store)(target + (ptrdiff_t)(first + column) * KERNELS_LANES, block[column]);
    }
  }
}
