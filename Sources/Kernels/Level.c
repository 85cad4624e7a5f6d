#include "Kernels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <cpuid.h>

// Asks the processor itself: /proc/cpuinfo is hidden from a hardened service.
static KernelsLevel detect(void) {
  unsigned a, b, c, d;
  const unsigned os_saves_state = 1u << 27, fma = 1u << 12;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & os_saves_state) || !(c & fma)) return KERNELS_PORTABLE;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 5))) return KERNELS_PORTABLE;
  const unsigned foundation = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31), vnni = 1u << 11;
  const int is_complete = (low & 0xe0) == 0xe0 && (b & foundation) == foundation && (c & vnni);
  return is_complete ? KERNELS_AVX512 : KERNELS_AVX2;
}
#else
static KernelsLevel detect(void) { return KERNELS_PORTABLE; }
#endif

// One more than the level; 0 until the first question.
static _Atomic int chosen, best;

KernelsLevel kernels_best_level(void) {
  int known = atomic_load_explicit(&best, memory_order_relaxed);
  if (known == 0) {
    known = (int)detect() + 1;
    atomic_store_explicit(&best, known, memory_order_relaxed);
  }
  return (KernelsLevel)(known - 1);
}

KernelsLevel kernels_level(void) {
  const int known = atomic_load_explicit(&chosen, memory_order_relaxed);
  return known == 0 ? kernels_best_level() : (KernelsLevel)(known - 1);
}

KernelsLevel kernels_use_level(KernelsLevel level) {
  const KernelsLevel most = kernels_best_level();
  const KernelsLevel used = level > most ? most : level;
  atomic_store_explicit(&chosen, (int)used + 1, memory_order_relaxed);
  return used;
}

const char *kernels_level_name(KernelsLevel level) {
  static const char *const names[] = {"portable", "avx2", "avx512"};
  return names[level];
}
