// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/linegraph.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct Unit
{
    double size;
    QString word;
};

/// The one unit of an axis that reaches up to `top`.
Unit unitOf(Measure measure, double top)
{
    switch (measure) {
    case Measure::Latency: return top < 1e-3 ? Unit{1e-6, u"µs"_s} : top < 1 ? Unit{1e-3, u"ms"_s} : Unit{1, u"s"_s};
    case Measure::Memory:
        return top < 1024.0 * 1024       ? Unit{1024, u"KiB"_s}
            : top < 1024.0 * 1024 * 1024 ? Unit{1024.0 * 1024, u"MiB"_s}
                                         : Unit{1024.0 * 1024 * 1024, u"GiB"_s};
    case Measure::Cpu: return {0.01, LineGraph::tr("% of a core")};
    case Measure::InFlight:
    case Measure::Connections:
    case Measure::Threads:
    case Measure::Files: return {1, {}};
    }
    Q_UNREACHABLE();
}

double least(Measure measure)
{
    return measure == Measure::Latency ? 1e-4
        : measure == Measure::Memory   ? 1024 * 1024
        : measure == Measure::Cpu      ? 0.01
                                       : 4;
}

const char *sourceOf(Measure measure)
{
    switch (measure) {
    case Measure::Latency: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Latency");
    case Measure::Memory: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Memory");
    case Measure::Cpu: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "CPU");
    case Measure::InFlight: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Requests in flight");
    case Measure::Connections: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Open connections");
    case Measure::Threads: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Threads");
    case Measure::Files: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Open files");
    }
    Q_UNREACHABLE();
}

/// Its latest value, or that at the end of what is shown.
QString valueText(Measure measure, bool isNow, const QString &value)
{
    switch (measure) {
    case Measure::Latency:
        return (isNow ? LineGraph::tr("latency now %1") : LineGraph::tr("latency then %1")).arg(value);
    case Measure::Memory: return (isNow ? LineGraph::tr("memory now %1") : LineGraph::tr("memory then %1")).arg(value);
    case Measure::Cpu: return (isNow ? LineGraph::tr("CPU now %1") : LineGraph::tr("CPU then %1")).arg(value);
    case Measure::InFlight:
        return (isNow ? LineGraph::tr("requests in flight now %1") : LineGraph::tr("requests in flight then %1"))
            .arg(value);
    case Measure::Connections:
        return (isNow ? LineGraph::tr("open connections now %1") : LineGraph::tr("open connections then %1"))
            .arg(value);
    case Measure::Threads:
        return (isNow ? LineGraph::tr("threads now %1") : LineGraph::tr("threads then %1")).arg(value);
    case Measure::Files:
        return (isNow ? LineGraph::tr("open files now %1") : LineGraph::tr("open files then %1")).arg(value);
    }
    Q_UNREACHABLE();
}

} // namespace

QString plainNameOf(Measure measure) { return QString::fromLatin1(sourceOf(measure)); }

QString nameOf(Measure measure) { return LineGraph::tr(sourceOf(measure)); }

std::optional<double> valueOf(Measure measure, const Stretch &stretch)
{
    const auto number = [](const std::optional<qint64> &count) {
        return count ? std::optional(double(*count)) : std::nullopt;
    };
    const Resources &resources = stretch.highest;
    switch (measure) {
    case Measure::Latency: return stretch.polls > 0 ? std::optional(stretch.latency.count()) : std::nullopt;
    case Measure::Memory: return number(resources.residentBytes);
    case Measure::Cpu: {
        const double length = std::chrono::duration<double>(stretch.to - stretch.from).count();
        return resources.cpuSeconds && length > 0 ? std::optional(*resources.cpuSeconds / length) : std::nullopt;
    }
    case Measure::InFlight: return number(resources.inFlightRequests);
    case Measure::Connections: return number(resources.openConnections);
    case Measure::Threads: return number(resources.threads);
    case Measure::Files: return number(resources.openFiles);
    }
    Q_UNREACHABLE();
}

QString textOf(Measure measure, double value)
{
    switch (measure) {
    case Measure::Latency: return durationText(Seconds(value));
    case Measure::Memory: return formatBytes(qint64(value));
    case Measure::Cpu: return LineGraph::tr("%1 %").arg(localNumber(QString::number(value * 100, 'g', 3)));
    default: return formatCount(qint64(std::round(value)));
    }
}

