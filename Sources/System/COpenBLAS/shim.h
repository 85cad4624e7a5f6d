#include <cblas.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

// What the processor and the system support, asked of the processor itself: /proc/cpuinfo is hidden from a hardened
// service. Bit 0: AVX2 and FMA. Bit 1: AVX-512 F, DQ, BW and VL.
static inline int hrmbot_vector_support(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27)) || !(c & (1u << 12))) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned avx512 = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
  const int has512 = (low & 0xe0) == 0xe0 && (b & avx512) == avx512;
  return ((b & (1u << 5)) ? 1 : 0) | (has512 ? 2 : 0);
}
#else
static inline int hrmbot_vector_support(void) { return 0; }
#endif
