// Products. A tile is a block of rows by one or two panels whose sums stay in registers; every sum goes through its
// terms in order, so that the shape of a tile never shows in a result.
#pragma clang fp contract(fast)

#if KERNELS_THIS_LEVEL == 2
#define TILE_ROWS 12
#define TILE_PANELS 2
#elif KERNELS_THIS_LEVEL == 1
#define TILE_ROWS 6
#define TILE_PANELS 1
#else
#define TILE_ROWS 2
#define TILE_PANELS 1
#endif

// What a tile sums: element (row, term) of the left factor is at row · row_step + term · term_step, that of panel p of
// the right one at term · b_step + p · panel_step.
typedef struct {
  const float *a;
  ptrdiff_t row_step, term_step;
  const float *b;
  ptrdiff_t b_step, panel_step;
  int32_t terms;
  // What is used next and should be on its way from memory, a line for every eight terms; null for nothing.
  const float *ahead;
  ptrdiff_t ahead_step;
} LEVEL(Factors);

KERNELS_INLINE void LEVEL(tile)(
    const LEVEL(Factors) *factors, const int32_t rows, const int32_t panels, Lanes sums[TILE_ROWS][2]) {
  const float *a = factors->a, *b = factors->b;
  const ptrdiff_t row_step = factors->row_step, term_step = factors->term_step, b_step = factors->b_step;
  const ptrdiff_t panel_step = factors->panel_step;
  _Pragma("clang loop unroll(full)") for (int32_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = (Lanes){};
  const float *ahead = factors->ahead ? factors->ahead : b;
  const ptrdiff_t ahead_step = factors->ahead ? factors->ahead_step : 0;
  for (int32_t first = 0; first < factors->terms; first += 8, ahead += ahead_step) {
    const int32_t end = first + 8 < factors->terms ? first + 8 : factors->terms;
    __builtin_prefetch(ahead, 0, 2);
    for (int32_t term = first; term < end; term++, a += term_step, b += b_step) {
      Lanes right[2];
      right[0] = LEVEL(load)(b);
      if (panels == 2) right[1] = LEVEL(load)(b + panel_step);
      _Pragma("clang loop unroll(full)") for (int32_t r = 0; r < rows; r++) {
        const float left = a[r * row_step];
        sums[r][0] += left * right[0];
        if (panels == 2) sums[r][1] += left * right[1];
      }
    }
  }
}

// Calls BODY(rows) for blocks of rows, each with a constant number.
#if KERNELS_THIS_LEVEL == 2
#define FOR_ROW_BLOCKS(row, count, BODY)                      \
  for (; row + 12 <= count; row += 12) BODY(12)               \
  if (row + 8 <= count) { BODY(8) row += 8; }                 \
  if (row + 4 <= count) { BODY(4) row += 4; }                 \
  if (row + 2 <= count) { BODY(2) row += 2; }                 \
  if (row < count) { BODY(1) row += 1; }
#elif KERNELS_THIS_LEVEL == 1
#define FOR_ROW_BLOCKS(row, count, BODY)                      \
  for (; row + 6 <= count; row += 6) BODY(6)                  \
  if (row + 4 <= count) { BODY(4) row += 4; }                 \
  if (row + 2 <= count) { BODY(2) row += 2; }                 \
  if (row < count) { BODY(1) row += 1; }
#else
#define FOR_ROW_BLOCKS(row, count, BODY)                      \
  for (; row + 2 <= count; row += 2) BODY(2)                  \
  if (row < count) { BODY(1) row += 1; }
#endif

// y = base + a b for all rows and `panels` (1 or 2) panels; the last panel may be partial.
KERNELS_INLINE void LEVEL(strip)(
    LEVEL(Factors) factors, const int32_t panels, int32_t rows, const float *base, ptrdiff_t base_stride, float *y,
    ptrdiff_t y_stride) {
  const float *a = factors.a;
  int32_t row = 0;
#define STRIP_BODY(count)                                                                            \
  {                                                                                                  \
    Lanes sums[TILE_ROWS][2];                                                                        \
    factors.a = a + row * factors.row_step;                                                          \
    LEVEL(tile)(&factors, count, panels, sums);                                                      \
    if (factors.ahead) factors.ahead += (ptrdiff_t)(factors.terms / 8) * factors.ahead_step;         \
    _Pragma("clang loop unroll(full)") for (int32_t r = 0; r < count; r++) {                         \
      _Pragma("clang loop unroll(full)") for (int32_t p = 0; p < panels; p++) {                      \
        const ptrdiff_t at = (ptrdiff_t)p * KERNELS_LANES;                                           \
        if (base) sums[r][p] += LEVEL(load)(base + (row + r) * base_stride + at);                    \
        LEVEL(store)(y + (row + r) * y_stride + at, sums[r][p]);                                     \
      }                                                                                              \
    }                                                                                                \
  }
  FOR_ROW_BLOCKS(row, rows, STRIP_BODY)
#undef STRIP_BODY
}

// y = base + a b with a row-major and `panels` panels of b, each `panel_step` after the one before.
KERNELS_INLINE void LEVEL(product)(
    LEVEL(Factors) factors, int32_t panels, int32_t rows, const float *base, ptrdiff_t base_stride, float *y,
    ptrdiff_t y_stride) {
  int32_t panel = 0;
  // Panels side by side without gaps: the next ones can be asked for.
  const int packed = factors.ahead && factors.ahead_step == KERNELS_LANES;
#if TILE_PANELS == 2
  for (; panel + 2 <= panels; panel += 2) {
    if (packed) factors.ahead = factors.b + 2 * factors.panel_step;
    LEVEL(strip)(factors, 2, rows, base, base_stride, y, y_stride);
    factors.b += 2 * factors.panel_step;
    y += 2 * KERNELS_LANES;
    if (base) base += 2 * KERNELS_LANES;
  }
#endif
  for (; panel < panels; panel++) {
    if (packed) factors.ahead = factors.b + factors.panel_step;
    LEVEL(strip)(factors, 1, rows, base, base_stride, y, y_stride);
    factors.b += factors.panel_step;
    y += KERNELS_LANES;
    if (base) base += KERNELS_LANES;
  }
}

static void LEVEL(train_multiply)(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panels, const float *base,
    float *y, ptrdiff_t y_stride, int32_t rows) {
  const LEVEL(Factors) factors = {
      x, x_stride, 1, packed, KERNELS_LANES, (ptrdiff_t)inputs * KERNELS_LANES, inputs, packed, KERNELS_LANES};
  LEVEL(product)(factors, panels, rows, base, y_stride, y, y_stride);
}

static void LEVEL(train_multiply_gate)(
    const float *x, ptrdiff_t x_stride, const float *packed, int32_t inputs, int32_t panel_pairs, float *gated,
    ptrdiff_t gated_stride, float *gate_up, ptrdiff_t gate_up_stride, ptrdiff_t up_offset, int32_t rows) {
  const ptrdiff_t panel_step = (ptrdiff_t)inputs * KERNELS_LANES;
  LEVEL(Factors) factors = {x, x_stride, 1, packed, KERNELS_LANES, panel_step, inputs, NULL, KERNELS_LANES};
  for (int32_t pair = 0; pair < panel_pairs; pair++, factors.b = packed + (ptrdiff_t)pair * 2 * panel_step) {
    const ptrdiff_t at = (ptrdiff_t)pair * KERNELS_LANES;
    factors.ahead = factors.b + 2 * panel_step;
    int32_t row = 0;
#if TILE_PANELS == 2
#define GATE_TILE(count) LEVEL(tile)(&factors, count, 2, sums);
#else
#define GATE_TILE(count)                                                                 \
  {                                                                                      \
    Lanes half[TILE_ROWS][2];                                                            \
    LEVEL(tile)(&factors, count, 1, half);                                               \
    for (int32_t r = 0; r < count; r++) sums[r][0] = half[r][0];                         \
    factors.b += panel_step;                                                             \
    LEVEL(tile)(&factors, count, 1, half);                                               \
    for (int32_t r = 0; r < count; r++) sums[r][1] = half[r][0];                         \
    factors.b -= panel_step;                                                             \
  }
#endif
#define GATE_BODY(count)                                                                             \
  {                                                                                                  \
    Lanes sums[TILE_ROWS][2];                                                                        \
    factors.a = x + row * x_stride;                                                                  \
    GATE_TILE(count)                                                                                 \
    factors.ahead += (ptrdiff_t)(inputs / 8) * KERNELS_LANES;                                        \
    _Pragma("clang loop unroll(full)") for (int32_t r = 0; r < count; r++) {                         \
      const Lanes gate = sums[r][0], up = sums[r][1];                                                \
      LEVEL(store)(gated + (row + r) * gated_stride + at, LEVEL(silu)(gate) * up);   \
      if (gate_up) {                                                                                 \
        LEVEL(store)(gate_up + (row + r) * gate_up_stride + at, gate);                               \
        LEVEL(store)(gate_up + (row + r) * gate_up_stride + up_offset + at, up);                     \
      }                                                                                              \
    }                                                                                                \
  }
    FOR_ROW_BLOCKS(row, rows, GATE_BODY)
#undef GATE_BODY
#undef GATE_TILE
  }
}

// MARK: Gradients of weights

// What stays the same while one tile of a gradient is computed.
typedef struct {
  // dy of the tile's outputs in blocks of TILE_ROWS, `[block][row][TILE_ROWS]`, with a gap after each block.
  const float *dy;
  const float *x;
  ptrdiff_t x_stride;
  int32_t rows, chunk_rows, outputs, panels;
  // Room for one chunk of 32 inputs.
  float *packed;
} LEVEL(GradientTile);

#define GRADIENT_COLUMNS (2 * KERNELS_LANES)

// target[output][32] = the sum over one chunk.
KERNELS_INLINE void LEVEL(gradient_chunk)(const LEVEL(GradientTile) *tile, int32_t chunk, float *target) {
  const int32_t first = chunk * tile->chunk_rows;
  const int32_t count = tile->rows - first < tile->chunk_rows ? tile->rows - first : tile->chunk_rows;
  const float *x = tile->x + first * tile->x_stride;
  for (int32_t row = 0; row < count; row++, x += tile->x_stride) {
    float *packed = tile->packed + (ptrdiff_t)row * GRADIENT_COLUMNS;
    LEVEL(store)(packed, LEVEL(load)(x));
    if (tile->panels == 2) LEVEL(store)(packed + KERNELS_LANES, LEVEL(load)(x + KERNELS_LANES));
  }
  LEVEL(Factors) factors = {
      NULL, 1, TILE_ROWS, tile->packed, GRADIENT_COLUMNS, KERNELS_LANES, count, NULL, tile->x_stride};
  // The chunk that is packed next: the one below, or the first one of the next columns.
  const float *next = first + count < tile->rows ? x : tile->x + GRADIENT_COLUMNS;
  for (int32_t output = 0; output < tile->outputs; output += TILE_ROWS, target += TILE_ROWS * GRADIENT_COLUMNS) {
    const int32_t block = output / TILE_ROWS;
    factors.a = tile->dy + block * kernels_gradient_block(tile->rows, TILE_ROWS) + (ptrdiff_t)first * TILE_ROWS;
    factors.ahead = next + (block / 2) * (count / 8) * tile->x_stride + block % 2 * KERNELS_LANES;
    // Blocks are padded, and so is the room for sums: a whole block costs no more than a part of one.
    LEVEL(product)(factors, tile->panels, TILE_ROWS, NULL, 0, target, GRADIENT_COLUMNS);
  }
}

// target = the sum over chunks first ..< end: those of the left part plus the rest. An even number is halved; of an odd
// one, the left part is the largest power of two below it.
static void LEVEL(gradient_tree)(
    const LEVEL(GradientTile) *tile, int32_t first, int32_t end, float *target) {
  const int32_t count = end - first;
  if (count == 1) {
    LEVEL(gradient_chunk)(tile, first, target);
    return;
  }
  int32_t left = count % 2 == 0 ? count / 2 : 1;
  while (count % 2 != 0 && left * 2 < count) left *= 2;
  const ptrdiff_t size = (ptrdiff_t)GRADIENT_COLUMNS * kernels_gradient_rows(tile->outputs);
  LEVEL(gradient_tree)(tile, first, first + left, target);
  LEVEL(gradient_tree)(tile, first + left, end, target + size);
  for (ptrdiff_t at = 0; at < size; at += KERNELS_LANES) {
    LEVEL(store)(target + at, LEVEL(load)(target + at) + LEVEL(load)(target + size + at));
  }
}

static void LEVEL(train_weight_gradient)(
    const float *dy, ptrdiff_t dy_stride, const float *x, ptrdiff_t x_stride, int32_t rows, int32_t chunk_rows,
    int32_t first, int32_t end, int32_t inputs, float *scratch, float *gradient) {
  const int32_t chunks = (rows + chunk_rows - 1) / chunk_rows;
  float *blocks = scratch + (ptrdiff_t)chunk_rows * GRADIENT_COLUMNS;
  float *sums = blocks + kernels_gradient_rows(end - first) / TILE_ROWS * kernels_gradient_block(rows, TILE_ROWS);
  LEVEL(GradientTile) tile = {blocks, NULL, x_stride, rows, chunk_rows, end - first, 0, scratch};
  for (int32_t row = 0; row < rows; row++) {
    const float *source = dy + row * dy_stride + first;
    float *target = blocks + (ptrdiff_t)row * TILE_ROWS;
    int32_t output = 0;
    for (; output + TILE_ROWS <= end - first; output += TILE_ROWS, target += kernels_gradient_block(rows, TILE_ROWS)) {
      memcpy(target, source + output, TILE_ROWS * sizeof *target);
    }
    for (int32_t i = 0; output < end - first && i < TILE_ROWS; i++) {
      target[i] = output + i < end - first ? source[output + i] : 0;
    }
  }
  for (int32_t input = 0; input < inputs; input += GRADIENT_COLUMNS) {
    const int32_t columns = inputs - input < GRADIENT_COLUMNS ? inputs - input : GRADIENT_COLUMNS;
    tile.x = x + input;
    tile.panels = (columns + KERNELS_LANES - 1) / KERNELS_LANES;
    LEVEL(gradient_tree)(&tile, 0, chunks, sums);
    for (int32_t output = first; output < end; output++) {
      const float *source = sums + (ptrdiff_t)(output - first) * GRADIENT_COLUMNS;
      float *target = gradient + (ptrdiff_t)output * inputs + input;
      LEVEL(store_some)(target, LEVEL(load)(source), columns);
      if (columns > KERNELS_LANES) {
        LEVEL(store_some)(target + KERNELS_LANES, LEVEL(load)(source + KERNELS_LANES), columns - KERNELS_LANES);
      }
    }
  }
}
