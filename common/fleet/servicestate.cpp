// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/servicestate.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

bool hasEnded(const WrappedProcess &process)
{
    return process.state == ProcessState::BackingOff || process.state == ProcessState::Ended
        || process.state == ProcessState::Failed;
}

/// `exit code 1`, `SIGSEGV`; empty: it has not ended.
QString endText(const WrappedProcess &process)
{
    return process.exitCode ? u"exit code %1"_s.arg(*process.exitCode) : process.signal;
}

QStringList dependenciesIn(DependencyStatus status, const HealthReport &report)
{
    QStringList names;
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == status)
            names << dependency.name;
    }
    return names;
}

/// Its program serves. Only the first checks of its dependencies have not ended.
bool waitsForChecks(const HealthReport &report)
{
    return report.process && !hasEnded(*report.process)
        && report.process->ready.value_or(report.process->state != ProcessState::Suspended)
        && !unknownDependencies(report).isEmpty();
}

} // namespace

ServiceState stateOf(const Answer<HealthReport> &answer, ServiceState before, const HealthReport *last)
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
    case ClientError::Disconnected:
        return before == ServiceState::Stopped
                || (before == ServiceState::ShuttingDown && (!last || wasAskedToStop(*last)))
            ? ServiceState::Stopped
            : ServiceState::Unreachable;
    case ClientError::None:
    case ClientError::BadAddress:
    case ClientError::Unreachable:
    case ClientError::Timeout:
    case ClientError::HostNotFound:
    case ClientError::Tls:
    case ClientError::NotAsked:
    case ClientError::HostLost:
    case ClientError::Local: return ServiceState::Unreachable;
    }
    Q_UNREACHABLE();
}

bool leavesOnPurpose(const HealthReport &report)
{
    return report.status == ServiceStatus::ShuttingDown
        && !(report.process && report.process->state == ProcessState::Failed);
}

bool wasAskedToStop(const HealthReport &report)
{
    return leavesOnPurpose(report)
        && (!report.shutdown || report.shutdown->mode == ShutdownMode::Immediate
            || report.shutdown->mode == ShutdownMode::Scheduled);
}

ServiceState stateOf(const HealthReport &report)
{
    if (!report.owner.isEmpty())
        return ServiceState::Foreign;
    if (report.isPage)
        return ServiceState::Reachable;
    if (leavesOnPurpose(report))
        return ServiceState::ShuttingDown;
    if (!isReady(report)) {
        const bool isStarting =
            !report.process || report.process->state == ProcessState::Starting || waitsForChecks(report);
        return isStarting ? ServiceState::Starting : ServiceState::DependencyError;
    }
    if (!failingDependencies(report).isEmpty())
        return ServiceState::DependencyError;
    return unknownDependencies(report).isEmpty() ? ServiceState::Healthy : ServiceState::Starting;
}

bool tellsUptime(const HealthReport &report) { return report.startTime.isValid() || report.uptime > Seconds(0); }

bool isReady(const HealthReport &report)
{
    if (report.status == ServiceStatus::ShuttingDown || (report.process && hasEnded(*report.process)))
        return false;
    if (report.process && !report.process->ready.value_or(report.process->state != ProcessState::Suspended))
        return false;
    return report.ready.value_or(true);
}

QString programTrouble(const HealthReport &report)
{
    if (!report.process || isReady(report) || leavesOnPurpose(report) || waitsForChecks(report))
        return {};
    const WrappedProcess &process = *report.process;
    if (!process.error.isEmpty())
        return process.error;
    const QString end = endText(process);
    return hasEnded(process) ? u"the program has ended"_s + (end.isEmpty() ? QString() : u" (%1)"_s.arg(end))
                             : u"the program is not ready"_s;
}

QString whyNeverReady(const HealthReport &report, qint64 restarts)
{
    if (leavesOnPurpose(report))
        return u"it shuts down"_s;
    if (!report.process || isReady(report))
        return {};
    if (hasEnded(*report.process))
        return programTrouble(report);
    if (report.process->restarts <= restarts)
        return {};
    const QString end = endText(*report.process);
    return u"its program ended%1 and was started again"_s.arg(end.isEmpty() ? QString() : u" (%1)"_s.arg(end));
}

QStringList failingDependencies(const HealthReport &report) { return dependenciesIn(DependencyStatus::Error, report); }

QStringList unknownDependencies(const HealthReport &report)
{
    return dependenciesIn(DependencyStatus::Unknown, report);
}

} // namespace Hephaestus
