// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/celldelegate.h"

#include <optional>
#include <utility>

namespace Hephaestus {

/// A latency, and before it a line of how it was in the last minute: the newest at the right, gaps where nobody
/// answered. The height is the row's own highest; the number tells how much that is.
class LatencyDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    /// Of the number alone, in pixels.
    static int textWidth(const QFontMetrics &metrics);

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;

private:
    mutable std::optional<std::pair<QFontMetrics, int>> m_textWidth; ///< measured once: each cell asks for it
};

} // namespace Hephaestus
