// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/celldelegate.h"

namespace Hephaestus {

/// An item of a QListView: its icon, and its text, which wraps if the view wraps words and is cut at its end otherwise.
/// What is measured is what is painted, at any width of the view.
class LineDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
};

} // namespace Hephaestus
