// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicefigures.h"

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr Seconds ShortestMeasurement{2};

} // namespace

void FigureCount::take(const HealthReport &report, Clock::TimePoint now, ServiceFigures &figures)
{
    const bool isSame = !m_isFirst && report.instanceId == m_instance
        && (!report.instanceId.isEmpty() || report.startTime == m_startTime);
    countProcesses(report, isSame, figures);
    countProcessor(report, isSame, figures);
    countOperations(report, isSame, now, figures);
    m_isFirst = false;
    m_isPlaced = true;
    m_instance = report.instanceId;
    m_startTime = report.startTime;
}

void FigureCount::miss(ServiceFigures &figures)
{
    m_isPlaced = false;
    m_processor.reset();
    figures.cores.reset();
}

/// Of a wrapped program the wrapper counts the restarts: more than one may come between two answers.
void FigureCount::countProcesses(const HealthReport &report, bool isSame, ServiceFigures &figures)
{
    const qint64 restarts = report.process ? report.process->restarts : 0;
    const std::optional<qint64> program = report.process ? report.process->pid : std::nullopt;
    if (!m_isFirst) {
        const qint64 more = isSame ? std::max<qint64>(0, restarts - m_programRestarts) : 1;
        const bool isOther = isSame && more == 0 && program && m_program && *program != *m_program;
        figures.restarts += more + (isOther ? 1 : 0);
    }
    m_programRestarts = restarts;
    if (program || !isSame)
        m_program = program;
}

void FigureCount::countProcessor(const HealthReport &report, bool isSame, ServiceFigures &figures)
{
    const std::optional<double> used = report.resources.cpuSeconds;
    const bool counts = isSame && m_processor && used && *used >= *m_processor && report.uptime >= m_processorAt;
    if (!counts)
        figures.cores.reset();
    else if (report.uptime - m_processorAt < ShortestMeasurement)
        return;
    else
        figures.cores = (*used - *m_processor) / (report.uptime - m_processorAt).count();
    m_processor = report.uptime > Seconds(0) ? used : std::nullopt; // without its clock there is no rate
    m_processorAt = report.uptime;
}

void FigureCount::countOperations(const HealthReport &report, bool isSame, Clock::TimePoint now,
                                  ServiceFigures &figures)
{
    Part counted;
    for (const DependencyReport &each : report.dependencies) {
        counted.failures += each.failureCount;
        counted.operations += each.failureCount + each.successCount;
    }
    const qint64 part = now.time_since_epoch() / PartLength;
    for (qint64 each = std::max(m_part + 1, part - qint64(Parts) + 1); each <= part; ++each)
        m_parts[std::size_t(each) % Parts] = {};
    m_part = part;
    const bool isNew = !m_isFirst && !isSame && report.uptime < PartLength * Parts;
    const bool counts = isNew
        || (isSame && m_isPlaced && counted.failures >= m_counted.failures
            && counted.operations >= m_counted.operations);
    if (counts) {
        Part &latest = m_parts[std::size_t(part) % Parts];
        latest.failures += counted.failures - (isNew ? 0 : m_counted.failures);
        latest.operations += counted.operations - (isNew ? 0 : m_counted.operations);
    }
    m_counted = counted;
    if (!counts && !figures.failures)
        return;
    figures.failures = figures.operations = 0;
    for (const Part &each : m_parts) {
        *figures.failures += each.failures;
        *figures.operations += each.operations;
    }
}

std::optional<double> ServiceFigures::errorRate() const
{
    return failures && operations && *operations > 0 ? std::optional(double(*failures) / double(*operations))
                                                     : std::nullopt;
}

} // namespace Hephaestus
