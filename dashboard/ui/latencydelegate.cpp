// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/latencydelegate.h"

#include "dashboard/model/fleetmodel.h"
#include "dashboard/ui/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace Hephaestus {

int LatencyDelegate::textWidth(const QFontMetrics &metrics)
{
    return metrics.horizontalAdvance(QStringLiteral("88.8 ms"));
}

void LatencyDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                   const QModelIndex &index) const
{
    CellDelegate::paintContent(painter, area, option, index);
    const auto latencies = index.data(FleetModel::LatenciesRole).value<QList<float>>();
    const int gap = spacing(option.fontMetrics, 2);
    if (!m_textWidth || m_textWidth->first != option.fontMetrics)
        m_textWidth.emplace(option.fontMetrics, textWidth(option.fontMetrics));
    // Beside the number; time goes from left to right wherever that is.
    const QRectF room = visual(
        option, area,
        area.adjusted(0, spacing(option.fontMetrics, 2), -m_textWidth->second - gap, -spacing(option.fontMetrics, 2)));
    if (latencies.size() < 2 || room.width() < 4 * gap)
        return;
    float highest = 0;
    for (const float latency : latencies)
        highest = std::isnan(latency) ? highest : std::max(highest, latency);
    if (highest <= 0)
        return;
    const double step = room.width() / (FleetModel::LatenciesKept - 1);
    QPainterPath path;
    bool broken = true;
    for (qsizetype i = 0; i < latencies.size(); ++i) {
        if (std::isnan(latencies[i])) {
            broken = true;
            continue;
        }
        const QPointF at(room.right() - double(latencies.size() - 1 - i) * step,
                         room.bottom() - double(latencies[i] / highest) * room.height());
        if (std::exchange(broken, false))
            path.moveTo(at - QPointF(0.5, 0)); // one answer between two gaps is a dot
        path.lineTo(at);
    }
    const Theme &theme = Theme::of(option.palette);
    const bool current = index.data(FleetModel::CurrentRole).toBool();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(
        QPen(current ? theme.accent(ServiceState::Unauthorized) : theme.muted(), 1.2)); // the blue of the set
    painter.drawPath(path);
}

QSize LatencyDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize text = CellDelegate::sizeHint(option, index);
    return {text.width() + spacing(option.fontMetrics, 16), text.height()};
}

} // namespace Hephaestus
