// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace Hephaestus {

class Theme;

/// How cells look throughout: room to breathe, a quiet selection that leaves the accents readable, a bar at the left where the
/// keyboard is, old values muted (a model's CurrentRole), and tool tips that are always plain text. Subclasses paint the content.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    /// `currentRole`: a bool, false where the value is old; -1: the model has none.
    explicit CellDelegate(int currentRole = -1, QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

protected:
    /// Paints what is in the cell into `area`; the pen is set to the colour of ordinary text.
    virtual void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const;
    virtual QString toolTip(const QPoint &position, const QStyleOptionViewItem &option, const QModelIndex &index) const;

    /// An icon of resources/icons in `colour`, and a text beside it in `textColour`, or the same.
    static void paintIconAndText(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option, const QString &icon,
                                 const QString &text, const QColor &colour, const QColor &textColour = {});
    static int iconSize(const QStyleOptionViewItem &option);
    /// Inside the margins.
    static QRect contentArea(const QStyleOptionViewItem &option);

private:
    int m_currentRole;
};

/// `text` as a tool tip that is never taken for rich text.
QString plainToolTip(const QString &text);

} // namespace Hephaestus
