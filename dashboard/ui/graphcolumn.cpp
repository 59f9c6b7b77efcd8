// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/graphcolumn.h"

#include "dashboard/ui/theme.h"
#include "dashboard/ui/timegraph.h"

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr int MostColumns = 4;
constexpr int NarrowestColumn = 110; ///< steps of spacing(): a narrower graph has no room for its times and labels

} // namespace

GraphColumn::GraphColumn(QObject *parent) : QObject(parent), m_group(std::make_unique<QCPMarginGroup>(nullptr)) {}

GraphColumn::~GraphColumn() = default;

void GraphColumn::setGraphs(const QList<TimeGraph *> &graphs)
{
    if (std::ranges::equal(m_graphs, graphs, {}, [](const QPointer<TimeGraph> &graph) { return graph.data(); }))
        return;
    for (const QPointer<TimeGraph> &graph : std::as_const(m_graphs)) {
        if (!graph)
            continue;
        graph->disconnect(this);
        if (graph->axisRect()->marginGroup(QCP::msLeft) == m_group.get()) // else another column has it by now
            graph->axisRect()->setMarginGroup(QCP::msLeft, nullptr);
    }
    m_graphs.clear();
    for (TimeGraph *const graph : graphs) {
        m_graphs << graph;
        graph->axisRect()->setMarginGroup(QCP::msLeft, m_group.get());
        connect(graph, &QCustomPlot::afterReplot, this, &GraphColumn::align);
    }
    align();
}

/// A plot lays itself out alone: those that did before another one's numbers grew or shrank do it again.
void GraphColumn::align()
{
    const auto left = [](const TimeGraph *graph) { return graph->axisRect()->margins().left(); };
    const auto *const latest = qobject_cast<TimeGraph *>(sender());
    for (const QPointer<TimeGraph> &graph : std::as_const(m_graphs)) {
        if (graph && (!latest || left(graph) != left(latest)))
            graph->replot(QCustomPlot::rpQueuedReplot);
    }
}

GraphColumns::GraphColumns(QObject *parent) : QObject(parent)
{
    for (int column = 0; column < MostColumns; ++column)
        m_columns << new GraphColumn(this);
}

int GraphColumns::countIn(int width, const QFontMetrics &metrics)
{
    return std::clamp(width / spacing(metrics, NarrowestColumn), 1, MostColumns);
}

void GraphColumns::setGraphs(const QList<TimeGraph *> &graphs, int count)
{
    for (int column = 0; column < MostColumns; ++column) {
        QList<TimeGraph *> own;
        for (qsizetype place = column; place < graphs.size() && column < count; place += count)
            own << graphs[place];
        m_columns[column]->setGraphs(own);
    }
}

} // namespace Hephaestus
