// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/processrest.h"

#include <algorithm>
#include <time.h>

namespace Hephaestus {
namespace {

std::optional<qint64> read(clockid_t clock)
{
    timespec time{};
    if (::clock_gettime(clock, &time) != 0)
        return {};
    return qint64(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Some kernels (gVisor's, and those without a fine clock) count in ticks: a short run would not show. Then the time of
/// two readings of our own does not show either.
bool areFine()
{
    static const bool fine = [] {
        const auto before = read(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < 3; ++i) {
            const auto after = read(CLOCK_PROCESS_CPUTIME_ID);
            if (!after || *after == *before)
                return false;
        }
        return before.has_value();
    }();
    return fine;
}

bool isSame(const QList<ProcessEntry> &a, const QList<ProcessEntry> &b)
{
    const auto isIn = [&b](const ProcessEntry &process) {
        return std::any_of(b.begin(), b.end(), [&process](const ProcessEntry &other) {
            return other.pid == process.pid && other.startTicks == process.startTicks;
        });
    };
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), isIn);
}

} // namespace

std::optional<qint64> ProcessRest::cpuTime(pid_t pid)
{
    clockid_t clock{};
    if (!areFine() || ::clock_getcpuclockid(pid, &clock) != 0)
        return {};
    return read(clock);
}

bool ProcessRest::note(const Lister &list, std::chrono::nanoseconds age)
{
    m_noted.clear();
    if (!list)
        return false;
    const QList<ProcessEntry> processes = list();
    QList<Noted> noted;
    for (const ProcessEntry &process : processes) {
        const auto time = cpuTime(process.pid);
        if (!time || process.age() < age)
            return false;
        noted.append({process.pid, *time});
    }
    // Whoever was started between the list and the reading of its parent's time is on this one.
    if (!isSame(processes, list()))
        return false;
    m_noted = std::move(noted);
    return !m_noted.isEmpty();
}

bool ProcessRest::holds() const
{
    return !m_noted.isEmpty() && std::all_of(m_noted.begin(), m_noted.end(), [](const Noted &noted) {
        return cpuTime(noted.pid) == noted.time;
    });
}

} // namespace Hephaestus
