// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicemapview.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QToolTip>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ServiceMapView::ServiceMapView(QWidget *parent) : QWidget(parent)
{
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
}

void ServiceMapView::show(const ServiceMap &map)
{
    m_map = map;
    place();
}

void ServiceMapView::setCurrent(const QString &key)
{
    m_current = key;
    update();
}

/// The mark, the name, and the second mark of what is split: see paintNode().
QSize ServiceMapView::boxSize() const
{
    int widest = 0;
    bool isAnySplit = false;
    for (const MapNode &node : m_map.nodes) {
        widest = std::max(widest, fontMetrics().horizontalAdvance(node.name));
        isAnySplit |= node.isSplit;
    }
    const int most = fontMetrics().averageCharWidth() * 30;
    return {std::min(widest, most) + spacing(fontMetrics(), isAnySplit ? 19 : 13), spacing(fontMetrics(), 8)};
}

/// The area around it scrolls upright, and sideways only where there is no room for one column.
void ServiceMapView::place()
{
    const ServiceMapLayout::Measures measures{boxSize(), spacing(fontMetrics(), 6), spacing(fontMetrics(), 10),
                                              spacing(fontMetrics(), 1)};
    m_layout = ServiceMapLayout(m_map, measures, width());
    setMinimumSize(measures.box.width() + 2 * measures.gap, m_layout.size().height());
    updateGeometry();
    update();
}

void ServiceMapView::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        place();
}

void ServiceMapView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        place();
}

QSize ServiceMapView::sizeHint() const { return m_layout.size(); }

int ServiceMapView::nodeAt(const QPoint &point) const
{
    const auto found = std::ranges::find_if(boxes(), [&](const QRect &box) { return box.contains(point); });
    return found == boxes().end() ? -1 : int(found - boxes().begin());
}

void ServiceMapView::paintEvent(QPaintEvent *event)
{
    QPainter painter(this);
    painter.setLayoutDirection(Qt::LeftToRight); // as all graphs
    paintLines(painter, event->rect());
    painter.setRenderHint(QPainter::Antialiasing);
    paintCurrentLines(painter);
    for (qsizetype i = 0; i < boxes().size(); ++i) {
        if (boxes()[i].adjusted(-3, -3, 3, 3).intersects(event->rect()))
            paintNode(painter, boxes()[i], m_map.nodes[i]);
    }
}

QColor ServiceMapView::lineColour(const MapNode &needed, const QColor &usual) const
{
    return needed.isInTrouble() ? Theme::of(palette()).accent(needed.state) : usual;
}

/// Those to what is in trouble are above the others.
void ServiceMapView::paintLines(QPainter &painter, const QRect &area) const
{
    // A line that means something has 3 : 1 (WCAG 2.1, 1.4.11).
    const QColor base = palette().color(QPalette::Base);
    const QColor usual = readable(Theme::of(palette()).line(), base, 3);
    for (const bool isTrouble : {false, true}) {
        for (int node = 0; node < int(m_map.nodes.size()); ++node) {
            if (m_map.nodes[node].isInTrouble() != isTrouble || m_map.nodes[node].users.isEmpty())
                continue;
            painter.setPen(lineColour(m_map.nodes[node], usual));
            for (const QLine &line : m_layout.linesTo(node)) {
                if (QRect(line.p1(), line.p2()).adjusted(-1, -1, 1, 1).intersects(area))
                    painter.drawLine(line);
            }
            paintArrow(painter, node);
        }
    }
}

void ServiceMapView::paintCurrentLines(QPainter &painter) const
{
    const auto found = std::ranges::find(m_map.nodes, m_current, &MapNode::key);
    if (found == m_map.nodes.end())
        return;
    const auto current = int(found - m_map.nodes.begin());
    const auto paint = [&](int user, int needed) {
        painter.setPen(QPen(lineColour(m_map.nodes[needed], palette().color(QPalette::Text)), 2.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(m_layout.way(user, needed));
        paintArrow(painter, needed);
    };
    for (const int needed : found->needs)
        paint(current, needed);
    for (const int user : found->users)
        paint(user, current);
}

/// In the colour of the pen.
void ServiceMapView::paintArrow(QPainter &painter, int node) const
{
    const QRect &box = boxes()[node];
    const int size = spacing(fontMetrics(), 2);
    const QPoint tip(box.center().x(), box.top());
    painter.setBrush(painter.pen().color());
    painter.drawPolygon(QPolygon{{tip, tip + QPoint(-size / 2, -size), tip + QPoint(size / 2, -size)}});
}

void ServiceMapView::paintNode(QPainter &painter, const QRect &box, const MapNode &node) const
{
    const Theme &theme = Theme::of(palette());
    const int gap = spacing(fontMetrics(), 2);
    const bool isDependency = node.service == NoService;
    const QColor accent = node.isCurrent || node.isInTrouble() ? theme.accent(node.state) : theme.muted();
    QColor fill = accent;
    fill.setAlphaF(0.12F);
    painter.setPen(node.key == m_current    ? QPen(palette().color(QPalette::Highlight), 3)
                       : node.isInTrouble() ? QPen(accent, 2)
                                            : QPen(theme.line(), 1));
    painter.setBrush(palette().color(QPalette::Base));
    const double round = isDependency ? box.height() / 2.0 : gap; // a dependency has another shape
    painter.drawRoundedRect(box, round, round);
    if (node.isInTrouble()) {
        painter.setBrush(fill);
        painter.drawRoundedRect(box, round, round);
    }
    const int icon = spacing(fontMetrics(), 4);
    painter.drawPixmap(QPoint(box.left() + 2 * gap, box.center().y() - icon / 2),
                       Icons::pixmap(Icons::nameOf(node.state), icon, accent, devicePixelRatioF()));
    QRect text = box.adjusted(3 * gap + icon, 0, -gap, 0);
    if (node.isSplit) {
        text.setRight(text.right() - icon - gap);
        painter.drawPixmap(
            QPoint(text.right() + gap, box.center().y() - icon / 2),
            Icons::pixmap(u"error"_s, icon, theme.accent(ServiceState::DependencyError), devicePixelRatioF()));
    }
    painter.setPen(node.isCurrent || node.isInTrouble() ? palette().color(QPalette::Text) : theme.muted());
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     fontMetrics().elidedText(node.name, Qt::ElideMiddle, text.width()));
}

void ServiceMapView::mousePressEvent(QMouseEvent *event)
{
    if (const int node = nodeAt(event->position().toPoint()); node >= 0)
        Q_EMIT chosen(m_map.nodes[node].key);
}

void ServiceMapView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (const int node = nodeAt(event->position().toPoint()); node >= 0)
        Q_EMIT opened(m_map.nodes[node].key);
}

bool ServiceMapView::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *const help = static_cast<QHelpEvent *>(event);
    const int node = nodeAt(help->pos());
    QToolTip::showText(help->globalPos(), node < 0 ? QString() : plainToolTip(m_map.nodes[node].sentence), this);
    return true;
}

} // namespace Hephaestus
