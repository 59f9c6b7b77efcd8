// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/dependencygraph.h"

#include "common/protocol/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <algorithm>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Bars = 80;

QCPItemText *corner(QCustomPlot *plot, Qt::Alignment alignment)
{
    auto *const label = new QCPItemText(plot);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->setPositionAlignment(alignment);
    label->setClipToAxisRect(false);
    return label;
}

} // namespace

DependencyGraph::DependencyGraph(QWidget *parent)
    : QCustomPlot(parent)
    , m_successes(new QCPBars(xAxis, yAxis))
    , m_failures(new QCPBars(xAxis, yAxis))
    , m_successLabel(corner(this, Qt::AlignLeft | Qt::AlignBottom))
    , m_failureLabel(corner(this, Qt::AlignLeft | Qt::AlignBottom))
    , m_emptyLabel(corner(this, Qt::AlignCenter))
    , m_cursor(new QCPItemStraightLine(this))
    , m_cursorLabel(new QCPItemText(this))
{
    m_failures->moveAbove(m_successes);
    m_emptyLabel->position->setCoords(0.5, 0.5);
    m_cursorLabel->setPositionAlignment(Qt::AlignTop | Qt::AlignHCenter);
    m_cursorLabel->position->setTypeX(QCPItemPosition::ptPlotCoords);
    m_cursorLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_cursorLabel->setPadding(QMargins(6, 3, 6, 3));
    m_cursor->setVisible(false);
    m_cursorLabel->setVisible(false);
    m_cursorLabel->setLayer(u"overlay"_s);

    const QSharedPointer<QCPAxisTickerDateTime> times(new QCPAxisTickerDateTime);
    times->setDateTimeFormat(u"HH:mm:ss"_s);
    times->setTickCount(4);
    xAxis->setTicker(times);
    const QSharedPointer<QCPAxisTicker> counts(new QCPAxisTicker);
    counts->setTickCount(4);
    yAxis->setTicker(counts);
    yAxis->setNumberPrecision(0);
    yAxis->setNumberFormat(u"f"_s);

    axisRect()->setRangeDrag(Qt::Horizontal);
    axisRect()->setRangeZoom(Qt::Horizontal);
    axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    setMouseTracking(true);
    setFocusPolicy(Qt::NoFocus); // the boxes beside it do by keys what the mouse does here
    connect(this, &QCustomPlot::mouseDoubleClick, this, &DependencyGraph::followNow);
    connect(this, &QCustomPlot::mouseWheel, this, [this] { m_following = false; });
    connect(this, &QCustomPlot::mousePress, this, [this] { m_following = false; });
    setMinimumHeight(spacing(fontMetrics(), 40));
    applyTheme();
}

void DependencyGraph::show(const QString &name, const std::deque<History::Sample> &samples,
                           const std::deque<History::Mark> &marks, History::Time now)
{
    m_name = name;
    m_samples = samples;
    m_marks = marks;
    m_now = now;
    draw();
}

void DependencyGraph::setSpan(std::chrono::seconds span)
{
    m_span = std::clamp(span, 10s, std::chrono::seconds(30 * 24h));
    followNow();
}

std::chrono::seconds DependencyGraph::barWidth(std::chrono::seconds span)
{
    for (const std::chrono::seconds width : {1s, 2s, 5s, 10s, 15s, 30s, 60s, 120s, 300s, 600s, 900s, 1800s, 3600s, 7200s}) {
        if (width * Bars >= span)
            return width;
    }
    return 6h;
}

void DependencyGraph::followNow()
{
    m_following = true;
    draw();
}

