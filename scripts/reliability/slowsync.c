// Every fsync and fdatasync of a process takes SLOWSYNC_MILLIS longer: the stand-in for a disk that is busy.
// Built and preloaded by scripts/reliability/burst.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void dawdle(void) {
  const char *text = getenv("SLOWSYNC_MILLIS");
  long millis = text ? atol(text) : 0;
  struct timespec pause = {millis / 1000, millis % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

int fsync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  dawdle();
  return real(file);
}

int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  dawdle();
  return real(file);
}
