// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/plot.h"

#include <QObject>
#include <QPointer>

#include <memory>

namespace Hephaestus {

class TimeGraph;

/// Graphs beneath each other, whose values begin at the same x however wide the numbers beside them are: that of the
/// widest.
class GraphColumn : public QObject
{
    Q_OBJECT

public:
    explicit GraphColumn(QObject *parent = nullptr);
    ~GraphColumn() override;

    /// These and no others. Each may be deleted at any time, and be in one column only.
    void setGraphs(const QList<TimeGraph *> &graphs);

private:
    void align();

    std::unique_ptr<QCPMarginGroup> m_group; ///< of no one plot
    QList<QPointer<TimeGraph>> m_graphs;
};

/// Small graphs row by row, as many beside each other as stay readable.
class GraphColumns : public QObject
{
    Q_OBJECT

public:
    explicit GraphColumns(QObject *parent = nullptr);

    /// How many there are in `width` pixels.
    static int countIn(int width, const QFontMetrics &metrics);
    /// In the order of reading.
    void setGraphs(const QList<TimeGraph *> &graphs, int count);

private:
    QList<GraphColumn *> m_columns; ///< its children
};

} // namespace Hephaestus
