// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace Hephaestus {
namespace {

std::optional<qint64> countEntries(const char *path)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir(path), ::closedir);
    if (!directory)
        return {};
    qint64 entries = 0;
    while (const dirent *entry = ::readdir(directory.get())) {
        if (entry->d_name[0] != '.')
            ++entries;
    }
    return entries;
}

std::optional<qint64> residentBytes()
{
    const std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
    long long total = 0;
    long long resident = 0;
    if (!file || std::fscanf(file.get(), "%lld %lld", &total, &resident) != 2)
        return {};
    return resident * ::sysconf(_SC_PAGESIZE);
}

} // namespace

ProcessUsage ProcessUsage::now()
{
    ProcessUsage usage;
    usage.openFiles = countEntries("/proc/self/fd");
    if (usage.openFiles)
        --*usage.openFiles; // the directory being read
    usage.threads = countEntries("/proc/self/task");
    usage.residentBytes = Hephaestus::residentBytes();
    rusage times{};
    if (::getrusage(RUSAGE_SELF, &times) == 0) {
        const auto seconds = [](const timeval &time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
        usage.cpuSeconds = seconds(times.ru_utime) + seconds(times.ru_stime);
    }
    return usage;
}

} // namespace Hephaestus
