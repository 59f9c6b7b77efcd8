// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/dependencygraph.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <algorithm>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr double PartOfBar = 0.8; ///< of the time that a bar stands for; the rest is between bars
constexpr int LeastBar = 4;       ///< pixels
constexpr int LeastAxis = 50;     ///< pixels; the axis has no width before the first layout

/// `3 failed`, and of how many: `3 failed (2.5 %)`.
QString failureText(qint64 successes, qint64 failures)
{
    const QString text = DependencyGraph::tr("%1 failed").arg(formatCount(failures));
    return failures > 0 ? DependencyGraph::tr("%1 (%2 %)").arg(text, percentOf(failures, successes + failures)) : text;
}

} // namespace

DependencyGraph::DependencyGraph(QWidget *parent)
    : TimeGraph(parent)
    , m_whole{new QCPBars(xAxis, yAxis), new QCPBars(xAxis, yAxis)}
    , m_latest{new QCPBars(xAxis, yAxis), new QCPBars(xAxis, yAxis)}
{
    for (const Columns &columns : {m_whole, m_latest})
        columns.failures->moveAbove(columns.successes);
    applyTheme();
}

void DependencyGraph::Columns::setData(const QVector<double> &at, const std::vector<Bar> &bars, double width)
{
    QVector<double> good;
    QVector<double> bad;
    for (const Bar &bar : bars) {
        good << double(bar.successes);
        bad << double(bar.failures);
    }
    successes->setData(at, good, true);
    failures->setData(at, bad, true);
    for (QCPBars *const each : {successes, failures})
        each->setWidth(width);
}

void DependencyGraph::show(const QString &name, const History::Samples &samples, const History::Marks &marks,
                           History::Time now)
{
    m_samples = samples;
    std::vector<Span> known;
    for (const History::Sample &sample : samples)
        known.push_back({seconds(sample.from), seconds(sample.to)});
    draw(name, known, marks, now);
}

void DependencyGraph::drawValues()
{
    m_width = barWidth(seenSpan()).count();
    m_bars.clear();
    for (const History::Sample &sample : m_samples) {
        // Counted where the poll that saw them ends; a bar never shows more than was seen in it.
        const qint64 start = qint64(std::ceil(seconds(sample.to) / double(m_width)) - 1) * m_width;
        Bar &bar = m_bars[start];
        bar.successes += sample.successes;
        bar.failures += sample.failures;
    }
    const double width = double(m_width);
    const QCPRange seen = xAxis->range();
    QVector<double> at;
    std::vector<Bar> whole;
    std::vector<Bar> latest;
    double latestFrom = seen.upper;
    qint64 highest = 0;
    Bar sum;
    for (const auto &[start, bar] : m_bars) {
        const double from = double(start);
        if (from < seen.upper && from + width > seen.upper) {
            latest.push_back(bar);
            latestFrom = from;
        } else {
            at << from + width / 2;
            whole.push_back(bar);
        }
        if (from + width / 2 < seen.lower || from >= seen.upper)
            continue;
        highest = std::max(highest, bar.successes + bar.failures);
        sum.successes += bar.successes;
        sum.failures += bar.failures;
    }
    m_whole.setData(at, whole, width * PartOfBar);
    const double pixel = seen.size() / std::max({axisRect()->width(), this->width() / 2, LeastAxis});
    const double latestWidth = std::max((seen.upper - latestFrom) * PartOfBar, LeastBar * pixel);
    m_latest.setData(latest.empty() ? QVector<double>() : QVector<double>{seen.upper - latestWidth / 2}, latest,
                     latestWidth);
    setTop(std::max<double>(double(highest) * 1.15, 4));
    const QString barSpan = durationText(std::chrono::seconds(m_width));
    setUnitWord(tr("operations in %1").arg(barSpan), tr("each %1").arg(barSpan));

    const QString success = tr("%1 succeeded").arg(formatCount(sum.successes));
    const QString failure = failureText(sum.successes, sum.failures);
    const Theme &theme = Theme::of(palette());
    // Of what is not known no sum is told: it would be a zero.
    const bool isKnown = std::ranges::any_of(m_samples, [&seen](const History::Sample &sample) {
        return seconds(sample.to) > seen.lower && seconds(sample.from) < seen.upper;
    });
    const QString none = tr("No data for this time.");
    setLabels(isKnown ? Labels{{success, theme.accent(DependencyStatus::Working)},
                               {failure, theme.accent(DependencyStatus::Error)}}
                      : Labels{},
              2);
    setEmptyText(isKnown ? QString() : none);
    setAccessibleName(tr("Graph of %1").arg(name()));
    setAccessibleDescription(isKnown ? tr("In the last %1: %2, %3.").arg(durationText(span()), success, failure)
                                     : none);
}

void DependencyGraph::clearValues()
{
    m_samples.clear();
    m_bars.clear();
    for (const Columns &columns : {m_whole, m_latest}) {
        columns.successes->data()->clear();
        columns.failures->data()->clear();
    }
}

void DependencyGraph::applyColours()
{
    const Theme &theme = Theme::of(palette());
    for (const Columns &columns : {m_whole, m_latest}) {
        columns.successes->setPen(Qt::NoPen);
        columns.successes->setBrush(theme.accent(DependencyStatus::Working));
        columns.failures->setPen(Qt::NoPen);
        columns.failures->setBrush(theme.accent(DependencyStatus::Error));
    }
}

QStringList DependencyGraph::valuesAt(double &at) const
{
    const double width = double(m_width);
    const double start = std::floor(at / width) * width;
    at = start + width / 2;
    const auto found = m_bars.find(qint64(start));
    if (found == m_bars.end())
        return {timeText(start), tr("no data")};
    return {timeText(start), tr("%1 succeeded").arg(formatCount(found->second.successes)),
            failureText(found->second.successes, found->second.failures)};
}

} // namespace Hephaestus
