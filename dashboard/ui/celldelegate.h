// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFontMetrics>
#include <QHash>
#include <QStyledItemDelegate>

#include <optional>

namespace Hephaestus {

class Theme;

/// How cells look throughout: room to breathe, and a quiet selection that leaves the accents readable. A bar where
/// a line begins shows where the keyboard is. Old values are muted (a model's CurrentRole). Tool tips are always plain
/// text. Subclasses paint the content.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    /// `currentRole`: a bool, false where the value is old; -1: the model has none.
    explicit CellDelegate(int currentRole = -1, QObject *parent = nullptr);
    /// Where text that is too long is cut: at its end, if nothing else is said.
    void setElideMode(Qt::TextElideMode mode) { m_elideMode = mode; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

protected:
    /// Paints what is in the cell into `area`; the pen is set to the colour of ordinary text.
    virtual void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const;
    /// The cell's text, cut to `width` pixels where it is longer.
    virtual QString elided(const QStyleOptionViewItem &option, int width) const;
    virtual QString toolTip(const QPoint &position, const QStyleOptionViewItem &option, const QModelIndex &index) const;

    static int iconSize(const QStyleOptionViewItem &option);
    static int heightOf(const QStyleOptionViewItem &option); ///< of a row
    /// Inside the margins.
    static QRect contentArea(const QStyleOptionViewItem &option);
    /// `rect` of `within` where the window is laid out from left to right, mirrored where it is from right to left.
    static QRect visual(const QStyleOptionViewItem &option, const QRect &within, const QRect &rect);

private:
    double widthOf(const QStyleOptionViewItem &option) const; ///< of its text, in pixels

    int m_currentRole;
    Qt::TextElideMode m_elideMode = Qt::ElideRight;
    mutable std::optional<QFontMetrics> m_metrics; ///< by which the texts were measured
    mutable QHash<QString, double> m_widths;       ///< of texts
};

/// A cell with an icon before its text, in one colour; a function says which.
class IconDelegate : public CellDelegate
{
    Q_OBJECT

public:
    struct Look
    {
        QString icon; ///< of resources/icons; empty: the text alone, in its ordinary colour
        QColor colour;
        bool isTextPlain = false; ///< only the icon is in the colour
    };
    using LookOf = Look (*)(const Theme &theme, const QModelIndex &index);

    IconDelegate(LookOf lookOf, int currentRole, QObject *parent) : CellDelegate(currentRole, parent), m_lookOf(lookOf)
    {
    }
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override;

private:
    LookOf m_lookOf;
};

/// A triangle in `box` that says whether what follows is folded.
void paintFoldSign(QPainter &painter, const QRectF &box, bool folded, const QStyleOptionViewItem &option);

/// `text` as a tool tip that is never taken for rich text.
QString plainToolTip(const QString &text);

/// The same of a widget. Who cannot see it is told the text, without markup.
void setPlainToolTip(QWidget *widget, const QString &text);

} // namespace Hephaestus
