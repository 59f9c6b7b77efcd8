// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/servicestate.h"

namespace Hephaestus {

namespace {

bool isGoing(ServiceState state) { return state == ServiceState::ShuttingDown || state == ServiceState::Stopped; }

} // namespace

ServiceState stateOf(const Answer<HealthReport> &answer, ServiceState before)
{
    if (answer.value)
        return stateOf(*answer.value);
    switch (answer.reply.error) {
    case ClientError::Unauthorized: return ServiceState::Unauthorized;
    case ClientError::NotUnderstood:
    case ClientError::TooLarge:
    case ClientError::Redirected:
    case ClientError::HttpStatus: return ServiceState::NotUnderstood;
    case ClientError::Refused:
    case ClientError::Disconnected: return isGoing(before) ? ServiceState::Stopped : ServiceState::Unreachable;
    case ClientError::None:
    case ClientError::BadAddress:
    case ClientError::Unreachable:
    case ClientError::Timeout:
    case ClientError::HostNotFound:
    case ClientError::Tls:
    case ClientError::NotAsked:
    case ClientError::Local: return ServiceState::Unreachable;
    }
    Q_UNREACHABLE();
}

ServiceState stateOf(const HealthReport &report)
{
    if (report.status == ServiceStatus::ShuttingDown)
        return ServiceState::ShuttingDown;
    return failingDependencies(report).isEmpty() ? ServiceState::Healthy : ServiceState::DependencyError;
}

QStringList failingDependencies(const HealthReport &report)
{
    QStringList names;
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::Error)
            names << dependency.name;
    }
    return names;
}

} // namespace Hephaestus
