// Row operations and their derivatives.
#pragma clang fp contract(fast)

static void LEVEL(train_add)(const float *a, const float *b, float *out, size_t count) {
  size_t at = 0;
  for (; at + KERNELS_LANES <= count; at += KERNELS_LANES) {
    LEVEL(store)(out + at, LEVEL(load)(a + at) + LEVEL(load)(b + at));
  }
  for (; at < count; at++) out[at] = a[at] + b[at];
}

static void LEVEL(train_normalise)(
    float *x, ptrdiff_t stride, int32_t width, int32_t rows, float eps, float *inverse) {
  for (int32_t row = 0; row < rows; row++, x += stride) {
    Lanes squares = {};
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      const Lanes lanes = LEVEL(load)(x + at);
      squares += lanes * lanes;
    }
    const float factor = 1 / sqrtf(LEVEL(sum)(squares) / (float)width + eps);
    if (inverse) inverse[row] = factor;
    for (int32_t at = 0; at < width; at += KERNELS_LANES) LEVEL(store)(x + at, LEVEL(load)(x + at) * factor);
  }
}

static void LEVEL(train_normalise_backward)(
    const float *dy, ptrdiff_t dy_stride, const float *y, ptrdiff_t y_stride, const float *inverse, int32_t width,
    int32_t rows, float *dx, ptrdiff_t dx_stride) {
  for (int32_t row = 0; row < rows; row++, dy += dy_stride, y += y_stride, dx += dx_stride) {
    Lanes products = {};
    for (int32_t at = 0; at < width; at += KERNELS_LANES) products += LEVEL(load)(dy + at) * LEVEL(load)(y + at);
    const float mean = LEVEL(sum)(products) / (float)width, factor = inverse[row];
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      LEVEL(store)(dx + at, (LEVEL(load)(dy + at) - LEVEL(load)(y + at) * mean) * factor);
    }
  }
}

static void LEVEL(train_gate_backward)(
    float *gated, ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t width,
    int32_t rows) {
  for (int32_t row = 0; row < rows; row++, gated += gated_stride, gate_up += gate_up_stride) {
    float *gates = gate_up, *ups = gate_up + up_offset;
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      const Lanes gate = LEVEL(load)(gates + at), up = LEVEL(load)(ups + at), d = LEVEL(load)(gated + at);
      const Lanes sigmoid = 1.0f / (LEVEL(exp)(-gate) + 1.0f), silu = gate * sigmoid;
      LEVEL(store)(gates + at, d * up * (sigmoid + silu * (1.0f - sigmoid)));
      LEVEL(store)(ups + at, d * silu);
      LEVEL(store)(gated + at, silu * up);
    }
  }
}
