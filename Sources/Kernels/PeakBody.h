// Sums that do not wait for one another: enough of them for two units with a latency of up to six cycles, few enough
// for the registers.
#pragma clang fp contract(fast)

enum { LEVEL(peak_sums) = KERNELS_THIS_LEVEL == 0 ? 2 : 12 };

#if KERNELS_THIS_LEVEL == 2
typedef __m512 LEVEL(PeakFloats);
typedef __m512i LEVEL(PeakIntegers);
#define PEAK_SET(x) _mm512_set1_ps(x)
#define PEAK_SET_INTEGERS(x) _mm512_set1_epi32(x)
#define PEAK_MULTIPLY_ADD(a, b, sum) _mm512_fmadd_ps(a, b, sum)
#define PEAK_DOT8(a, b, sum) _mm512_dpbusd_epi32(sum, a, b)
// Every product is made in two halves of 7 bits.
#define PEAK_DOT16(a, b, sum) _mm512_dpbusd_epi32(sum, a, b)
#elif KERNELS_THIS_LEVEL == 1
typedef __m256 LEVEL(PeakFloats);
typedef __m256i LEVEL(PeakIntegers);
#define PEAK_SET(x) _mm256_set1_ps(x)
#define PEAK_SET_INTEGERS(x) _mm256_set1_epi32(x)
#define PEAK_MULTIPLY_ADD(a, b, sum) _mm256_fmadd_ps(a, b, sum)
#define PEAK_DOT8(a, b, sum) _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1)))
#define PEAK_DOT16(a, b, sum) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#else
typedef Lanes LEVEL(PeakFloats);
typedef LanesI32 LEVEL(PeakIntegers);
#define PEAK_SET(x) ((Lanes){} + (float)(x))
#define PEAK_SET_INTEGERS(x) ((LanesI32){} + (x))
#define PEAK_MULTIPLY_ADD(a, b, sum) ((a) * (b) + (sum))
#define PEAK_DOT8(a, b, sum) ((a) * (b) + (sum))
#define PEAK_DOT16(a, b, sum) ((a) * (b) + (sum))
#endif
// Hides values from the compiler, or it would see that every step has the same factors.
#if KERNELS_THIS_LEVEL > 0
#define PEAK_HIDE(a, b) __asm__ volatile("" : "+x"(a), "+x"(b))
#else
#define PEAK_HIDE(a, b) __asm__ volatile("" : "+m"(b))
#endif

// Operations per round: sums, times 32-bit lanes, times products per lane, times two.
#define PEAK_LOOP(TYPE, SET, STEP, PRODUCTS)                                                            \
  do {                                                                                                  \
    LEVEL(TYPE) sums[LEVEL(peak_sums)], a = SET(0), b = SET(0);                                         \
    for (int i = 0; i < LEVEL(peak_sums); i++) sums[i] = SET(0);                                            \
    PEAK_HIDE(b, a);                                                                                    \
    for (int64_t round = 0; round < rounds; round++) {                                                  \
      for (int i = 0; i < LEVEL(peak_sums); i++) {                                                      \
        PEAK_HIDE(a, b);                                                                                \
        sums[i] = STEP(a, b, sums[i]);                                                                  \
      }                                                                                                 \
    }                                                                                                   \
    for (int i = 1; i < LEVEL(peak_sums); i++) sums[0] += sums[i];                                      \
    memcpy(&first, &sums[0], sizeof first);                                                             \
    operations = rounds * LEVEL(peak_sums) * (int64_t)(sizeof(LEVEL(TYPE)) / 4) * (PRODUCTS) * 2;       \
  } while (0)

static int64_t LEVEL(peak_run)(KernelsPeak peak, int64_t rounds, float *sink) {
  int64_t operations = 0;
  int32_t first = 0;
  if (peak == KERNELS_PEAK_FLOAT32) {
    PEAK_LOOP(PeakFloats, PEAK_SET, PEAK_MULTIPLY_ADD, 1);
  } else if (peak == KERNELS_PEAK_INT8_ACTIVATION7) {
    PEAK_LOOP(PeakIntegers, PEAK_SET_INTEGERS, PEAK_DOT8, KERNELS_THIS_LEVEL == 0 ? 1 : 4);
  } else {
    PEAK_LOOP(PeakIntegers, PEAK_SET_INTEGERS, PEAK_DOT16, KERNELS_THIS_LEVEL == 0 ? 1 : 2);
  }
  *sink += (float)first;
  return operations;
}

static uint32_t LEVEL(peak_read)(const void *data, size_t bytes) {
  LanesU32 sums[4] = {};
  const LanesU32 *at = data;
  for (size_t count = bytes / sizeof *at; count >= 4; count -= 4, at += 4) {
    for (int i = 0; i < 4; i++) sums[i] += at[i];
  }
  uint32_t total = 0;
  for (int i = 0; i < 4; i++) {
    for (int lane = 0; lane < 16; lane++) total += sums[i][lane];
  }
  return total;
}

#undef PEAK_HIDE
#undef PEAK_SET
#undef PEAK_SET_INTEGERS
#undef PEAK_MULTIPLY_ADD
#undef PEAK_DOT8
#undef PEAK_DOT16
#undef PEAK_LOOP
