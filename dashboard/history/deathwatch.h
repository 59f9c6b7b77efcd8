// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/launcher.h"
#include "dashboard/history/event.h"

#include <QObject>
#include <QPointer>

#include <map>
#include <memory>

namespace Hephaestus {

/// Sees processes of this machine end, at once and not with the next poll, and learns how they ended. Of those started
/// from here wait(2) tells. Of others /proc tells while nobody has reaped them, or the kernel (PIDFD_GET_INFO, Linux
/// 6.15). Otherwise it stays unknown.
///
/// Each watched process takes a descriptor, so there is a limit. The end of one beyond it is noticed by the next poll.
class DeathWatch : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t MostWatched = 256;

    using QObject::QObject;
    ~DeathWatch() override;

    bool isFull() const { return m_watched.size() >= MostWatched; }

    /// The process of a service is `pid` now; another one watched for it before is watched to its end. Its end is told
    /// half a second late at most, for how it ended; `isExitWanted`: false tells it at once.
    void watch(ServiceId id, qint64 pid, bool isExitWanted = true);
    void forget(ServiceId id);
    /// False: its end would not be seen from here.
    bool isWatching(ServiceId id, qint64 pid) const;

Q_SIGNALS:
    void died(Hephaestus::ServiceId id, qint64 pid, const std::optional<Hephaestus::ExitStatus> &exit);

private:
    struct Watched
    {
        ServiceId id = NoService;
        std::unique_ptr<ProcessWatch> process;
        QPointer<LaunchedProcess> launched; ///< if it was started from here
        std::optional<ExitStatus> exit;
        int patience = 10; ///< how often its exit status is asked for: it is known once its parent has reaped it
    };

    void ended(qint64 pid);

    std::map<qint64, Watched> m_watched; ///< by pid
};

} // namespace Hephaestus
