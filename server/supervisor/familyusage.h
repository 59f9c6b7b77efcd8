// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/base/processentry.h"
#include "common/protocol/health.h"
#include "common/protocol/serviceaddress.h"

#include <QList>

#include <mutex>

namespace Hephaestus {

/// What a wrapped program holds and uses, with all its processes. What the kernel does not tell is empty.
///
/// - `cpuSeconds`: of all runs since this process began. /proc tells it of those that live; wait4(2) of those that were
///   reaped, by their parents or by this process. What a program leaves to nobody (it ignores SIGCHLD) is lost.
/// - `residentBytes`: the sum over all processes, so that what they share counts more than once.
/// - `openFiles`, `threads`: the sums. Where one process may not be looked at, the files of all are unknown.
/// - `openConnections`: on the held sockets, if there are any (countConnections()).
/// - `peakBytes`, `oomKills`: of the control group, if nobody else is in it but this process and its children.
///
/// A control group that holds the program alone, without this process, tells resident bytes and CPU time better.
/// Thread-safe.
class FamilyUsage
{
public:
    explicit FamilyUsage(const Clock &clock = Clock::machine()) : m_clock(clock) {}

    /// The leaders of the programs that run now, and where clients reach them.
    void follow(const QList<ProcessEntry> &leaders, const QList<ServiceAddress> &sockets);
    /// As it is, or was half a second ago; longer where a look takes long, so that it costs 5 % of a core at most.
    Resources now();

private:
    const Clock &m_clock;
    std::mutex m_mutex; ///< guards what follows
    QList<ProcessEntry> m_leaders;
    QList<ServiceAddress> m_sockets;
    Resources m_latest;
    Clock::TimePoint m_nextLook{};
};

} // namespace Hephaestus
