// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/linedelegate.h"

#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/theme.h"

#include <QListView>
#include <QPainter>

namespace Hephaestus {

/// Beside the icon, as from left to right.
static QRect textOf(const QRect &area, const QStyleOptionViewItem &option)
{
    return area.adjusted(option.decorationSize.width() + spacing(option.fontMetrics, 2), 0, 0, 0);
}

QSize LineDelegate::sizeHint(const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    const auto *const view = qobject_cast<const QListView *>(given.widget);
    if (const QVariant kept = index.data(Qt::SizeHintRole); kept.isValid() || !view)
        return kept.toSize();
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    option.rect = QRect(0, 0, view->viewport()->width() - 2 * view->spacing(), 1 << 16);
    const QRect text = textOf(contentArea(option), option);
    const int high = option.fontMetrics.boundingRect(text, Qt::TextWordWrap, option.text).height();
    return {0, high + 2 * spacing(option.fontMetrics, 1)}; // as wide as the view
}

void LineDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                const QModelIndex &) const
{
    const QSize size = option.decorationSize;
    const QRect place(area.left(), area.center().y() - size.height() / 2 + 1, size.width(), size.height());
    option.icon.paint(&painter, visual(option, area, place));
    const QRect rest = textOf(area, option);
    const bool wraps = option.features.testFlag(QStyleOptionViewItem::WrapText);
    paintText(painter, visual(option, area, rest),
              Qt::AlignLeft | Qt::AlignVCenter | (wraps ? Qt::TextWordWrap : Qt::TextSingleLine),
              wraps ? option.text : option.fontMetrics.elidedText(option.text, Qt::ElideRight, rest.width()));
}

} // namespace Hephaestus
