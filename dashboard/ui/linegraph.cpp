// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/linegraph.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/servicerow.h"
#include "dashboard/ui/theme.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr double Dot = 5; ///< pixels

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
    case Measure::Errors: return {0.01, u"%"_s};
    case Measure::Restarts:
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
        : measure == Measure::Errors   ? 0.01
                                       : 4;
}

/// In the language of the day on which it was seen, or in English.
bool isRestart(const History::Mark &mark) { return mark.word == restartedWord() || mark.word == "restarted"_L1; }

const char *sourceOf(Measure measure)
{
    switch (measure) {
    case Measure::Latency: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Latency");
    case Measure::Memory: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Memory");
    case Measure::Cpu: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "CPU");
    case Measure::Errors: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Error rate");
    case Measure::Restarts: return QT_TRANSLATE_NOOP("Hephaestus::LineGraph", "Restarts");
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
    case Measure::Errors:
        return (isNow ? LineGraph::tr("error rate now %1") : LineGraph::tr("error rate then %1")).arg(value);
    case Measure::Restarts:
        return (isNow ? LineGraph::tr("restarts now %1") : LineGraph::tr("restarts then %1")).arg(value);
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

std::optional<double> valueOf(Measure measure, const Stretch &stretch)
{
    const auto number = [](const std::optional<qint64> &count) {
        return count ? std::optional(double(*count)) : std::nullopt;
    };
    const Resources &resources = stretch.highest;
    switch (measure) {
    case Measure::Latency: // 0: nobody measured it
        return stretch.polls > 0 && stretch.latency.count() > 0 ? std::optional(stretch.latency.count()) : std::nullopt;
    case Measure::Memory: return number(resources.residentBytes);
    case Measure::Cpu: {
        const double length = std::chrono::duration<double>(stretch.to - stretch.from).count();
        return resources.cpuSeconds && length > 0 ? std::optional(*resources.cpuSeconds / length) : std::nullopt;
    }
    case Measure::InFlight: return number(resources.inFlightRequests);
    case Measure::Connections: return number(resources.openConnections);
    case Measure::Threads: return number(resources.threads);
    case Measure::Files: return number(resources.openFiles);
    case Measure::Errors:
    case Measure::Restarts: return {}; // no answer's alone
    }
    Q_UNREACHABLE();
}

std::vector<MeasuredStretch> errorRates(const HistoryRange &range)
{
    std::vector<MeasuredStretch> values;
    for (const History::Sample &sample : range.total()) {
        const qint64 all = sample.successes + sample.failures;
        Stretch stretch;
        stretch.from = sample.from;
        stretch.to = sample.to;
        stretch.polls = 1;
        values.emplace_back(stretch, all > 0 ? std::optional(double(sample.failures) / double(all)) : std::nullopt);
    }
    return values;
}

std::vector<MeasuredStretch> restartsOf(const HistoryRange &range)
{
    std::vector<MeasuredStretch> values;
    for (const Stretch &stretch : range.stretches) {
        const auto restarts = std::ranges::count_if(
            range.marks, [&](const History::Mark &mark) { return isRestart(mark) && mark.at <= stretch.to; });
        values.emplace_back(stretch, double(restarts));
    }
    return values;
}

} // namespace

QString plainNameOf(Measure measure) { return QString::fromLatin1(sourceOf(measure)); }

QString nameOf(Measure measure) { return LineGraph::tr(sourceOf(measure)); }

QString keyOf(Measure measure)
{
    switch (measure) {
    case Measure::Latency: return u"latency"_s;
    case Measure::Errors: return u"errors"_s;
    case Measure::Memory: return u"memory"_s;
    case Measure::Cpu: return u"cpu"_s;
    case Measure::Restarts: return u"restarts"_s;
    case Measure::InFlight: return u"in_flight"_s;
    case Measure::Connections: return u"connections"_s;
    case Measure::Threads: return u"threads"_s;
    case Measure::Files: return u"files"_s;
    }
    Q_UNREACHABLE();
}

std::optional<Measure> measureOf(const QString &key)
{
    const auto found = std::ranges::find(AllMeasures, key, [](Measure measure) { return keyOf(measure); });
    return found == std::end(AllMeasures) ? std::nullopt : std::optional(*found);
}

std::vector<MeasuredStretch> valuesOf(Measure measure, const HistoryRange &range)
{
    if (measure == Measure::Errors)
        return errorRates(range);
    if (measure == Measure::Restarts)
        return restartsOf(range);
    std::vector<MeasuredStretch> values;
    for (const Stretch &stretch : range.stretches)
        values.emplace_back(stretch, valueOf(measure, stretch));
    return values;
}

