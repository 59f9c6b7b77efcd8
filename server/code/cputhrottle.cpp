// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/cputhrottle.h"

#include <time.h>

#include <chrono>
#include <thread>

namespace Hephaestus {
namespace {

constexpr qint64 Slice = 4'000'000; ///< nanoseconds of work between two rests: short enough not to be felt
/// Between two readings of the clock, a system call half as expensive as a stat(2). A step takes 0.1 ms at most.
constexpr quint32 StepsPerReading = 16;

qint64 threadTime()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return qint64(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
}

} // namespace

CpuThrottle::CpuThrottle(double share, qint64 burst) : m_share(share), m_burst(burst) {}

void CpuThrottle::begin()
{
    m_begun = threadTime();
    m_rested = m_begun;
    m_free = m_begun + m_burst;
}

qint64 CpuThrottle::used() const { return threadTime() - m_begun; }

bool CpuThrottle::step()
{
    if (m_share >= 1 || m_stopped || ++m_steps % StepsPerReading != 0)
        return !m_stopped;
    const qint64 now = threadTime();
    if (now < m_free) {
        m_rested = now;
    } else if (now - m_rested >= Slice) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(qint64(double(now - m_rested) * (1 / m_share - 1))));
        m_rested = threadTime();
    }
    return !m_stopped;
}

} // namespace Hephaestus
