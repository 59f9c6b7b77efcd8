// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/impact.h"

namespace Hephaestus {

/// Which services have loaded some files.
struct ImpactFindings
{
    QList<Impact> impacts;          ///< of each file, in the order asked for
    QMap<QString, QString> unknown; ///< why, by the service's name
};

/// Paths as files of `directory`, absolute; a Problem: they are too many to be asked for at once.
Result<QByteArrayList> filesToAskFor(const QStringList &names, const QString &directory);

/// Asks all services at once. Runs an event loop.
ImpactFindings surveyImpact(const QList<FleetEntry> &services, const QByteArrayList &paths);

} // namespace Hephaestus
