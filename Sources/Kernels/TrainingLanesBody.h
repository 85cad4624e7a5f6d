// Whole lanes, and the functions of one number that training needs.
#pragma clang fp contract(fast)

KERNELS_INLINE Lanes LEVEL(load)(const float *p) {
  Lanes lanes;
  memcpy(&lanes, p, sizeof lanes);
  return lanes;
}

KERNELS_INLINE void LEVEL(store)(float *p, Lanes lanes) { memcpy(p, &lanes, sizeof lanes); }

// The first `count` (0...16) numbers; the other lanes are 0.
KERNELS_INLINE Lanes LEVEL(load_some)(const float *p, int32_t count) {
  Lanes lanes = {};
  if (count >= KERNELS_LANES) return LEVEL(load)(p);
  for (int32_t lane = 0; lane < count; lane++) lanes[lane] = p[lane];
  return lanes;
}

KERNELS_INLINE void LEVEL(store_some)(float *p, Lanes lanes, int32_t count) {
  if (count >= KERNELS_LANES) {
    LEVEL(store)(p, lanes);
  } else {
    for (int32_t lane = 0; lane < count; lane++) p[lane] = lanes[lane];
  }
}

// Where a lane of `mask` is -1 that of `a`, where it is 0 that of `b`.
KERNELS_INLINE Lanes LEVEL(select)(LanesI32 mask, Lanes a, Lanes b) {
  return (Lanes)((mask & (LanesI32)a) | (~mask & (LanesI32)b));
}

// In pairs that are eight, four, two and one apart.
KERNELS_INLINE float LEVEL(sum)(Lanes lanes) {
  float a[KERNELS_LANES];
  memcpy(a, &lanes, sizeof a);
  for (int half = KERNELS_LANES / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++) a[lane] += a[lane + half];
  }
  return a[0];
}

// eˣ within 2 ulp for x in -87...88; beyond, the value at the bound. The polynomial of Cephes' `expf` (S. Moshier).
KERNELS_INLINE Lanes LEVEL(exp)(Lanes x) {
  const Lanes most = (Lanes){} + 88.0f, least = (Lanes){} - 87.0f;
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

KERNELS_INLINE Lanes LEVEL(sigmoid)(Lanes x) { return 1.0f / (LEVEL(exp)(-x) + 1.0f); }

KERNELS_INLINE Lanes LEVEL(root)(Lanes x) { return __builtin_elementwise_sqrt(x); }