double DependencyGraph::seconds(History::Time time) const
{
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void DependencyGraph::draw()
{
    if (m_following)
        xAxis->setRange(seconds(m_now - m_span), seconds(m_now));
    for (QCPAbstractItem *const item : std::exchange(m_gapsAndMarks, {}))
        removeItem(item);
    drawGaps();
    drawBars();
    drawMarks();
    replot(QCustomPlot::rpQueuedReplot);
}

void DependencyGraph::drawBars()
{
    const qint64 width = barWidth(m_span).count();
    m_bars.clear();
    for (const History::Sample &sample : m_samples) {
        // Counted where the poll that saw them ends; a bar never shows more than was seen in it.
        const qint64 start = qint64(std::ceil(seconds(sample.to) / double(width)) - 1) * width;
        Bar &bar = m_bars[start];
        bar.successes += sample.successes;
        bar.failures += sample.failures;
    }
    QVector<double> at;
    QVector<double> successes;
    QVector<double> failures;
    qint64 highest = 0;
    Bar sum;
    const QCPRange seen = xAxis->range();
    for (const auto &[start, bar] : m_bars) {
        at << double(start) + double(width) / 2;
        successes << double(bar.successes);
        failures << double(bar.failures);
        if (at.last() < seen.lower || at.last() > seen.upper + double(width))
            continue;
        highest = std::max(highest, bar.successes + bar.failures);
        sum.successes += bar.successes;
        sum.failures += bar.failures;
    }
    m_successes->setData(at, successes, true);
    m_failures->setData(at, failures, true);
    for (QCPBars *const bars : {m_successes, m_failures})
        bars->setWidth(double(width) * 0.8);
    yAxis->setRange(0, std::max<double>(double(highest) * 1.15, 4));
    yAxis->setLabel(tr("operations in %1").arg(formatDuration(std::chrono::seconds(width))));

    const QString success = tr("%1 succeeded").arg(formatCount(sum.successes));
    const QString failure = tr("%1 failed").arg(formatCount(sum.failures));
    m_successLabel->setText(u"■ "_s + success);
    m_failureLabel->setText(u"■ "_s + failure);
    const QFontMetrics metrics(font());
    m_successLabel->position->setCoords(0, -0.02);
    m_failureLabel->position->setParentAnchor(m_successLabel->bottomRight);
    m_failureLabel->position->setType(QCPItemPosition::ptAbsolute);
    m_failureLabel->position->setCoords(spacing(metrics, 4), 0);
    m_emptyLabel->setText(m_samples.empty() ? tr("The first bars come with the next answers.") : QString());
    setAccessibleName(tr("Graph of %1").arg(m_name));
    setAccessibleDescription(tr("In the last %1: %2, %3.").arg(formatDuration(m_span), success, failure));
}

void DependencyGraph::drawGaps()
{
    const auto hatch = [this](double from, double to) {
        auto *const gap = new QCPItemRect(this);
        gap->setLayer(u"background"_s);
        gap->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
        gap->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
        gap->topLeft->setCoords(from, 0);
        gap->bottomRight->setCoords(to, 1);
        gap->setPen(Qt::NoPen);
        gap->setBrush(QBrush(Theme::of(palette()).line(), Qt::BDiagPattern));
        m_gapsAndMarks << gap;
    };
    const QCPRange seen = xAxis->range();
    double known = seen.lower;
    for (const History::Sample &sample : m_samples) {
        const double from = seconds(sample.from);
        if (from > known + 0.001 && from > seen.lower)
            hatch(known, from);
        known = std::max(known, seconds(sample.to));
    }
    // The newest poll may be under way: no gap before it is overdue.
    const double now = std::min(seen.upper, seconds(m_now));
    if (now - known > std::max(3.0, double(m_span.count()) / 100))
        hatch(known, now);
}

void DependencyGraph::drawMarks()
{
    const Theme &theme = Theme::of(palette());
    for (const History::Mark &mark : m_marks) {
        if (!xAxis->range().contains(seconds(mark.at)))
            continue;
        auto *const line = new QCPItemStraightLine(this);
        line->point1->setCoords(seconds(mark.at), 0);
        line->point2->setCoords(seconds(mark.at), 1);
        line->setPen(QPen(theme.muted(), 1));
        auto *const word = new QCPItemText(this);
        word->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        word->position->setCoords(seconds(mark.at), 0);
        word->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
        word->setText(mark.word + u' ');
        word->setColor(theme.muted());
        word->setFont(font());
        m_gapsAndMarks << line << word;
    }
}

void DependencyGraph::applyTheme()
{
    const Theme &theme = Theme::of(palette());
    const QColor text = palette().color(QPalette::Active, QPalette::Text);
    setBackground(palette().color(QPalette::Active, QPalette::Base));
    for (QCPAxis *const axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(theme.line()));
        axis->setTickPen(QPen(theme.line()));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(theme.muted());
        axis->setLabelColor(theme.muted());
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setZeroLinePen(QPen(theme.line()));
    }
    xAxis->grid()->setVisible(false);
    yAxis->grid()->setPen(QPen(theme.line(), 1));
    const QColor success = theme.accent(DependencyStatus::Working);
    const QColor failure = theme.accent(DependencyStatus::Error);
    m_successes->setPen(Qt::NoPen);
    m_successes->setBrush(success);
    m_failures->setPen(Qt::NoPen);
    m_failures->setBrush(failure);
    m_successLabel->setColor(success);
    m_failureLabel->setColor(failure);
    m_emptyLabel->setColor(theme.muted());
    m_cursor->setPen(QPen(theme.muted(), 1));
    m_cursorLabel->setColor(text);
    m_cursorLabel->setBrush(palette().color(QPalette::Active, QPalette::Window));
    m_cursorLabel->setPen(QPen(theme.line()));
    for (QCPItemText *const label : {m_successLabel, m_failureLabel, m_emptyLabel, m_cursorLabel})
        label->setFont(font());
    axisRect()->setMinimumMargins(QMargins(0, fontMetrics().height() + spacing(fontMetrics(), 3), spacing(fontMetrics(), 3), 0));
    axisRect()->setMargins(axisRect()->minimumMargins());
}

void DependencyGraph::changeEvent(QEvent *event)
{
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyTheme();
        draw();
    }
}

void DependencyGraph::mouseMoveEvent(QMouseEvent *event)
{
    QCustomPlot::mouseMoveEvent(event);
    const double width = double(barWidth(m_span).count());
    const double start = std::floor(xAxis->pixelToCoord(event->position().x()) / width) * width;
    const auto found = m_bars.find(qint64(start));
    const bool inside = axisRect()->rect().contains(event->position().toPoint());
    m_cursor->setVisible(inside);
    m_cursorLabel->setVisible(inside);
    m_cursor->point1->setCoords(start + width / 2, 0);
    m_cursor->point2->setCoords(start + width / 2, 1);
    const double share = (start + width / 2 - xAxis->range().lower) / xAxis->range().size();
    m_cursorLabel->setPositionAlignment(Qt::AlignTop | (share > 0.5 ? Qt::AlignRight : Qt::AlignLeft));
    m_cursorLabel->position->setCoords(start + width / 2, 0.04);
    const QString time = QDateTime::fromSecsSinceEpoch(qint64(start)).toString(u"HH:mm:ss"_s);
    m_cursorLabel->setText(found == m_bars.end()
                               ? tr("%1\nnothing known").arg(time)
                               : tr("%1\n%2 succeeded\n%3 failed")
                                     .arg(time, formatCount(found->second.successes), formatCount(found->second.failures)));
    replot(QCustomPlot::rpQueuedReplot);
}

void DependencyGraph::leaveEvent(QEvent *event)
{
    QCustomPlot::leaveEvent(event);
    m_cursor->setVisible(false);
    m_cursorLabel->setVisible(false);
    replot(QCustomPlot::rpQueuedReplot);
}

} // namespace Hephaestus
