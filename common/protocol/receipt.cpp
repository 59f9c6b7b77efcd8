// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/receipt.h"

namespace Hephaestus {

QString wireName(FleetAction action)
{
    switch (action) {
    case FleetAction::Start: return QStringLiteral("start");
    case FleetAction::Stop: return QStringLiteral("stop");
    case FleetAction::Restart: return QStringLiteral("restart");
    }
    Q_UNREACHABLE();
}

QString wireName(RestartStep step)
{
    switch (step) {
    case RestartStep::Built: return QStringLiteral("built");
    case RestartStep::Asked: return QStringLiteral("asked");
    case RestartStep::SuccessorAccepts: return QStringLiteral("successor accepts");
    case RestartStep::Drained: return QStringLiteral("drained");
    case RestartStep::Cleaned: return QStringLiteral("cleaned");
    case RestartStep::ProcessGone: return QStringLiteral("process gone");
    case RestartStep::PortFree: return QStringLiteral("port free");
    case RestartStep::Started: return QStringLiteral("started");
    case RestartStep::Ready: return QStringLiteral("ready");
    case RestartStep::Healthy: return QStringLiteral("healthy");
    case RestartStep::CodeCompared: return QStringLiteral("code compared");
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
