/* A clock of the wall that is set while programs run, for them alone: preloaded before the C library (LD_PRELOAD).

   The file that PASSERBY_TEST_CLOCK names holds "SECONDS KEPT": what is added to the time, and whether the kernel says
   that the clock is kept by a better one. Clocks that never jump are left as they are. */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static long told(int *kept) {
    const char *name = getenv("PASSERBY_TEST_CLOCK");
    FILE *file = name ? fopen(name, "re") : NULL;
    long added = 0;
    *kept = 0;
    if (file) {
        if (fscanf(file, "%ld %d", &added, kept) != 2) added = 0;
        fclose(file);
    }
    return added;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int kept, failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += told(&kept);
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (into) *into = exact.tv_sec;
    return exact.tv_sec;
}

int adjtimex(struct timex *asked) {
    int kept;
    (void)asked;
    told(&kept);
    return kept ? TIME_OK : TIME_ERROR;
}
