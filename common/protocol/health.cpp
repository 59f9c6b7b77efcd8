// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/health.h"

namespace Hephaestus {

QString wireName(ServiceStatus status)
{
    switch (status) {
    case ServiceStatus::Healthy: return QStringLiteral("healthy");
    case ServiceStatus::ShuttingDown: return QStringLiteral("shutting_down");
    }
    Q_UNREACHABLE();
}

QString wireName(DependencyStatus status)
{
    switch (status) {
    case DependencyStatus::Working: return QStringLiteral("working");
    case DependencyStatus::Unknown:
    case DependencyStatus::Error: return QStringLiteral("error");
    case DependencyStatus::NotUsed: return QStringLiteral("not_used");
    }
    Q_UNREACHABLE();
}

QString wireName(ShutdownMode mode)
{
    switch (mode) {
    case ShutdownMode::Immediate: return QStringLiteral("immediate");
    case ShutdownMode::Scheduled: return QStringLiteral("scheduled");
    case ShutdownMode::Signal: return QStringLiteral("signal");
    case ShutdownMode::Restart: return QStringLiteral("restart");
    }
    Q_UNREACHABLE();
}

QString wireName(StepOutcome outcome)
{
    switch (outcome) {
    case StepOutcome::Pending: return QStringLiteral("pending");
    case StepOutcome::Running: return QStringLiteral("running");
    case StepOutcome::Ok: return QStringLiteral("ok");
    case StepOutcome::Failed: return QStringLiteral("failed");
    case StepOutcome::TimedOut: return QStringLiteral("timed_out");
    }
    Q_UNREACHABLE();
}

QString wireName(CodeVerdict verdict)
{
    switch (verdict) {
    case CodeVerdict::Unknown: return QStringLiteral("unknown");
    case CodeVerdict::Fresh: return QStringLiteral("fresh");
    case CodeVerdict::Stale: return QStringLiteral("stale");
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