QString textOf(Measure measure, double value)
{
    switch (measure) {
    case Measure::Latency: return durationText(Seconds(value));
    case Measure::Memory: return formatBytes(qint64(value));
    case Measure::Cpu:
    case Measure::Errors: return LineGraph::tr("%1 %").arg(localNumber(QString::number(value * 100, 'g', 3)));
    default: return formatCount(qint64(std::round(value)));
    }
}

LineGraph::LineGraph(QWidget *parent)
    : TimeGraph(parent)
    , m_line(addGraph())
    , m_slowest(addGraph())
    , m_alone(addGraph())
{
    m_alone->setLineStyle(QCPGraph::lsNone);
    for (QCPGraph *const line : {m_line, m_slowest})
        line->setAdaptiveSampling(false);
    applyTheme();
}

void LineGraph::show(Measure measure, const HistoryRange &range, History::Time now)
{
    m_measure = measure;
    m_values = valuesOf(measure, range);
    std::vector<Span> known;
    for (const auto &[stretch, value] : m_values) {
        // A bucket at the edge of a poll's time may have no answer of its own; it is no gap. Nor is it one that a
        // dependency did nothing.
        if (value || stretch.polls == 0 || measure == Measure::Errors)
            known.push_back({seconds(stretch.from), seconds(stretch.to)});
    }
    draw(nameOf(measure), known, range.marks, now);
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
    for (const auto &[stretch, value] : m_values) {
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
    showAlone(at, values);
    setTop(top, unit.size);
    setUnitWord(unit.word, unit.word);
    const Theme &theme = Theme::of(palette());
    Labels labels;
    if (!std::isnan(last))
        labels << std::pair(
            valueText(m_measure, isFollowing() && !isOverdue(seconds(before->to)), textOf(m_measure, last)),
            theme.accent(ServiceState::Unauthorized));
    if (m_measure == Measure::Latency && slowestSeen > 0)
        labels << std::pair(tr("slowest %1").arg(textOf(m_measure, slowestSeen)),
                            theme.accent(ServiceState::ShuttingDown));
    setLabels(labels, 1);
    setEmptyText(!at.isEmpty()                      ? QString()
                     : m_measure == Measure::Errors ? tr("No operation of a dependency is known of this time.")
                                                    : tr("No data for this time, or the service does not report it."));
    setAccessibleName(tr("Graph of %1").arg(name()));
    setAccessibleDescription(labels.isEmpty() ? tr("No data.") : labels.first().first);
}

/// Values without a neighbour make no line.
void LineGraph::showAlone(const QVector<double> &at, const QVector<double> &values)
{
    const auto isThere = [&](qsizetype each) { return each >= 0 && each < values.size() && !std::isnan(values[each]); };
    QVector<double> places;
    QVector<double> alone;
    for (qsizetype each = 0; each < values.size(); ++each) {
        if (!isThere(each) || isThere(each - 1) || isThere(each + 1))
            continue;
        places << at[each];
        alone << values[each];
    }
    m_alone->setData(places, alone, true);
}

void LineGraph::clearValues()
{
    m_values.clear();
    m_alone->data()->clear();
    m_line->data()->clear();
    m_slowest->data()->clear();
}

void LineGraph::applyColours()
{
    const Theme &theme = Theme::of(palette());
    const QColor colour = theme.accent(ServiceState::Unauthorized); // the blue of the set
    m_line->setPen(QPen(colour, 1.6));
    m_alone->setPen(QPen(colour, 1.6));
    m_alone->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, Dot));
    QColor fill = colour;
    fill.setAlphaF(0.10F);
    m_line->setBrush(fill);
    m_slowest->setPen(QPen(theme.accent(ServiceState::ShuttingDown), 1));
}

QStringList LineGraph::valuesAt(double &at) const
{
    const auto found =
        std::ranges::find_if(m_values, [at](const MeasuredStretch &each) { return seconds(each.first.to) >= at; });
    if (found == m_values.end() || seconds(found->first.from) > at)
        return {timeText(at), tr("no data")};
    const auto &[stretch, value] = *found;
    if (!value)
        return {timeText(at), m_measure == Measure::Errors ? tr("no operations") : tr("not reported")};
    at = seconds(stretch.to);
    QStringList lines{timeText(at), textOf(m_measure, *value)};
    if (m_measure == Measure::Latency && stretch.polls > 1)
        lines << tr("slowest of %1: %2").arg(formatCount(stretch.polls), textOf(m_measure, stretch.slowest.count()));
    return lines;
}

} // namespace Hephaestus
