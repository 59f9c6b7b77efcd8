// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "dashboard/ui/celldelegate.h"

#include <QRect>

namespace Hephaestus {

/// A state as shape, word and colour; or, of a FleetRows' heading, a group, and what there is of it.
class StateDelegate : public IconDelegate
{
    Q_OBJECT

public:
    explicit StateDelegate(QObject *parent);

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
};

/// Of the code a service runs: fresh quietly, stale so that it is seen.
IconDelegate::Look codeLook(const Theme &theme, const QModelIndex &index);

/// A service's name, with a star if it is a favourite.
class ServiceDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
};

/// One chip for each dependency: its shape and colour by its status, the whole name where there is room for all, else
/// two letters.
class DependencyChipsDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
    QString toolTip(const QPoint &position, const QStyleOptionViewItem &option,
                    const QModelIndex &index) const override;

private:
    struct Chip
    {
        QRect area;
        QString label;
        DependencyReport dependency;
    };

    static QList<Chip> layOut(const QRect &area, const QStyleOptionViewItem &option, const QModelIndex &index);
};

} // namespace Hephaestus
