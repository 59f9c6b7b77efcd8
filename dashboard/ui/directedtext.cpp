// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/directedtext.h"

#include <QFontMetrics>
#include <QPainter>
#include <QStringList>
#include <QStyle>

namespace Hephaestus {

using namespace Qt::StringLiterals;

int textFlags(Qt::LayoutDirection layout, int flags, const QString &text)
{
    const Qt::Alignment sideways = Qt::Alignment(flags & Qt::AlignHorizontal_Mask);
    const Qt::Alignment placed = QStyle::visualAlignment(layout, sideways ? sideways : Qt::AlignLeft);
    constexpr int Given = int(Qt::AlignHorizontal_Mask) | Qt::TextForceLeftToRight | Qt::TextForceRightToLeft;
    return (flags & ~Given) | int(placed | Qt::AlignAbsolute)
        | (text.isRightToLeft() ? Qt::TextForceRightToLeft : Qt::TextForceLeftToRight);
}

QString elidedBeforeEnd(const QFontMetrics &metrics, const QString &text, int width)
{
    const qsizetype comma = text.lastIndexOf(u", ");
    const QString end = comma < 0 ? QString() : text.mid(comma);
    const int room = width - metrics.horizontalAdvance(end);
    if (end.isEmpty() || metrics.horizontalAdvance(text) <= width)
        return metrics.elidedText(text, Qt::ElideRight, width);
    if (room < 4 * metrics.averageCharWidth()) // nothing of the beginning would be left
        return metrics.elidedText(text, Qt::ElideMiddle, width);
    return metrics.elidedText(text.first(comma), Qt::ElideRight, room) + end;
}

QString elidedByParts(const QFontMetrics &metrics, const QString &text, int width)
{
    const QString dot = u" · "_s;
    const QStringList parts = text.split(dot);
    if (parts.size() < 2 || metrics.horizontalAdvance(text) <= width)
        return elidedBeforeEnd(metrics, text, width);
    for (qsizetype kept = parts.size() - 2; kept > 0; --kept) {
        const QString shorter = (parts.first(kept) << u"…"_s << parts.last()).join(dot);
        if (metrics.horizontalAdvance(shorter) <= width)
            return shorter;
    }
    const QString end = dot + parts.last();
    const int room = width - metrics.horizontalAdvance(end);
    return room < 4 * metrics.averageCharWidth() ? metrics.elidedText(parts.last(), Qt::ElideMiddle, width)
                                                 : metrics.elidedText(parts.first(), Qt::ElideMiddle, room) + end;
}

void paintText(QPainter &painter, const QRectF &area, int flags, const QString &text)
{
    painter.drawText(area, textFlags(painter.layoutDirection(), flags, text), text);
}

} // namespace Hephaestus
