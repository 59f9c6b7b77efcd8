// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/phase.h"

namespace Hephaestus {

QString wireName(Phase phase)
{
    switch (phase) {
    case Phase::Starting: return QStringLiteral("starting");
    case Phase::Running: return QStringLiteral("running");
    case Phase::Notice: return QStringLiteral("notice");
    case Phase::Draining: return QStringLiteral("draining");
    case Phase::CleaningUp: return QStringLiteral("cleaning_up");
    case Phase::Stopped: return QStringLiteral("stopped");
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
