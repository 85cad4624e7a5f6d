// Attention of one head over one sequence, forward and backward.
#pragma clang fp contract(fast)

// Turns component i and its partner i + half by the angle of the position; `direction` -1 turns back.
KERNELS_INLINE void LEVEL(turn)(
    const KernelsHeads *heads, float *head, ptrdiff_t stride, int32_t positions, float direction) {
  const int32_t half = heads->head_width / 2;
  for (int32_t position = 0; position < positions; position++, head += stride) {
    const float *cosines = heads->cosines + (ptrdiff_t)position * half, *sines = heads->sines + (ptrdiff_t)position * half;
    for (int32_t at = 0; at < half; at += KERNELS_LANES) {
      const int32_t count = half - at < KERNELS_LANES ? half - at : KERNELS_LANES;
      const Lanes c = LEVEL(load_some)(cosines + at, count), s = direction * LEVEL(load_some)(sines + at, count);
      const Lanes a = LEVEL(load_some)(head + at, count), b = LEVEL(load_some)(head + half + at, count);
      LEVEL(store_some)(head + at, a * c - b * s, count);
      LEVEL(store_some)(head + half + at, b * c + a * s, count);
    }
  }
}

// target[component][padded positions] ← source[position][component], zeros beyond the positions.
KERNELS_INLINE void LEVEL(transpose_head)(
    const float *source, ptrdiff_t stride, int32_t positions, int32_t width, float *target) {
  const int32_t columns = kernels_padded(positions);
  for (int32_t position = 0; position < columns; position++) {
    if (position < positions) {
      for (int32_t i = 0; i < width; i++) target[i * columns + position] = source[position * stride + i];
    } else {
      for (int32_t i = 0; i < width; i++) target[i * columns + position] = 0;
    }
  }
}

// target[position][padded width] ← source[position][width], zeros beyond the width.
KERNELS_INLINE void LEVEL(copy_head)(
    const float *source, ptrdiff_t stride, int32_t positions, int32_t width, float *target) {
  for (int32_t position = 0; position < positions; position++, source += stride) {
    for (int32_t at = 0; at < width; at += KERNELS_LANES, target += KERNELS_LANES) {
      LEVEL(store)(target, LEVEL(load_some)(source + at, width - at));
    }
  }
}

KERNELS_INLINE void LEVEL(put_head)(
    const float *source, int32_t positions, int32_t width, float *target, ptrdiff_t stride) {
  for (int32_t position = 0; position < positions; position++, target += stride) {
    for (int32_t at = 0; at < width; at += KERNELS_LANES, source += KERNELS_LANES) {
      LEVEL(store_some)(target + at, LEVEL(load)(source), width - at);
    }
  }
}

// x ← softmax(scale · x) over `count` numbers; what lies beyond, up to whole lanes, becomes 0.
KERNELS_INLINE void LEVEL(train_softmax)(float *x, int32_t count, float scale) {
  const int32_t padded = kernels_padded(count);
  for (int32_t at = count; at < padded; at++) x[at] = -INFINITY;
  Lanes peaks = LEVEL(load)(x);
  for (int32_t at = KERNELS_LANES; at < padded; at += KERNELS_LANES) {
    const Lanes lanes = LEVEL(load)(x + at);
    peaks = LEVEL(select)(lanes > peaks, lanes, peaks);
  }
  float peak = peaks[0];
  for (int lane = 1; lane < KERNELS_LANES; lane++) peak = peaks[lane] > peak ? peaks[lane] : peak;
  Lanes sums = {};
  for (int32_t at = 0; at < padded; at += KERNELS_LANES) {
    const Lanes lanes = LEVEL(load)(x + at);
    // The exponential's lower bound is not zero.
    const Lanes powers = LEVEL(select)(lanes == -INFINITY, (Lanes){}, LEVEL(exp)((lanes - peak) * scale));
    LEVEL(store)(x + at, powers);
    sums += powers;
  }
  const float factor = 1 / LEVEL(sum)(sums);
  for (int32_t at = 0; at < padded; at += KERNELS_LANES) LEVEL(store)(x + at, LEVEL(load)(x + at) * factor);
}

