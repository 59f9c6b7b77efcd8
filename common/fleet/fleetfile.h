// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

namespace Hephaestus {

/// What a fleet file came to: everything that is wrong with it at once, and what could be read all the same.
struct FleetReading
{
    Fleet fleet;
    QList<Problem> problems; ///< empty: the fleet is whole
    QStringList notes;       ///< what is not wrong, and hardly meant: two names for one address

    bool ok() const { return problems.isEmpty(); }
};

/// Reads `fleet.toml`. Relative paths in it (token files, directories, Unix sockets) are relative to the file.
FleetReading readFleet(const QString &path);

/// The same from text; `path` is for messages and relative paths.
FleetReading readFleetText(const QByteArray &toml, const QString &path);

/// `$XDG_CONFIG_HOME/hephaestus/fleet.toml`.
QString defaultFleetPath();

} // namespace Hephaestus
