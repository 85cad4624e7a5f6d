// The rule of the comparison as a plain loop over integers: the exact result, and the physical limit of a processor.
// Call: loop bars|portfolio|ticks ROUNDS FILE.bin …; prints one line of JSON. Built by scripts/compare-engines.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAST = 10, SLOW = 50, MAXIMUM_FILES = 64, BAR_COLUMNS = 6, TICK_COLUMNS = 4 };

// Prices in cents, quantities in millionths, money in 1e-11: a fee of 10 basis points is exact.
typedef struct {
  int64_t closes[SLOW], sum_fast, sum_slow, count, quantity, last_close;
  int order;  // 1: buy at the next open, -1: sell.
  int64_t order_quantity;
} Instrument;

typedef struct {
  int64_t cash, fills, closed;
} Account;

static inline void fill(Instrument *i, Account *a, int64_t open) {
  int64_t notional = open * i->order_quantity * 1000;
  a->cash -= i->order * notional + notional / 1000;
  a->fills++;
  if (i->order > 0) {
    i->quantity = i->order_quantity;
  } else {
    i->quantity = 0;
    a->closed++;
  }
  i->order = 0;
}

static inline void bar(Instrument *i, Account *a, int64_t open, int64_t close) {
  if (i->order != 0) fill(i, a, open);
  int64_t slot = i->count % SLOW, leaving = (i->count + SLOW - FAST) % SLOW;
  i->sum_fast += close - (i->count >= FAST ? i->closes[leaving] : 0);
  i->sum_slow += close - (i->count >= SLOW ? i->closes[slot] : 0);
  i->closes[slot] = close;
  i->last_close = close;
  if (++i->count < SLOW) return;
  int64_t difference = 5 * i->sum_fast - i->sum_slow;
  if (difference > 0 && i->quantity == 0) {
    i->order = 1;
    i->order_quantity = 1000000000000 / close;
  } else if (difference < 0 && i->quantity != 0) {
    i->order = -1;
    i->order_quantity = i->quantity;
  }
}

static int64_t *read_all(const char *path, int columns, int64_t *rows) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(66);
  }
  fseek(file, 0, SEEK_END);
  long bytes = ftell(file);
  rewind(file);
  int64_t *table = malloc((size_t)bytes);
  if (!table || fread(table, 1, (size_t)bytes, file) != (size_t)bytes) {
    fprintf(stderr, "%s: cannot be read\n", path);
    exit(66);
  }
  fclose(file);
  *rows = bytes / (8 * columns);
  return table;
}

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run_ticks(Instrument *i, Account *a, const int64_t *ticks, int64_t rows) {
  int64_t minute = -1, open = 0, close = 0;
  for (const int64_t *tick = ticks, *end = ticks + rows * TICK_COLUMNS; tick < end; tick += TICK_COLUMNS) {
    if (tick[0] / 60000 != minute) {
      if (minute >= 0) bar(i, a, open, close);
      minute = tick[0] / 60000;
      open = tick[1];
    }
    close = tick[1];
  }
  if (minute >= 0) bar(i, a, open, close);
}

int main(int argc, char **argv) {
  if (argc < 4 || argc > 3 + MAXIMUM_FILES) {
    fprintf(stderr, "usage: %s bars|portfolio|ticks ROUNDS FILE.bin ...\n", argv[0]);
    return 64;
  }
  int ticks = strcmp(argv[1], "ticks") == 0, files = argc - 3;
  int64_t *tables[MAXIMUM_FILES], rows = 0;
  for (int f = 0; f < files; f++) tables[f] = read_all(argv[3 + f], ticks ? TICK_COLUMNS : BAR_COLUMNS, &rows);
  Instrument *instruments = calloc(MAXIMUM_FILES, sizeof *instruments);
  Account account = {0};
  double best = 1e9;
  for (int round = 0; round < atoi(argv[2]); round++) {
    memset(instruments, 0, MAXIMUM_FILES * sizeof *instruments);
    account = (Account){.cash = 100000000000000000};
    double begin = cpu_seconds();
    if (ticks) {
      run_ticks(&instruments[0], &account, tables[0], rows);
    } else {
      for (int64_t row = 0; row < rows; row++)
        for (int f = 0; f < files; f++)
          bar(&instruments[f], &account, tables[f][row * BAR_COLUMNS + 1], tables[f][row * BAR_COLUMNS + 4]);
    }
    double taken = cpu_seconds() - begin;
    if (taken < best) best = taken;
  }
  int64_t equity = account.cash;
  for (int f = 0; f < files; f++) equity += instruments[f].quantity * instruments[f].last_close * 1000;
  printf("{\"cpu_seconds\":[%.9f],\"closed_trades\":%" PRId64 ",\"fills\":%" PRId64
         ",\"final_equity\":\"%" PRId64 ".%011" PRId64 "\"}\n",
         best, account.closed, account.fills, equity / 100000000000, equity % 100000000000);
  return 0;
}
