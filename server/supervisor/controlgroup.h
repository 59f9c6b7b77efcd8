// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSet>

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// Where a process' memory and CPU time are accounted: its control group of version 2, or those of version 1
/// (cgroups(7)). What the kernel does not tell is empty.
class ControlGroup
{
public:
    /// `membership`: the content of /proc/PID/cgroup. `root`: where control groups are mounted.
    explicit ControlGroup(QByteArrayView membership, const QByteArray &root = "/sys/fs/cgroup");
    static ControlGroup of(pid_t pid);

    /// The directory; empty: there is none.
    const QByteArray &memory() const { return m_memory; }
    const QByteArray &cpu() const { return m_cpu; }
    /// Every process in one of these directories and below it; those of other PID namespaces are 0.
    static QSet<pid_t> members(const QByteArray &directory);

    std::optional<qint64> residentBytes() const; ///< anonymous and mapped pages; what processes share counts once
    std::optional<qint64> peakBytes() const;     ///< the most it ever held, with the page cache
    std::optional<qint64> oomKills() const;      ///< how many of its processes the kernel ended for want of memory
    std::optional<double> cpuSeconds() const;    ///< user and system, also of processes that have ended

private:
    std::optional<qint64> memoryValue(const char *unified, const char *legacy, const QByteArrayList &keys = {}) const;

    QByteArray m_memory;
    QByteArray m_cpu;
    bool m_isMemoryUnified = false;
    bool m_isCpuUnified = false;
};

} // namespace Hephaestus
