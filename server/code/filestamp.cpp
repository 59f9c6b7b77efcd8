// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/filestamp.h"

#include <sys/stat.h>
#include <time.h>

namespace Hephaestus {
namespace {

qint64 nanoseconds(const timespec &time) { return qint64(time.tv_sec) * 1'000'000'000 + time.tv_nsec; }

} // namespace

FileStamp FileStamp::of(const struct stat &status)
{
    return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

qint64 latestTime(qint64 fileTime)
{
    constexpr qint64 Second = 1'000'000'000;
    if (fileTime % Second == 0)
        return fileTime + 2 * Second - 1; // FAT counts two at a time
    qint64 unit = 1;
    while (fileTime % (unit * 10) == 0)
        unit *= 10;
    return fileTime + unit - 1;
}

qint64 wallClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

} // namespace Hephaestus
