// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/deathwatch.h"

#include "common/base/processentry.h"

#include <QCoreApplication>
#include <QTimer>

#include <cstdint>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// The first version of `struct pidfd_info` (linux/pidfd.h), which Debian's headers do not have yet.
struct PidfdInfo
{
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t status;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t WithExit = 1 << 3; // PIDFD_INFO_EXIT
constexpr unsigned long GetInfo = _IOWR(0xff, 11, PidfdInfo);

ExitStatus exitOf(int waitStatus)
{
    return WIFSIGNALED(waitStatus) ? ExitStatus{0, WTERMSIG(waitStatus)} : ExitStatus{WEXITSTATUS(waitStatus), 0};
}

/// Others than its user and root are told that it ended with 0 (proc_pid_stat(5)).
bool mayKnow(qint64 pid)
{
    struct stat entry = {};
    return ::geteuid() == 0 || (::stat(qPrintable(u"/proc/%1"_s.arg(pid)), &entry) == 0 && entry.st_uid == ::geteuid());
}

/// Nothing: the kernel does not tell.
std::optional<ExitStatus> exitOf(const ProcessWatch &process)
{
    PidfdInfo info{};
    info.mask = WithExit;
    if (::ioctl(process.descriptor(), GetInfo, &info) == 0 && (info.mask & WithExit))
        return exitOf(info.status);
    const auto zombie = readProcess(process.pid()); // until its parent has reaped it
    return zombie && zombie->isZombie() && mayKnow(process.pid()) ? std::optional(exitOf(zombie->waitStatus))
                                                                  : std::nullopt;
}

} // namespace

DeathWatch::~DeathWatch() = default;

void DeathWatch::watch(ServiceId id, qint64 pid)
{
    if (m_watched.contains(pid) || isFull())
        return;
    std::unique_ptr<ProcessWatch> process = ProcessWatch::open(pid);
    if (!process)
        return;
    Watched &watched = m_watched[pid];
    watched.id = id;
    watched.process = std::move(process);
    connect(watched.process.get(), &ProcessWatch::gone, this, [this, pid] { ended(pid); });
    for (LaunchedProcess *const launched : QCoreApplication::instance()->findChildren<LaunchedProcess *>()) {
        if (launched->pid() != pid)
            continue;
        watched.launched = launched;
        connect(launched, &LaunchedProcess::exited, this, [this, pid](const ExitStatus &exit) {
            if (const auto found = m_watched.find(pid); found != m_watched.end())
                found->second.exit = exit;
        });
    }
}

void DeathWatch::forget(ServiceId id)
{
    std::erase_if(m_watched, [id](const auto &each) { return each.second.id == id; });
}

bool DeathWatch::isWatching(ServiceId id, qint64 pid) const
{
    const auto found = m_watched.find(pid);
    return found != m_watched.end() && found->second.id == id;
}

void DeathWatch::ended(qint64 pid)
{
    const auto found = m_watched.find(pid);
    if (found == m_watched.end())
        return;
    Watched &watched = found->second;
    if (!watched.exit)
        watched.exit = exitOf(*watched.process);
    if (!watched.exit && --watched.patience > 0)
        return QTimer::singleShot(50ms, this, [this, pid] { ended(pid); });
    const ServiceId id = watched.id;
    const std::optional<ExitStatus> exit = watched.exit;
    watched.process.release()->deleteLater(); // it may be its signal that brought us here
    m_watched.erase(found);
    Q_EMIT died(id, pid, exit);
}

} // namespace Hephaestus
