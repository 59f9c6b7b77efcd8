// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/deathwatch.h"

#include <QCoreApplication>
#include <QTimer>

namespace Hephaestus {

using namespace std::chrono_literals;

DeathWatch::~DeathWatch() = default;

void DeathWatch::watch(ServiceId id, qint64 pid, bool isExitWanted)
{
    if (m_watched.contains(pid) || isFull())
        return;
    std::unique_ptr<ProcessWatch> process = ProcessWatch::open(pid);
    if (!process)
        return;
    Watched &watched = m_watched[pid];
    watched.id = id;
    watched.process = std::move(process);
    if (!isExitWanted)
        watched.patience = 1;
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
        watched.exit = watched.process->exitStatus();
    if (!watched.exit && --watched.patience > 0)
        return QTimer::singleShot(50ms, this, [this, pid] { ended(pid); });
    const ServiceId id = watched.id;
    const std::optional<ExitStatus> exit = watched.exit;
    watched.process.release()->deleteLater(); // it may be its signal that brought us here
    m_watched.erase(found);
    Q_EMIT died(id, pid, exit);
}

} // namespace Hephaestus
