// Optimisers, one pass over weights, gradients and moments.
#pragma clang fp contract(fast)

// atan2(y, x) for x ≥ 0; 0 where both are 0. Reduced to |t| ≤ tan(π/8), then the polynomial of Cephes' `atanf`.
KERNELS_INLINE Lanes LEVEL(atan2)(Lanes y, Lanes x) {
  const LanesI32 sign = (LanesI32)y & INT32_MIN;
  const Lanes a = (Lanes)((LanesI32)y & INT32_MAX);
  const LanesI32 is_steep = a > x;
  const Lanes small = LEVEL(select)(is_steep, x, a), large = LEVEL(select)(is_steep, a, x);
  // In 0...1: above tan(π/8), atan(t) = π/4 + atan((t - 1) / (t + 1)), with one division for both steps.
  const LanesI32 is_middle = small > large * 0.414213562373095f;
  const Lanes numerator = LEVEL(select)(is_middle, small - large, small);
  const Lanes denominator = LEVEL(select)(is_middle, small + large, large);
  const Lanes safe = LEVEL(select)(denominator > 0.0f, denominator, (Lanes){} + 1.0f);
  const Lanes t = numerator / safe;
  const Lanes z = t * t;
  Lanes p = z * 8.05374449538e-2f - 1.38776856032e-1f;
  p = p * z + 1.99777106478e-1f;
  p = p * z - 3.33329491539e-1f;
  Lanes angle = p * z * t + t;
  angle = LEVEL(select)(is_middle, angle + 0.785398163397448f, angle);
  angle = LEVEL(select)(is_steep, 1.57079632679490f - angle, angle);
  return (Lanes)((LanesI32)angle ^ sign);
}

static void LEVEL(train_atan2)(const float *y, const float *x, float *out, size_t count) {
  for (size_t at = 0; at < count; at += KERNELS_LANES) {
    const int32_t rest = count - at < KERNELS_LANES ? (int32_t)(count - at) : KERNELS_LANES;
    LEVEL(store_some)
    (out + at, LEVEL(atan2)(LEVEL(load_some)(y + at, rest), LEVEL(load_some)(x + at, rest)), rest);
  }
}

#define ADAM(NAME, DIRECTION)                                                                                   \
  static void LEVEL(NAME)(                                                                                      \
      const KernelsAdam *adam, float *weights, const float *gradients, float *means, float *squares, size_t count) { \
    for (size_t at = 0; at < count; at += KERNELS_LANES) {                                                      \
      const int32_t rest = count - at < KERNELS_LANES ? (int32_t)(count - at) : KERNELS_LANES;                  \
      const Lanes g = LEVEL(load_some)(gradients + at, rest) * adam->gradient_scale;                            \
      Lanes m = LEVEL(load_some)(means + at, rest), v = LEVEL(load_some)(squares + at, rest);                   \
      m += (g - m) * adam->mean_rate;                                                                           \
      v += (g * g - v) * adam->square_rate;                                                                     \
      const Lanes size = LEVEL(root)(v) * adam->square_factor;                                                  \
      const Lanes w = LEVEL(load_some)(weights + at, rest) * adam->keep - (DIRECTION) * adam->step;             \
      LEVEL(store_some)(means + at, m, rest);                                                                   \
      LEVEL(store_some)(squares + at, v, rest);                                                                 \
      LEVEL(store_some)(weights + at, w, rest);                                                                 \
    }                                                                                                           \
  }

ADAM(train_adam_atan2, LEVEL(atan2)(m, size))
ADAM(train_adam_w, m / (size + adam->epsilon))
#undef ADAM

static double LEVEL(train_sum_squares)(const float *x, size_t count) {
  double sums[KERNELS_LANES] = {0};
  size_t at = 0;
  for (; at + KERNELS_LANES <= count; at += KERNELS_LANES) {
    for (int lane = 0; lane < KERNELS_LANES; lane++) sums[lane] += (double)x[at + lane] * (double)x[at + lane];
  }
  double sum = 0;
  for (int lane = 0; lane < KERNELS_LANES; lane++) sum += sums[lane];
  for (; at < count; at++) sum += (double)x[at] * (double)x[at];
  return sum;
}
