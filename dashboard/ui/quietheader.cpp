// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/quietheader.h"

#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/theme.h"

#include <QPainter>

namespace Hephaestus {

QuietHeader::QuietHeader(QWidget *parent) : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsClickable(true);
    setHighlightSections(false);
    setMinimumSectionSize(spacing(fontMetrics(), 4));
}

QSize QuietHeader::sizeHint() const { return {QHeaderView::sizeHint().width(), spacing(fontMetrics(), 7)}; }

void QuietHeader::paintSection(QPainter *painter, const QRect &rect, int section) const
{
    const Theme &theme = Theme::of(palette());
    painter->fillRect(rect, palette().color(QPalette::Base));
    painter->setPen(theme.line());
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    painter->setPen(sorted ? palette().color(QPalette::Text) : theme.muted());
    const auto alignment = model()->headerData(section, orientation(), Qt::TextAlignmentRole);
    const QString text = model()->headerData(section, orientation()).toString();
    const QString arrow = !sorted                    ? QString()
        : sortIndicatorOrder() == Qt::AscendingOrder ? QStringLiteral(" ↑")
                                                     : QStringLiteral(" ↓");
    const int margin = spacing(fontMetrics(), 2);
    const QRect area = rect.adjusted(margin, 0, -margin, 0);
    paintText(*painter, area,
              int(alignment.isValid() ? alignment.value<Qt::Alignment>() : Qt::AlignLeft | Qt::AlignVCenter),
              fontMetrics().elidedText(text + arrow, Qt::ElideRight, area.width()));
}

} // namespace Hephaestus
