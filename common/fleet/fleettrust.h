// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QSet>

namespace Hephaestus {

/// Which entries and hooks of fleet files this user has agreed to run: by a command, or when the dashboard asked.
/// Whatever runs without being asked for, and what the dashboard runs without showing it, must be one of them. An entry
/// whose way to start or restart has changed is another one.
///
/// They are kept as hashes, one a line of `trusted` in the state directory (0600). One thread.
class FleetTrust
{
public:
    /// `stateDirectory`: empty for defaultStateDirectory().
    explicit FleetTrust(const QString &stateDirectory = {});

    /// Reads the file again if it has changed. An entry that no fleet file named is the user's own: trusted.
    bool isTrusted(const QString &fleetFile, const FleetEntry &entry);
    bool isTrusted(const QString &fleetFile, const FleetHook &hook);
    /// Remembers them, as they are now.
    std::optional<Problem> trust(const QString &fleetFile, const QList<FleetEntry> &entries,
                                 const QList<FleetHook> &hooks = {});

private:
    void read();

    const QString m_file;
    QSet<QByteArray> m_hashes;
    std::pair<qint64, qint64> m_readAt{-1, -1}; ///< its time of change and size then
};

/// What an entry runs, for a person: its command, or the unit, container or workload; empty: nothing is run for it.
QString whatRuns(const FleetEntry &entry);

} // namespace Hephaestus
