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

// Panels of 16 positions, [width][16] each: what a product with rows of `source` transposed reads.
KERNELS_INLINE void LEVEL(transpose_head)(
    const float *source, ptrdiff_t stride, int32_t positions, int32_t width, float *target) {
  for (int32_t first = 0; first < positions; first += KERNELS_LANES, target += (ptrdiff_t)width * KERNELS_LANES) {
    const int32_t count = positions - first < KERNELS_LANES ? positions - first : KERNELS_LANES;
    LEVEL(transpose_rows)(source + first * stride, stride, count, width, target);
  }
}

// A head's rows where a product may read and write whole lanes: the head itself if its width is a multiple of 16, else a
// copy with padding, for a head's last lanes may be its neighbour's first ones.
typedef struct {
  float *data;
  ptrdiff_t stride;
} LEVEL(HeadRows);

KERNELS_INLINE LEVEL(HeadRows) LEVEL(whole_rows)(
    float *source, ptrdiff_t stride, int32_t positions, int32_t width, int copy, float *scratch) {
  const int32_t padded = kernels_padded(width);
  if (padded == width) return (LEVEL(HeadRows)){source, stride};
  for (int32_t position = 0; copy && position < positions; position++) {
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      LEVEL(store)
      (scratch + (ptrdiff_t)position * padded + at, LEVEL(load_some)(source + position * stride + at, width - at));
    }
  }
  return (LEVEL(HeadRows)){scratch, padded};
}

// Back from the copy, if there was one.
KERNELS_INLINE void LEVEL(put_rows)(
    LEVEL(HeadRows) rows, int32_t positions, int32_t width, float *target, ptrdiff_t stride) {
  if (rows.data == target) return;
  for (int32_t position = 0; position < positions; position++) {
    for (int32_t at = 0; at < width; at += KERNELS_LANES) {
      LEVEL(store_some)
      (target + position * stride + at, LEVEL(load)(rows.data + position * rows.stride + at), width - at);
    }
  }
}

// x ← softmax(scale · x) over `count` numbers; what lies beyond, up to whole lanes, becomes 0.
KERNELS_INLINE void LEVEL(train_softmax)(float *x, int32_t count, float scale) {
  const int32_t padded = kernels_padded(count);
  for (int32_t at = count; at < padded; at++) x[at] = -INFINITY;
  Lanes peaks = LEVEL(load)(x);
  for (int32_t at = KERNELS_LANES; at < padded; at += KERNELS_LANES) peaks = LEVEL(larger)(peaks, LEVEL(load)(x + at));
  const float peak = LEVEL(peak)(peaks);
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
  const ptrdiff_t size = (ptrdiff_t)positions * padded;
  float *k = q + heads->width, *v = k + heads->width;
  float *keys = scratch, *copies = keys + (ptrdiff_t)columns * width;
  float *scores = probabilities ? probabilities : copies + 2 * size;
  if (heads->cosines) {
    LEVEL(turn)(heads, q, heads->stride, queries, 1);
    LEVEL(turn)(heads, k, heads->stride, positions, 1);
  }
  LEVEL(transpose_head)(k, heads->stride, positions, width, keys);
  const LEVEL(Factors) by_keys = {
      q, heads->stride, 1, keys, KERNELS_LANES, (ptrdiff_t)width * KERNELS_LANES, width, NULL, 0};
  LEVEL(product)(by_keys, columns / KERNELS_LANES, queries, NULL, 0, scores, columns);
  const float scale = 1 / sqrtf((float)width);
  for (int32_t query = 0; query < queries; query++) {
    LEVEL(train_softmax)(scores + (ptrdiff_t)query * columns, positions, scale);
  }
  const LEVEL(HeadRows) values = LEVEL(whole_rows)(v, heads->stride, positions, width, 1, copies);
  const LEVEL(HeadRows) result = LEVEL(whole_rows)(out, heads->out_stride, queries, width, 0, copies + size);
  const LEVEL(Factors) by_values = {scores, columns, 1, values.data, values.stride, KERNELS_LANES, positions, NULL, 0};
  LEVEL(product)(by_values, padded / KERNELS_LANES, queries, NULL, 0, result.data, result.stride);
  LEVEL(put_rows)(result, queries, width, out, heads->out_stride);
}

static void LEVEL(train_attend_backward)(
    const KernelsHeads *heads, float *q, int32_t queries, const float *probabilities, const float *d_out,
    float *scratch) {
  const int32_t positions = heads->positions, width = heads->head_width;
  const int32_t columns = kernels_padded(positions), padded = kernels_padded(width), panels = padded / KERNELS_LANES;
  const ptrdiff_t size = (ptrdiff_t)positions * padded, stride = heads->stride;
  float *k = q + heads->width, *v = k + heads->width;
  float *values = scratch, *d_scores = values + (ptrdiff_t)columns * width;
  float *copies = d_scores + (ptrdiff_t)positions * columns, *sums = copies + 3 * size;
  LEVEL(transpose_head)(v, stride, positions, width, values);
  // Read only: the cast spares a second form of the function.
  const LEVEL(HeadRows) d_outs =
      LEVEL(whole_rows)((float *)(uintptr_t)d_out, heads->out_stride, queries, width, 1, copies);
  const LEVEL(Factors) by_values = {
      d_outs.data, d_outs.stride, 1, values, KERNELS_LANES, (ptrdiff_t)width * KERNELS_LANES, width, NULL, 0};
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
  const LEVEL(HeadRows) sum_rows = {sums, padded};
  const LEVEL(Factors) to_values = {
      probabilities, 1, columns, d_outs.data, d_outs.stride, KERNELS_LANES, queries, NULL, 0};
  LEVEL(product)(to_values, panels, positions, NULL, 0, sums, padded);
  LEVEL(put_rows)(sum_rows, positions, width, v, stride);
  // q is still needed while k's gradient is computed, and k while q's is: the first of the two waits.
  const LEVEL(HeadRows) ks = LEVEL(whole_rows)(k, stride, positions, width, 1, copies + size);
  const LEVEL(Factors) to_queries = {d_scores, columns, 1, ks.data, ks.stride, KERNELS_LANES, positions, NULL, 0};
  LEVEL(product)(to_queries, panels, queries, NULL, 0, sums, padded);
  for (ptrdiff_t at = (ptrdiff_t)queries * padded; at < size; at++) sums[at] = 0;
  const LEVEL(HeadRows) qs = LEVEL(whole_rows)(q, stride, queries, width, 1, copies + 2 * size);
  float *d_keys = copies;
  const LEVEL(Factors) to_keys = {d_scores, 1, columns, qs.data, qs.stride, KERNELS_LANES, queries, NULL, 0};
  LEVEL(product)(to_keys, panels, positions, NULL, 0, d_keys, padded);
  LEVEL(put_rows)(sum_rows, positions, width, q, stride);
  LEVEL(put_rows)((LEVEL(HeadRows)){d_keys, padded}, positions, width, k, stride);
  if (heads->cosines) {
    LEVEL(turn)(heads, q, stride, queries, -1);
    LEVEL(turn)(heads, k, stride, positions, -1);
  }
}
