// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/directedtext.h"

#include <QPainter>
#include <QStyle>

namespace Hephaestus {

int textFlags(Qt::LayoutDirection layout, int flags, const QString &text)
{
    const Qt::Alignment sideways = Qt::Alignment(flags & Qt::AlignHorizontal_Mask);
    const Qt::Alignment placed = QStyle::visualAlignment(layout, sideways ? sideways : Qt::AlignLeft);
    constexpr int Given = int(Qt::AlignHorizontal_Mask) | Qt::TextForceLeftToRight | Qt::TextForceRightToLeft;
    return (flags & ~Given) | int(placed | Qt::AlignAbsolute)
        | (text.isRightToLeft() ? Qt::TextForceRightToLeft : Qt::TextForceLeftToRight);
}

void paintText(QPainter &painter, const QRectF &area, int flags, const QString &text)
{
    painter.drawText(area, textFlags(painter.layoutDirection(), flags, text), text);
}

} // namespace Hephaestus
