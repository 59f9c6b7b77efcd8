// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/health.h"

#include <QHash>

namespace Hephaestus {

/// Compares the environment that a fleet entry sets, itself and by its environment files, with what the running process
/// was given (/proc/PID/environ): the service itself cannot know. Only of local services that an entry's command
/// starts, run as our user; only the variables that the entry names. Their values are shown to nobody. Looks once at
/// each process, and again when the entry's variables or its files are others. One thread.
class EnvironmentComparison
{
public:
    /// Makes the report `stale` and names the variables (kind `environment`; `modified`, `added` to the entry or
    /// `removed` from its files) if they differ; a file that cannot be read any more is named, too (`unreadable`).
    /// Leaves it as it is when they do not, and when that cannot be told. That is so when the process is not seen to
    /// hold the entry's address, or cannot be read. So it is when the process began after the time that the report
    /// says, or has written over its environment.
    void addTo(HealthReport &report, const FleetEntry &entry);

private:
    struct Look
    {
        QString instanceId;
        qint64 pid = 0;
        QDateTime startTime;
        QMap<QString, QString> wanted;
        QStringList files;
        QByteArray stamp; ///< of those files
        QList<CodeChange> changes;
    };

    QHash<QString, Look> m_looks; ///< the latest, by URL
};

} // namespace Hephaestus
