// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/graphpicture.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/timegraph.h"

#include <QPainter>

namespace Hephaestus {

namespace {

constexpr double PictureScale = 2;

} // namespace

QPixmap pictureOf(const QList<TimeGraph *> &graphs, const QString &title, const QString &subtitle)
{
    if (graphs.isEmpty())
        return {};
    const TimeGraph &first = *graphs.first();
    const QFontMetrics metrics = first.fontMetrics();
    const int margin = spacing(metrics, 3);
    int height = margin + 2 * metrics.lineSpacing();
    for (const TimeGraph *const graph : graphs)
        height += graph->height();
    QPixmap picture(QSize(first.width(), height) * PictureScale);
    picture.setDevicePixelRatio(PictureScale);
    picture.fill(first.palette().color(QPalette::Base));
    QPainter painter(&picture);
    QFont strong = first.font();
    strong.setWeight(QFont::DemiBold);
    painter.setFont(strong);
    painter.setPen(first.palette().color(QPalette::Text));
    painter.drawText(QPoint(margin, margin + metrics.ascent()), visibleText(title));
    painter.setFont(first.font());
    painter.setPen(Theme::of(first.palette()).muted());
    painter.drawText(QPoint(margin, margin + metrics.lineSpacing() + metrics.ascent()), visibleText(subtitle));
    int top = margin + 2 * metrics.lineSpacing();
    for (TimeGraph *const graph : graphs) {
        QPixmap drawn = graph->toPixmap(graph->width(), graph->height(), PictureScale);
        drawn.setDevicePixelRatio(PictureScale);
        painter.drawPixmap(0, top, drawn);
        top += graph->height();
    }
    return picture;
}

} // namespace Hephaestus
