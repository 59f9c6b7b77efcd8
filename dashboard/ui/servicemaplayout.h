// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicemap.h"

#include <QLine>
#include <QPolygon>
#include <QRect>

namespace Hephaestus {

/// Where the nodes of a ServiceMap are drawn, and the lines between them, all in pixels.
///
/// Nodes stand in columns. A layer with more nodes than there are columns has several rows. Lines go between rows and
/// between columns, in right angles, and so never behind a box. All that lead to one node share a lane, like the wires
/// of a bus: sixty services that need one database draw few lines.
class ServiceMapLayout
{
public:
    struct Measures
    {
        QSize box;        ///< of each node
        int gap = 0;      ///< between columns, between rows of one layer, and around all
        int layerGap = 0; ///< between layers
        int lane = 0;     ///< from one lane to the next
    };

    ServiceMapLayout() = default;
    /// As many columns as `width` has room for, and one at least.
    ServiceMapLayout(const ServiceMap &map, const Measures &measures, int width);

    const QList<QRect> &boxes() const { return m_boxes; } ///< of each node, in the map's order
    /// All lines to a node, each piece once: horizontal or vertical, from left to right or from top to bottom.
    const QList<QLine> &linesTo(int node) const { return m_lines[node]; }
    /// From the bottom of `user` to the top of `needed`.
    QPolygon way(int user, int needed) const;
    QSize size() const { return m_size; } ///< of all, with the gap around it

private:
    struct Cell
    {
        int row = 0; ///< from above
        int column = 0;
    };

    void placeLayers(const ServiceMap &map, int columns);
    int laneIn(int room, int node) const;
    int laneAbove(int row, int node) const;

    Measures m_measures;
    QList<Cell> m_cells;         ///< of each node
    QList<int> m_lanes;          ///< of each node, for the lines that lead to it
    QList<int> m_tops;           ///< of each row, and of one that would follow the last
    QList<QRect> m_boxes;        ///< of each node
    QList<QList<QLine>> m_lines; ///< to each node
    QSize m_size;
};

} // namespace Hephaestus
