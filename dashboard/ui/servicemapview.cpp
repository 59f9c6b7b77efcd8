// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicemapview.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
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
    updateGeometry();
    setMinimumSize(sizeHint()); // the area around it scrolls
    update();
}

void ServiceMapView::setCurrent(const QString &key)
{
    m_current = key;
    update();
}

QSize ServiceMapView::boxSize() const
{
    int widest = 0;
    for (const MapNode &node : m_map.nodes)
        widest = std::max(widest, fontMetrics().horizontalAdvance(node.name));
    const int most = fontMetrics().averageCharWidth() * 30;
    return {std::min(widest, most) + spacing(fontMetrics(), 18), spacing(fontMetrics(), 8)};
}

QList<QRect> ServiceMapView::boxes() const
{
    const QSize box = boxSize();
    const int across = box.width() + spacing(fontMetrics(), 6);
    const int down = box.height() + spacing(fontMetrics(), 10);
    const int margin = spacing(fontMetrics(), 4);
    QHash<int, int> inLayer;
    int layers = 0;
    int widest = 0;
    for (const MapNode &node : m_map.nodes) {
        widest = std::max(widest, ++inLayer[node.layer]);
        layers = std::max(layers, node.layer + 1);
    }
    QList<QRect> boxes;
    for (const MapNode &node : m_map.nodes) {
        const int indent = (widest - inLayer[node.layer]) * across / 2; // each layer stands in the middle
        boxes.append({QPoint(margin + indent + node.place * across, margin + (layers - 1 - node.layer) * down), box});
    }
    return boxes;
}

QSize ServiceMapView::sizeHint() const
{
    QRect all;
    for (const QRect &box : boxes())
        all |= box;
    const int margin = spacing(fontMetrics(), 4);
    return {all.right() + margin, all.bottom() + margin};
}

int ServiceMapView::nodeAt(const QPoint &point) const
{
    const QList<QRect> all = boxes();
    const auto found = std::ranges::find_if(all, [&](const QRect &box) { return box.contains(point); });
    return found == all.end() ? -1 : int(found - all.begin());
}

void ServiceMapView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setLayoutDirection(Qt::LeftToRight); // as all graphs
    painter.setRenderHint(QPainter::Antialiasing);
    const QList<QRect> all = boxes();
    paintLines(painter, all);
    for (qsizetype i = 0; i < all.size(); ++i)
        paintNode(painter, all[i], m_map.nodes[i]);
}

void ServiceMapView::paintLines(QPainter &painter, const QList<QRect> &boxes) const
{
    const Theme &theme = Theme::of(palette());
    painter.setBrush(Qt::NoBrush);
    for (const bool isFront : {false, true}) { // the current one's are above the others
        for (qsizetype i = 0; i < boxes.size(); ++i) {
            for (const int needed : m_map.nodes[i].needs) {
                const MapNode &target = m_map.nodes[needed];
                if ((m_map.nodes[i].key == m_current || target.key == m_current) != isFront)
                    continue;
                const QPointF from(boxes[i].center().x(), boxes[i].bottom());
                const QPointF to(boxes[needed].center().x(), boxes[needed].top());
                const double bend = (to.y() - from.y()) / 2;
                QPainterPath path(from);
                path.cubicTo(from + QPointF(0, bend), to - QPointF(0, bend), to);
                const QColor colour = target.isInTrouble() ? theme.accent(target.state)
                    : isFront                              ? palette().color(QPalette::Text)
                                                           : theme.line();
                painter.setPen(QPen(colour, isFront ? 2.5 : 1.5));
                painter.drawPath(path);
            }
        }
    }
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
