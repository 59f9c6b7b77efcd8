// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

QString wireName(ServiceState state)
{
    switch (state) {
    case ServiceState::Healthy: return QStringLiteral("healthy");
    case ServiceState::Reachable: return QStringLiteral("reachable");
    case ServiceState::Foreign: return QStringLiteral("foreign");
    case ServiceState::Unknown: return QStringLiteral("unknown");
    case ServiceState::Starting: return QStringLiteral("starting");
    case ServiceState::Restarting: return QStringLiteral("restarting");
    case ServiceState::ShuttingDown: return QStringLiteral("shutting_down");
    case ServiceState::Stopped: return QStringLiteral("stopped");
    case ServiceState::NotUnderstood: return QStringLiteral("not_understood");
    case ServiceState::Unauthorized: return QStringLiteral("unauthorized");
    case ServiceState::Unreachable: return QStringLiteral("unreachable");
    case ServiceState::DependencyError: return QStringLiteral("error");
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
