// Attention of one head over one sequence.
#pragma clang fp contract(off)

static void LEVEL(rotate)(
    float *restrict head, ptrdiff_t stride, int32_t positions, int32_t head_width, const float *restrict cosines,
    const float *restrict sines) {
  const int32_t half = head_width / 2;
  for (int32_t position = 0; position < positions; position++, head += stride, cosines += half, sines += half) {
    for (int32_t i = 0; i < half; i++) {
      const float a = head[i], b = head[i + half];
      head[i] = a * cosines[i] - b * sines[i];
      head[i + half] = b * cosines[i] + a * sines[i];
    }
  }
}

#pragma clang fp contract(fast)

// y = x w for rows of `x`, with `w` in panels of 16 columns, a row of them per input.
static void LEVEL(small_product)(
    const float *x, ptrdiff_t x_stride, const float *w, int32_t inputs, int32_t rows, int32_t panels, float *y,
    ptrdiff_t y_stride) {
  for (int32_t panel = 0; panel < panels; panel++, w += (ptrdiff_t)inputs * KERNELS_LANES) {
    Lanes sums[TILE_ROWS][2];
    int32_t row = 0;
    for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
      LEVEL(sum_float)(x + row * x_stride, x_stride, w, KERNELS_LANES, 0, inputs, TILE_ROWS, 1, sums);
      for (int r = 0; r < TILE_ROWS; r++) LEVEL(store)(y + (row + r) * y_stride + panel * KERNELS_LANES, sums[r][0]);
    }
    for (; row < rows; row++) {
      LEVEL(sum_float)(x + row * x_stride, x_stride, w, KERNELS_LANES, 0, inputs, 1, 1, sums);
      LEVEL(store)(y + row * y_stride + panel * KERNELS_LANES, sums[0][0]);
    }
  }
}

static void LEVEL(attend)(
    float *q, float *k, const float *v, ptrdiff_t stride, int32_t positions, int32_t queries, int32_t head_width,
    const float *cosines, const float *sines, float *scratch, float *out, ptrdiff_t out_stride) {
  if (cosines) {
    LEVEL(rotate)(q, stride, queries, head_width, cosines, sines);
    LEVEL(rotate)(k, stride, positions, head_width, cosines, sines);
  }
  const int32_t columns = kernels_padded(positions), width = kernels_padded(head_width);
  float *keys = scratch, *values = keys + (ptrdiff_t)columns * head_width;
  float *scores = values + (ptrdiff_t)positions * width, *result = scores + (ptrdiff_t)queries * columns;
  for (int32_t first = 0; first < positions; first += KERNELS_LANES) {
    const int32_t count = positions - first < KERNELS_LANES ? positions - first : KERNELS_LANES;
    LEVEL(transpose_rows)(k + first * stride, stride, count, head_width, keys + (ptrdiff_t)first * head_width);
  }
  for (int32_t panel = 0; panel < width / KERNELS_LANES; panel++) {
    const int32_t first = panel * KERNELS_LANES;
    for (int32_t position = 0; position < positions; position++) {
      float *target = values + ((ptrdiff_t)panel * positions + position) * KERNELS_LANES;
      LEVEL(store)(target, LEVEL(load_some)(v + position * stride + first, head_width - first));
    }
  }
  LEVEL(small_product)(q, stride, keys, head_width, queries, columns / KERNELS_LANES, scores, columns);
  for (int32_t query = 0; query < queries; query++) {
    LEVEL(softmax)(scores + (ptrdiff_t)query * columns, positions, 1 / sqrtf((float)head_width));
  }
  // A head's last panel may be wider than the head: its neighbour's numbers must not be touched.
  LEVEL(small_product)(scores, columns, values, positions, queries, width / KERNELS_LANES, result, width);
  for (int32_t query = 0; query < queries; query++) {
    memcpy(out + query * out_stride, result + (ptrdiff_t)query * width, (size_t)head_width * sizeof(float));
  }
}
