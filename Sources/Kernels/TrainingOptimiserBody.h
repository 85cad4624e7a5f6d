// Optimisers, one pass over weights, gradients and moments.
#pragma clang fp contract(fast)

typedef double LEVEL(Doubles) __attribute__((vector_size(64)));
typedef float LEVEL(HalfLanes) __attribute__((vector_size(32)));

// atan(t) for t in 0...1 within 1e-10: a polynomial in t², fitted at 4,000 Chebyshev nodes.
KERNELS_INLINE LEVEL(Doubles) LEVEL(small_angle)(LEVEL(Doubles) t) {
  const LEVEL(Doubles) z = t * t;
  LEVEL(Doubles) p = z * -0.0006804972996286991 + 0.00482722790520948;
  p = p * z - 0.016055160907066705;
  p = p * z + 0.034133423278256254;
  p = p * z - 0.054215308610041854;
  p = p * z + 0.07242284150949824;
  p = p * z - 0.08979051051816545;
  p = p * z + 0.1109298478809901;
  p = p * z - 0.14283948421313322;
  p = p * z + 0.19999909957025283;
  p = p * z - 0.3333333151819832;
  p = p * z + 0.9999999999390122;
  return p * t;
}

// atan2(y, x) for x ≥ 0, rounded once: 0 where both are 0. The angle of small to large, and its complement where y is the
// larger, in double precision.
KERNELS_INLINE Lanes LEVEL(atan2)(Lanes y, Lanes x) {
  const LanesI32 sign = (LanesI32)y & INT32_MIN;
  const Lanes a = (Lanes)((LanesI32)y & INT32_MAX);
  const LanesI32 is_steep = a > x;
  const Lanes small = LEVEL(select)(is_steep, x, a), large = LEVEL(select)(is_steep, a, x);
  const Lanes safe = LEVEL(select)(large > 0.0f, large, (Lanes){} + 1.0f);
  // Steep ones subtract from π/2, the others add to 0.
  const Lanes turn = LEVEL(select)(is_steep, (Lanes){} - 1.0f, (Lanes){} + 1.0f);
  LEVEL(HalfLanes) halves[2], numerators[2], denominators[2], turns[2];
  memcpy(numerators, &small, sizeof small);
  memcpy(denominators, &safe, sizeof safe);
  memcpy(turns, &turn, sizeof turn);
  for (int half = 0; half < 2; half++) {
    const LEVEL(Doubles) t = __builtin_convertvector(numerators[half], LEVEL(Doubles)) /
                             __builtin_convertvector(denominators[half], LEVEL(Doubles));
    const LEVEL(Doubles) direction = __builtin_convertvector(turns[half], LEVEL(Doubles));
    const LEVEL(Doubles) base = (1.0 - direction) * 0.78539816339744830962;
    halves[half] = __builtin_convertvector(base + direction * LEVEL(small_angle)(t), LEVEL(HalfLanes));
  }
  Lanes angle;
  memcpy(&angle, halves, sizeof angle);
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
      const Lanes size = __builtin_elementwise_sqrt(v) * adam->square_factor;                                                  \
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
