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

// Scores lie with queries side by side, [positions][padded positions]: what is summed over positions then needs no sum
// across lanes. Turns the scores of 16 queries into probabilities.
KERNELS_INLINE void LEVEL(train_softmax)(float *scores, ptrdiff_t stride, int32_t positions, float scale) {
  Lanes peaks = LEVEL(load)(scores);
  for (int32_t position = 1; position < positions; position++) {
    peaks = LEVEL(larger)(peaks, LEVEL(load)(scores + position * stride));
  }
  Lanes sums = {};
  for (int32_t position = 0; position < positions; position++) {
    const Lanes powers = LEVEL(exp)((LEVEL(load)(scores + position * stride) - peaks) * scale);
    LEVEL(store)(scores + position * stride, powers);
    sums += powers;
  }
  const Lanes factors = 1.0f / sums;
  for (int32_t position = 0; position < positions; position++) {
    LEVEL(store)(scores + position * stride, LEVEL(load)(scores + position * stride) * factors);
  }
}

static void LEVEL(train_attend)(
    const KernelsHeads *heads, float *q, int32_t queries, float *probabilities, float *scratch, float *out) {
  const int32_t positions = heads->positions, width = heads->head_width;
  const int32_t columns = kernels_padded(positions), padded = kernels_padded(width);
  const ptrdiff_t size = (ptrdiff_t)positions * padded;
  float *k = q + heads->width, *v = k + heads->width;
  float *turned = scratch, *copies = turned + (ptrdiff_t)columns * width;
  float *scores = probabilities ? probabilities : copies + 2 * size;
  if (heads->cosines) {
    LEVEL(turn)(heads, q, heads->stride, queries, 1);
    LEVEL(turn)(heads, k, heads->stride, positions, 1);
  }
  LEVEL(transpose_head)(q, heads->stride, queries, width, turned);
  const LEVEL(Factors) by_queries = {
      k, heads->stride, 1, turned, KERNELS_LANES, (ptrdiff_t)width * KERNELS_LANES, width, NULL, 0};
  LEVEL(product)(by_queries, kernels_padded(queries) / KERNELS_LANES, positions, NULL, 0, scores, columns);
  for (int32_t query = 0; query < queries; query += KERNELS_LANES) {
    LEVEL(train_softmax)(scores + query, columns, positions, 1 / sqrtf((float)width));
  }
  const LEVEL(HeadRows) values = LEVEL(whole_rows)(v, heads->stride, positions, width, 1, copies);
  const LEVEL(HeadRows) result = LEVEL(whole_rows)(out, heads->out_stride, queries, width, 0, copies + size);
  const LEVEL(Factors) by_values = {scores, 1, columns, values.data, values.stride, KERNELS_LANES, positions, NULL, 0};
  LEVEL(product)(by_values, padded / KERNELS_LANES, queries, NULL, 0, result.data, result.stride);
  LEVEL(put_rows)(result, queries, width, out, heads->out_stride);
}

// From the gradient of 16 queries' probabilities makes that of their scores.
KERNELS_INLINE void LEVEL(softmax_backward)(
    const float *probabilities, float *gradient, ptrdiff_t stride, int32_t positions, float scale) {
  Lanes means = {};
  for (int32_t position = 0; position < positions; position++) {
    means += LEVEL(load)(probabilities + position * stride) * LEVEL(load)(gradient + position * stride);
  }
  for (int32_t position = 0; position < positions; position++) {
    const Lanes p = LEVEL(load)(probabilities + position * stride);
    float *row = gradient + position * stride;
    LEVEL(store)(row, p * (LEVEL(load)(row) - means) * scale);
  }
}

static void LEVEL(train_attend_backward)(
    const KernelsHeads *heads, float *q, int32_t queries, const float *probabilities, const float *d_out,
    float *scratch) {
  const int32_t positions = heads->positions, width = heads->head_width;
  const int32_t columns = kernels_padded(positions), padded = kernels_padded(width), panels = padded / KERNELS_LANES;
  const ptrdiff_t size = (ptrdiff_t)positions * padded, stride = heads->stride;
  float *k = q + heads->width, *v = k + heads->width;
  float *turned = scratch, *d_scores = turned + (ptrdiff_t)columns * width;
  float *copies = d_scores + (ptrdiff_t)positions * columns, *sums = copies + 3 * size;
  LEVEL(transpose_head)(d_out, heads->out_stride, queries, width, turned);
  const LEVEL(Factors) by_outs = {
      v, stride, 1, turned, KERNELS_LANES, (ptrdiff_t)width * KERNELS_LANES, width, NULL, 0};
  LEVEL(product)(by_outs, kernels_padded(queries) / KERNELS_LANES, positions, NULL, 0, d_scores, columns);
  for (int32_t query = 0; query < queries; query += KERNELS_LANES) {
    LEVEL(softmax_backward)(probabilities + query, d_scores + query, columns, positions, 1 / sqrtf((float)width));
  }
  // Read only: the cast spares a second form of the function.
  const LEVEL(HeadRows) d_outs =
      LEVEL(whole_rows)((float *)(uintptr_t)d_out, heads->out_stride, queries, width, 1, copies);
  const LEVEL(HeadRows) sum_rows = {sums, padded};
  const LEVEL(Factors) to_values = {
      probabilities, columns, 1, d_outs.data, d_outs.stride, KERNELS_LANES, queries, NULL, 0};
  LEVEL(product)(to_values, panels, positions, NULL, 0, sums, padded);
  LEVEL(put_rows)(sum_rows, positions, width, v, stride);
  // q is still needed while k's gradient is computed, and k while q's is: the first of the two waits.
  const LEVEL(HeadRows) ks = LEVEL(whole_rows)(k, stride, positions, width, 1, copies + size);
  const LEVEL(Factors) to_queries = {d_scores, 1, columns, ks.data, ks.stride, KERNELS_LANES, positions, NULL, 0};
  LEVEL(product)(to_queries, panels, queries, NULL, 0, sums, padded);
  for (ptrdiff_t at = (ptrdiff_t)queries * padded; at < size; at++) sums[at] = 0;
  const LEVEL(HeadRows) qs = LEVEL(whole_rows)(q, stride, queries, width, 1, copies + 2 * size);
  float *d_keys = copies;
  const LEVEL(Factors) to_keys = {d_scores, columns, 1, qs.data, qs.stride, KERNELS_LANES, queries, NULL, 0};
  LEVEL(product)(to_keys, panels, positions, NULL, 0, d_keys, padded);
  LEVEL(put_rows)(sum_rows, positions, width, q, stride);
  LEVEL(put_rows)((LEVEL(HeadRows)){d_keys, padded}, positions, width, k, stride);
  if (heads->cosines) {
    LEVEL(turn)(heads, q, stride, queries, -1);
    LEVEL(turn)(heads, k, stride, positions, -1);
  }
}
