// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QSet>

namespace Hephaestus {

/// Which entries and hooks of fleet files this user has agreed to run, and which of his files may go to which services
/// as their tokens: by a command, or when the dashboard asked. Whatever runs without being asked for, and what the
/// dashboard runs without showing it, must be one of them. An entry whose way to start or restart has changed is
/// another one, and so is a token that would go elsewhere.
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
    /// Whether the file with its token may be read, and sent to where the entry says. True without such a file, and of
    /// what no fleet file says (FleetEntry::fleetFile).
    bool isTokenTrusted(const FleetEntry &entry);
    /// Remembers them, as they are now, with their tokens.
    std::optional<Problem> trust(const QString &fleetFile, const QList<FleetEntry> &entries,
                                 const QList<FleetHook> &hooks = {});
    /// Remembers where its token goes, and nothing else.
    std::optional<Problem> trustToken(const FleetEntry &entry);

private:
    void read();
    std::optional<Problem> keep(QByteArray lines);

    const QString m_file;
    QSet<QByteArray> m_hashes;
    std::pair<qint64, qint64> m_readAt{-1, -1}; ///< its time of change and size then
};

/// What an entry runs, for a person: its command, or the unit, container or workload; empty: nothing is run for it.
QString whatRuns(const FleetEntry &entry);
/// Which file of the user goes where as its token, and who is believed to be that; empty: none.
QString whatIsSent(const FleetEntry &entry);

} // namespace Hephaestus
