// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/fleet/fleet.h"
#include "common/protocol/healthcodec.h"

#include <QTimeZone>

/// Values that the tests of the dashboard's models start from.
namespace Hephaestus::Reports {

inline DependencyReport dependency(const QString &name, DependencyStatus status = DependencyStatus::Working,
                                   qint64 successes = 1, qint64 failures = 0)
{
    return {name,       status, status == DependencyStatus::Error ? QStringLiteral("connection refused") : QString(),
            Seconds(1), {},     successes,
            failures,   {}};
}

inline HealthReport healthy(const QString &instance = QStringLiteral("one"))
{
    HealthReport report;
    report.service = QStringLiteral("mcp");
    report.version = QStringLiteral("1.4.0");
    report.uptime = Seconds(100);
    report.startTime = QDateTime({2026, 1, 2}, {11, 0}, QTimeZone::utc());
    report.instanceId = instance;
    report.dependencies = {dependency(QStringLiteral("database")), dependency(QStringLiteral("qdrant"))};
    return report;
}

inline HealthReport withError()
{
    HealthReport report = healthy();
    report.dependencies[1] = dependency(QStringLiteral("qdrant"), DependencyStatus::Error, 1, 1);
    return report;
}

/// Of qdrant nobody knows anything.
inline HealthReport notCheckedYet()
{
    HealthReport report = healthy();
    report.dependencies[1] = dependency(QStringLiteral("qdrant"), DependencyStatus::Unknown, 0);
    report.dependencies[1].error = NotCheckedYet;
    report.dependencies[1].lastSuccess = {};
    return report;
}

inline HealthReport shuttingDown()
{
    HealthReport report = healthy();
    report.status = ServiceStatus::ShuttingDown;
    report.shouldShutdown = true;
    report.shutdown = ShutdownProgress{ShutdownMode::Immediate, QStringLiteral("draining"), Seconds(26.4), 3, {}};
    return report;
}

inline Answer<HealthReport> answer(const HealthReport &report)
{
    Answer<HealthReport> answer{report, {}};
    answer.reply.httpStatus = 200;
    answer.reply.body = encode(report);
    answer.reply.latency = std::chrono::milliseconds(3);
    return answer;
}

inline Answer<HealthReport> failure(ClientError error, const QString &message = QStringLiteral("nobody there"))
{
    Answer<HealthReport> answer;
    answer.reply.error = error;
    answer.reply.message = message;
    return answer;
}

inline FleetEntry entry(const QString &name, const QString &url = QStringLiteral("http://127.0.0.1:1"))
{
    FleetEntry entry;
    entry.name = name;
    entry.url = url;
    return entry;
}

} // namespace Hephaestus::Reports