static void LEVEL(train_attend)(
    const KernelsHeads *heads, float *q, int32_t queries, float *probabilities, float *scratch, float *out) {
  const int32_t positions = heads->positions, width = heads->head_width;
  const int32_t columns = kernels_padded(positions), padded = kernels_padded(width);
  float *k = q + heads->width, *v = k + heads->width;
  float *keys = scratch, *values = keys + (ptrdiff_t)columns * width;
  float *result = values + (ptrdiff_t)positions * padded;
  float *scores = probabilities ? probabilities : result + (ptrdiff_t)positions * padded;
  if (heads->cosines) {
    LEVEL(turn)(heads, q, heads->stride, queries, 1);
    LEVEL(turn)(heads, k, heads->stride, positions, 1);
  }
  LEVEL(transpose_head)(k, heads->stride, positions, width, keys);
  const LEVEL(Factors) by_keys = {q, heads->stride, 1, keys, columns, KERNELS_LANES, width, NULL};
  LEVEL(product)(by_keys, columns / KERNELS_LANES, queries, NULL, 0, scores, columns);
  const float scale = 1 / sqrtf((float)width);
  for (int32_t query = 0; query < queries; query++) {
    LEVEL(train_softmax)(scores + (ptrdiff_t)query * columns, positions, scale);
  }
  LEVEL(copy_head)(v, heads->stride, positions, width, values);
  const LEVEL(Factors) by_values = {scores, columns, 1, values, padded, KERNELS_LANES, positions, NULL};
  LEVEL(product)(by_values, padded / KERNELS_LANES, queries, NULL, 0, result, padded);
  LEVEL(put_head)(result, queries, width, out, heads->out_stride);
}

static void LEVEL(train_attend_backward)(
    const KernelsHeads *heads, float *q, int32_t queries, const float *probabilities, const float *d_out,
    float *scratch) {
  const int32_t positions = heads->positions, width = heads->head_width;
  const int32_t columns = kernels_padded(positions), padded = kernels_padded(width);
  const ptrdiff_t size = (ptrdiff_t)positions * padded;
  float *k = q + heads->width, *v = k + heads->width;
  float *values = scratch, *d_scores = values + (ptrdiff_t)columns * width;
  float *d_outs = d_scores + (ptrdiff_t)positions * columns, *qs = d_outs + size, *ks = qs + size, *result = ks + size;
  LEVEL(transpose_head)(v, heads->stride, positions, width, values);
  LEVEL(copy_head)(d_out, heads->out_stride, queries, width, d_outs);
  LEVEL(copy_head)(q, heads->stride, queries, width, qs);
  LEVEL(copy_head)(k, heads->stride, positions, width, ks);
  const int32_t panels = padded / KERNELS_LANES;
  const LEVEL(Factors) by_values = {d_outs, padded, 1, values, columns, KERNELS_LANES, width, NULL};
  LEVEL(product)(by_values, columns / KERNELS_LANES, queries, NULL, 0, d_scores, columns);
  const float scale = 1 / sqrtf((float)width);
  for (int32_t query = 0; query < queries; query++) {
    float *row = d_scores + (ptrdiff_t)query * columns;
    const float *p = probabilities + (ptrdiff_t)query * columns;
    Lanes products = {};
    for (int32_t at = 0; at < columns; at += KERNELS_LANES) products += LEVEL(load)(p + at) * LEVEL(load)(row + at);
    const float mean = LEVEL(sum)(products);
    for (int32_t at = 0; at < columns; at += KERNELS_LANES) {
      LEVEL(store)(row + at, LEVEL(load)(p + at) * (LEVEL(load)(row + at) - mean) * scale);
    }
  }
  const LEVEL(Factors) to_values = {probabilities, 1, columns, d_outs, padded, KERNELS_LANES, queries, NULL};
  LEVEL(product)(to_values, panels, positions, NULL, 0, result, padded);
  LEVEL(put_head)(result, positions, width, v, heads->stride);
  const LEVEL(Factors) to_queries = {d_scores, columns, 1, ks, padded, KERNELS_LANES, positions, NULL};
  LEVEL(product)(to_queries, panels, queries, NULL, 0, result, padded);
  for (ptrdiff_t at = (ptrdiff_t)queries * padded; at < size; at++) result[at] = 0;
  LEVEL(put_head)(result, positions, width, q, heads->stride);
  const LEVEL(Factors) to_keys = {d_scores, 1, columns, qs, padded, KERNELS_LANES, queries, NULL};
  LEVEL(product)(to_keys, panels, positions, NULL, 0, result, padded);
  LEVEL(put_head)(result, positions, width, k, heads->stride);
  if (heads->cosines) {
    LEVEL(turn)(heads, q, heads->stride, queries, -1);
    LEVEL(turn)(heads, k, heads->stride, positions, -1);
  }
}
