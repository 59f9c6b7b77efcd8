// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/health.h"

#include <QHash>

namespace Hephaestus {

/// What a fleet entry sets in the environment of its service against what the running process was given
/// (/proc/PID/environ): of this the service itself cannot know. Only of local services that an entry's command starts,
/// run as our user; only the variables that the entry names. Their values are shown to nobody. Looks once at each
/// process, and again when the entry's variables are others. One thread.
class EnvironmentComparison
{
public:
    /// Makes the report `stale` and names the variables (kind `environment`; `modified`, or `added` to the entry) if
    /// they differ. Leaves it as it is when they do not, and when that cannot be told: the process is not seen to hold
    /// the entry's address, began after the time that the report says, cannot be read, or has written over its
    /// environment.
    void addTo(HealthReport &report, const FleetEntry &entry);

private:
    struct Look
    {
        QString instanceId;
        qint64 pid = 0;
        QDateTime startTime;
        QMap<QString, QString> wanted;
        QList<CodeChange> changes;
    };

    QHash<QString, Look> m_looks; ///< the latest, by URL
};

} // namespace Hephaestus