LineGraph::LineGraph(QWidget *parent) : TimeGraph(parent), m_line(addGraph()), m_slowest(addGraph())
{
    for (QCPGraph *const line : {m_line, m_slowest})
        line->setAdaptiveSampling(false);
    applyTheme();
}

void LineGraph::show(Measure measure, const std::vector<Stretch> &stretches, const std::deque<History::Mark> &marks,
                     History::Time now)
{
    m_measure = measure;
    m_stretches = stretches;
    std::vector<Span> known;
    for (const Stretch &stretch : stretches) {
        // A bucket at the edge of a poll's time may have no answer of its own; it is no gap.
        if (valueOf(measure, stretch) || stretch.polls == 0)
            known.push_back({seconds(stretch.from), seconds(stretch.to)});
    }
    draw(nameOf(measure), known, marks, now);
}

void LineGraph::drawValues()
{
    QVector<double> at;
    QVector<double> values;
    QVector<double> slowest;
    double highest = 0;
    double last = std::numeric_limits<double>::quiet_NaN();
    double slowestSeen = 0;
    const QCPRange seen = xAxis->range();
    const Stretch *before = nullptr;
    for (const Stretch &stretch : m_stretches) {
        const std::optional<double> value = valueOf(m_measure, stretch);
        if (before && seconds(stretch.from) > seconds(before->to) + 0.001) {
            at << seconds(before->to);
            values << std::numeric_limits<double>::quiet_NaN(); // breaks the line
            slowest << std::numeric_limits<double>::quiet_NaN();
        }
        before = &stretch;
        if (!value)
            continue;
        at << seconds(stretch.to);
        values << *value;
        slowest << stretch.slowest.count();
        if (at.last() < seen.lower || at.last() > seen.upper)
            continue;
        last = *value;
        slowestSeen = std::max(slowestSeen, slowest.last());
        highest = std::max({highest, *value, m_measure == Measure::Latency ? slowest.last() : 0.0});
    }
    const double top = std::max(highest * 1.15, least(m_measure));
    const Unit unit = unitOf(m_measure, std::max(top, leastTop()));
    for (QVector<double> *const each : {&values, &slowest}) {
        for (double &value : *each)
            value /= unit.size;
    }
    m_line->setData(at, values, true);
    m_slowest->setData(at,
                       m_measure == Measure::Latency
                           ? slowest
                           : QVector<double>(slowest.size(), std::numeric_limits<double>::quiet_NaN()),
                       true);
    setTop(top, unit.size);
    setUnitWord(unit.word, unit.word);
    const Theme &theme = Theme::of(palette());
    QList<std::pair<QString, QColor>> labels;
    if (!std::isnan(last))
        labels << std::pair(valueText(m_measure, isFollowing(), textOf(m_measure, last)),
                            theme.accent(ServiceState::Unauthorized));
    if (m_measure == Measure::Latency && slowestSeen > 0)
        labels << std::pair(tr("slowest %1").arg(textOf(m_measure, slowestSeen)),
                            theme.accent(ServiceState::ShuttingDown));
    setLabels(labels);
    setEmptyText(at.isEmpty() ? tr("No data for this time, or the service does not report it.") : QString());
    setAccessibleName(tr("Graph of %1").arg(name()));
    setAccessibleDescription(labels.isEmpty() ? tr("No data.") : labels.first().first);
}

void LineGraph::applyColours()
{
    const Theme &theme = Theme::of(palette());
    const QColor colour = theme.accent(ServiceState::Unauthorized); // the blue of the set
    m_line->setPen(QPen(colour, 1.6));
    QColor fill = colour;
    fill.setAlphaF(0.10F);
    m_line->setBrush(fill);
    m_slowest->setPen(QPen(theme.accent(ServiceState::ShuttingDown), 1));
}

QStringList LineGraph::valuesAt(double &at) const
{
    const auto found =
        std::ranges::find_if(m_stretches, [at](const Stretch &stretch) { return seconds(stretch.to) >= at; });
    if (found == m_stretches.end() || seconds(found->from) > at)
        return {timeText(at), tr("no data")};
    const std::optional<double> value = valueOf(m_measure, *found);
    if (!value)
        return {timeText(at), tr("not reported")};
    at = seconds(found->to);
    QStringList lines{timeText(at), textOf(m_measure, *value)};
    if (m_measure == Measure::Latency && found->polls > 1)
        lines << tr("slowest of %1: %2").arg(formatCount(found->polls), textOf(m_measure, found->slowest.count()));
    return lines;
}

} // namespace Hephaestus
