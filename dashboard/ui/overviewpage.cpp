// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/overviewpage.h"

#include "dashboard/ui/dependencygraph.h"
#include "dashboard/ui/graphcolumn.h"
#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QGridLayout>
#include <QMouseEvent>
#include <QPointer>
#include <QScrollArea>
#include <QScrollBar>

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto OverviewPause = 5s; ///< between two looks at what is kept: a bar is longer
constexpr int LeastRow = 34;       ///< steps of spacing(): a lower graph shows no course
constexpr Measure Overviewed[] = {Measure::Latency, Measure::Errors, Measure::Cpu, Measure::Memory, Measure::Restarts};

} // namespace

OverviewPage::OverviewPage(FleetSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_scroll(new QScrollArea)
    , m_area(new QWidget)
    , m_grid(new QGridLayout(m_area))
    , m_aligned(new GraphColumns(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(spacing(fontMetrics(), 1));
    for (const Measure measure : Overviewed) {
        auto *const graph = new LineGraph;
        m_lines[measure] = graph;
        prepare(graph, nameOf(measure));
    }
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(m_area);
    auto *const layout = new QGridLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    const int gap = spacing(fontMetrics(), 1); // the graphs keep the height
    layout->setContentsMargins(margin, gap, margin, gap);
    layout->addWidget(m_scroll);
    arrange();
}

void OverviewPage::prepare(TimeGraph *graph, const QString &title)
{
    graph->setParent(m_area);
    graph->setSpan(Span);
    graph->setTitle(title);
    graph->setAccessibleName(LineGraph::tr("Graph of %1").arg(title));
    graph->setInteractions({}); // a click shows it large, and the wheel scrolls the page
    graph->setCursor(Qt::PointingHandCursor);
    graph->installEventFilter(this);
}

DependencyGraph *OverviewPage::graphOf(const QString &dependency)
{
    DependencyGraph *&graph = m_bars[dependency];
    if (!graph) {
        graph = new DependencyGraph;
        prepare(graph, dependency);
    }
    return graph;
}

void OverviewPage::setService(ServiceId id)
{
    if (m_service == id)
        return;
    m_service = id;
    for (const auto &[name, graph] : m_bars)
        delete graph;
    m_bars.clear();
    for (const auto &[measure, graph] : m_lines)
        graph->showReading();
    arrange();
    m_shown = {};
    m_asked = false;
    refresh();
}

void OverviewPage::refresh()
{
    if (isVisible() && !m_asked && Clock::machine().now() - m_shown >= OverviewPause)
        ask();
}

void OverviewPage::ask()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    HistorySource *const past = row ? m_session.pastOf(m_service) : nullptr;
    if (!past)
        return row ? showInstead(tr("No history is kept.")) : void();
    m_shown = Clock::machine().now();
    m_asked = true;
    const History::Time now = Clock::machine().wall();
    const QPointer<OverviewPage> self(this);
    past->askRange(row->entry.url, now - Span, now, TimeGraph::barWidth(Span),
                   [self, service = m_service](const Result<HistoryRange> &range) {
                       if (!self || self->m_service != service)
                           return; // another one is looked at
                       self->m_asked = false;
                       if (range)
                           self->show(*range);
                       else
                           self->showInstead(tr("It cannot be read: %1").arg(range.problem().text()));
                   });
}

void OverviewPage::showInstead(const QString &why)
{
    for (const auto &[measure, graph] : m_lines)
        graph->showInstead(why);
    for (const auto &[name, graph] : m_bars)
        graph->showInstead(why);
}

void OverviewPage::show(const HistoryRange &range)
{
    const History::Time now = Clock::machine().wall();
    for (const auto &[measure, graph] : m_lines)
        graph->show(measure, range, now);
    const std::size_t before = m_bars.size();
    if (const ServiceRow *const row = m_session.fleet().find(m_service); row && row->report) {
        for (const DependencyReport &each : row->report->dependencies) {
            if (each.status != DependencyStatus::NotUsed)
                graphOf(each.name)->show(each.name, range.operations.value(each.name), range.marks, now);
        }
    }
    if (m_bars.size() != before || m_columns == 0)
        arrange();
}

/// As many beside each other as stay readable.
void OverviewPage::arrange()
{
    const int columns = GraphColumns::countIn(width(), fontMetrics());
    QList<TimeGraph *> graphs;
    for (const Measure measure : Overviewed)
        graphs << m_lines.at(measure);
    for (const auto &[name, graph] : m_bars)
        graphs << graph;
    m_columns = columns;
    for (int place = 0; place < graphs.size(); ++place) {
        m_grid->addWidget(graphs[place], place / columns, place % columns);
        graphs[place]->show();
    }
    m_aligned->setGraphs(graphs, columns);
    fitRows();
}

/// As many rows as stay readable are in view, each whole; a notch of the wheel goes to the next.
void OverviewPage::fitRows()
{
    const int gap = m_grid->spacing();
    const int least = spacing(fontMetrics(), LeastRow);
    const int room = m_scroll->height();
    const int rows = std::max(1, (room + gap) / (least + gap));
    const int fitting = std::max(least, (room - (rows - 1) * gap) / rows);
    const int lines = std::max(1, QApplication::wheelScrollLines());
    const int height = fitting - (fitting + gap) % lines;
    for (int place = 0; place < m_grid->count(); ++place)
        m_grid->itemAt(place)->widget()->setMinimumHeight(height);
    m_scroll->verticalScrollBar()->setSingleStep((height + gap) / lines);
}

void OverviewPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (m_columns != GraphColumns::countIn(width(), fontMetrics()))
        arrange();
    else
        fitRows();
}

void OverviewPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

bool OverviewPage::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Wheel) { // it scrolls the page
        event->ignore();
        return true;
    }
    if (event->type() != QEvent::MouseButtonRelease || static_cast<QMouseEvent *>(event)->button() != Qt::LeftButton)
        return QWidget::eventFilter(watched, event);
    for (const auto &[measure, graph] : m_lines) {
        if (graph == watched)
            Q_EMIT measureChosen(measure);
    }
    const auto bars = std::ranges::find_if(m_bars, [watched](const auto &each) { return each.second == watched; });
    if (bars != m_bars.end())
        Q_EMIT dependencyChosen(QString(bars->first));
    return true;
}

} // namespace Hephaestus
