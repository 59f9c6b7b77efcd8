// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <functional>

namespace Hephaestus {

/// What a fleet file came to: everything that is wrong with it at once, and what could be read all the same.
struct FleetReading
{
    Fleet fleet;
    QList<Problem> problems; ///< empty: the fleet is whole
    QStringList notes;       ///< what is not wrong, and hardly meant: two names for one address
    QByteArray content{};    ///< the bytes that were read

    bool ok() const { return problems.isEmpty(); }
};

/// How a fleet file is read.
struct FleetReadOptions
{
    QString stateDirectory{}; ///< where the ports of `port = "auto"` are kept; empty: defaultStateDirectory()
    bool keepsPorts = true;   ///< false: nothing is written; a port that is new is only proposed
    /// Why a text is no rule of `hephaestus run --ready`; null: it is not judged.
    std::function<QString(const QString &rule)> whyNoReadyRule{};
};

/// Reads `fleet.toml`. Relative paths in it (token files, directories, Unix sockets) are relative to the file.
FleetReading readFleet(const QString &path, const FleetReadOptions &options = {});

/// The same from text; `path` is for messages and relative paths.
FleetReading readFleetText(const QByteArray &toml, const QString &path, const FleetReadOptions &options = {});

/// Whether this is a fleet file, and no service's configuration.
bool isFleetFile(const QString &path);

/// `$XDG_CONFIG_HOME/hephaestus/fleet.toml`.
QString defaultFleetPath();

} // namespace Hephaestus
