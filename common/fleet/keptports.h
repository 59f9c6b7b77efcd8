// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QStringList>

namespace Hephaestus {

/// The ports that were given to entries with `port = "auto"`, kept over restarts, for all fleet files of this user: no
/// two entries get the same one, so two worktrees of a project run side by side.
///
/// They are in `ports` of the state directory (0600), one a line, appended; the last line of a port counts. A port
/// whose fleet file is gone is given to another when it is come upon. Any thread.
class KeptPorts
{
public:
    /// From 20000 to 29999: below what Linux gives to outgoing connections by default (ip_local_port_range, 32768).
    static constexpr quint16 First = 20'000;
    static constexpr quint16 Count = 10'000;

    /// `stateDirectory`: empty for defaultStateDirectory().
    explicit KeptPorts(const QString &stateDirectory = {});

    /// The ports of these entries of a fleet file. Those that have none yet get a free one, which they keep. One that a
    /// stranger has taken since is theirs all the same: whoever starts the entry is told who holds it.
    Result<QList<quint16>> keep(const QString &fleetFile, const QStringList &entries) const;
    /// The same, but nothing is written: a new one may be another when it is kept.
    QList<quint16> propose(const QString &fleetFile, const QStringList &entries) const;

    /// Where they are kept; empty: there is no home.
    const QString &file() const { return m_file; }

private:
    const QString m_file;
};

} // namespace Hephaestus
