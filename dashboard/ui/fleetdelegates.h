// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "dashboard/ui/celldelegate.h"

#include <QFont>
#include <QHash>
#include <QRect>

namespace Hephaestus {

/// A state as shape, word and colour, whose time that is left is not cut; or, of a FleetRows' heading, a group, and
/// what there is of it.
class StateDelegate : public IconDelegate
{
    Q_OBJECT

public:
    explicit StateDelegate(QObject *parent);

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
    QString elided(const QStyleOptionViewItem &option, int width) const override;
};

/// Of the code a service runs: fresh quietly, stale so that it is seen.
IconDelegate::Look codeLook(const Theme &theme, const QModelIndex &index);

/// A service's name, and at its end signs: a star for a favourite, and whether it is acknowledged or muted.
class ServiceDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
};

/// One chip for each dependency that is used: its shape and colour by its status, the whole name where there is room,
/// else two letters. The names of those that fail come first.
class DependencyChipsDelegate : public CellDelegate
{
    Q_OBJECT

public:
    using CellDelegate::CellDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;

Q_SIGNALS:
    void chipClicked(const QString &dependency); ///< alone, without a modifier

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;
    QString toolTip(const QPoint &position, const QStyleOptionViewItem &option,
                    const QModelIndex &index) const override;

private:
    /// What a chip says of one name, and how wide it is then.
    struct Label
    {
        QString brief; ///< two letters
        QString whole;
        int briefWidth = 0;
        int wholeWidth = 0;
    };
    struct Chip
    {
        QRect area;
        Label label;
        QString text; ///< as much of the name as there is room for
        int width = 0;
        DependencyReport dependency;
        bool fits = true; ///< all of it is seen
    };

    void paintLastSeen(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                       const QModelIndex &index) const;
    Label labelOf(const QString &name, const QStyleOptionViewItem &option) const;
    static int nameInFull(QList<Chip> &chips, int room);
    static void nameInPart(QList<Chip> &chips, int room, const QFontMetrics &metrics);
    QList<Chip> layOut(const QRect &area, const QStyleOptionViewItem &option, const QModelIndex &index) const;

    mutable QHash<QString, Label> m_labels; ///< by the dependency's name: of many services a few
    mutable QFont m_font;                   ///< in which they were measured
    mutable qreal m_dpi = 0;
};

} // namespace Hephaestus
