// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicemaplayout.h"

#include <algorithm>
#include <map>

namespace Hephaestus {

namespace {

/// Lines of one node, of which many lie on each other.
class Bus
{
public:
    void add(const QPolygon &way)
    {
        for (qsizetype i = 1; i < way.size(); ++i) {
            const bool isUpright = way[i - 1].x() == way[i].x();
            const int from = isUpright ? way[i - 1].y() : way[i - 1].x();
            const int to = isUpright ? way[i].y() : way[i].x();
            m_pieces[{isUpright, isUpright ? way[i].x() : way[i].y()}].append(std::minmax({from, to}));
        }
    }

    QList<QLine> lines()
    {
        QList<QLine> lines;
        for (auto &[place, pieces] : m_pieces) {
            std::ranges::sort(pieces);
            for (qsizetype i = 0; i < pieces.size();) {
                auto [from, to] = pieces[i];
                while (++i < pieces.size() && pieces[i].first <= to)
                    to = std::max(to, pieces[i].second);
                const auto &[isUpright, at] = place;
                lines.append(isUpright ? QLine(at, from, at, to) : QLine(from, at, to, at));
            }
        }
        return lines;
    }

private:
    std::map<std::pair<bool, int>, QList<std::pair<int, int>>> m_pieces; ///< upright or not, and where
};

} // namespace

ServiceMapLayout::ServiceMapLayout(const ServiceMap &map, const Measures &measures, int width) : m_measures(measures)
{
    const int across = measures.box.width() + measures.gap;
    placeLayers(map, std::max(1, (width - measures.gap) / across));
    int columns = 0;
    for (const Cell &cell : std::as_const(m_cells)) {
        columns = std::max(columns, cell.column + 1);
        m_boxes.append({{measures.gap + cell.column * across, m_tops[cell.row]}, measures.box});
    }
    m_size = {measures.gap + columns * across, m_tops.isEmpty() ? measures.gap : m_tops.last()};
    for (int needed = 0; needed < int(map.nodes.size()); ++needed) {
        Bus bus;
        for (const int user : map.nodes[needed].users)
            bus.add(way(user, needed));
        m_lines.append(bus.lines());
    }
}

/// The uppermost first, which is the last of the map. Rows of one layer are equally long, and stand in the middle.
void ServiceMapLayout::placeLayers(const ServiceMap &map, int columns)
{
    std::map<int, QList<int>, std::greater<>> layers;
    for (int node = 0; node < int(map.nodes.size()); ++node) {
        layers[map.nodes[node].layer].append(node);
        m_lanes.append(map.nodes[node].place);
    }
    m_cells.resize(map.nodes.size());
    const auto rowsOf = [&](qsizetype nodes) { return (int(nodes) + columns - 1) / columns; };
    const auto lengthOf = [&](qsizetype nodes) { return (int(nodes) + rowsOf(nodes) - 1) / rowsOf(nodes); };
    int longest = 0;
    for (const auto &[depth, nodes] : layers)
        longest = std::max(longest, lengthOf(nodes.size()));
    int row = 0;
    int top = m_measures.gap;
    for (const auto &[depth, nodes] : layers) {
        const int length = lengthOf(nodes.size());
        for (int i = 0; i < int(nodes.size()); ++i) {
            const int inRow = std::min(length, int(nodes.size()) - i / length * length);
            m_cells[nodes[i]] = {row + i / length, (longest - inRow) / 2 + i % length};
        }
        for (int i = 0; i < rowsOf(nodes.size()); ++i) {
            const bool isLast = i + 1 == rowsOf(nodes.size());
            m_tops.append(top);
            top += m_measures.box.height() + (isLast ? m_measures.layerGap : m_measures.gap);
        }
        row += rowsOf(nodes.size());
    }
    if (!m_tops.isEmpty())
        m_tops.append(top);
}

/// How far into a room, which lies between boxes, the lines to a node go. Beside a box they keep so far away that a
/// broad line does not run into a broad frame.
int ServiceMapLayout::laneIn(int room, int node) const
{
    const int clear = std::min(3 * m_measures.lane / 2, room / 4);
    const int lanes = std::max(1, (room - 2 * clear) / m_measures.lane + 1);
    return clear + (lanes > 1 ? m_lanes[node] % lanes * (room - 2 * clear) / (lanes - 1) : 0);
}

int ServiceMapLayout::laneAbove(int row, int node) const
{
    const int from = row == 0 ? 0 : m_tops[row - 1] + m_measures.box.height();
    return from + laneIn(m_tops[row] - from, node);
}

QPolygon ServiceMapLayout::way(int user, int needed) const
{
    const Cell from = m_cells[user];
    const Cell to = m_cells[needed];
    const QPoint start(m_boxes[user].center().x(), m_boxes[user].bottom());
    const QPoint end(m_boxes[needed].center().x(), m_boxes[needed].top());
    const int below = laneAbove(from.row + 1, needed);
    if (to.row == from.row + 1)
        return {{start, {start.x(), below}, {end.x(), below}, end}};
    const int column = from.column + (to.column > from.column ? 1 : 0); // the room at its left
    const int x = column * (m_measures.box.width() + m_measures.gap) + laneIn(m_measures.gap, needed);
    const int above = laneAbove(to.row, needed);
    return {{start, {start.x(), below}, {x, below}, {x, above}, {end.x(), above}, end}};
}

} // namespace Hephaestus
