// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicestate.h"

#include <QCoreApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString stateWord(ServiceState state)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("ServiceState", text); };
    switch (state) {
    case ServiceState::Healthy: return tr(QT_TRANSLATE_NOOP("ServiceState", "healthy"));
    case ServiceState::Unknown: return tr(QT_TRANSLATE_NOOP("ServiceState", "not asked yet"));
    case ServiceState::Restarting: return tr(QT_TRANSLATE_NOOP("ServiceState", "restarting"));
    case ServiceState::ShuttingDown: return tr(QT_TRANSLATE_NOOP("ServiceState", "shutting down"));
    case ServiceState::Stopped: return tr(QT_TRANSLATE_NOOP("ServiceState", "stopped"));
    case ServiceState::NotUnderstood: return tr(QT_TRANSLATE_NOOP("ServiceState", "not understood"));
    case ServiceState::Unauthorized: return tr(QT_TRANSLATE_NOOP("ServiceState", "unauthorized"));
    case ServiceState::Unreachable: return tr(QT_TRANSLATE_NOOP("ServiceState", "unreachable"));
    case ServiceState::DependencyError: return tr(QT_TRANSLATE_NOOP("ServiceState", "error"));
    }
    Q_UNREACHABLE();
}

QString stateKey(ServiceState state)
{
    switch (state) {
    case ServiceState::Healthy: return u"healthy"_s;
    case ServiceState::Unknown: return u"unknown"_s;
    case ServiceState::Restarting: return u"restarting"_s;
    case ServiceState::ShuttingDown: return u"shutting_down"_s;
    case ServiceState::Stopped: return u"stopped"_s;
    case ServiceState::NotUnderstood: return u"not_understood"_s;
    case ServiceState::Unauthorized: return u"unauthorized"_s;
    case ServiceState::Unreachable: return u"unreachable"_s;
    case ServiceState::DependencyError: return u"error"_s;
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
