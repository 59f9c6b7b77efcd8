// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/celldelegate.h"

#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QHeaderView>
#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QTableView>
#include <QToolTip>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostWidths = 500; ///< that are kept

/// The keyboard is in this row, and the row begins with this cell: a table's option does not say that.
bool beginsFocusedRow(const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const auto *const table = qobject_cast<const QTableView *>(option.widget);
    return table && table->hasFocus() && table->currentIndex().row() == index.row()
        && table->horizontalHeader()->visualIndex(index.column()) == 0;
}

} // namespace

QString plainToolTip(const QString &text)
{
    return text.isEmpty() ? QString() : u"<qt>"_s + text.toHtmlEscaped().replace(u'\n', u"<br>"_s) + u"</qt>"_s;
}

void setPlainToolTip(QWidget *widget, const QString &text)
{
    widget->setToolTip(plainToolTip(text));
    widget->setAccessibleDescription(text);
}

CellDelegate::CellDelegate(int currentRole, QObject *parent) : QStyledItemDelegate(parent), m_currentRole(currentRole)
{
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const Theme &theme = Theme::of(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    if (selected)
        painter->fillRect(option.rect, theme.selection());
    else if (option.features.testFlag(QStyleOptionViewItem::Alternate))
        painter->fillRect(option.rect, option.palette.color(QPalette::AlternateBase));
    if (beginsFocusedRow(option, index)) {
        const int bar = spacing(option.fontMetrics, 1) * 3 / 4;
        painter->fillRect(visual(option, option.rect, QRect(option.rect.topLeft(), QSize(bar, option.rect.height()))),
                          option.palette.color(QPalette::Highlight));
    }
    const bool old = m_currentRole >= 0 && !index.data(m_currentRole).toBool();
    painter->setFont(option.font);
    painter->setPen(old ? theme.muted() : option.palette.color(QPalette::Active, QPalette::Text));
    painter->setClipRect(option.rect);
    paintContent(*painter, contentArea(option), option, index);
    painter->restore();
}

void CellDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                const QModelIndex &) const
{
    paintText(painter, area, int(option.displayAlignment) | Qt::TextSingleLine, elided(option, area.width()));
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    return {qRound(widthOf(option)) + 2 * spacing(option.fontMetrics, 2) + 2, heightOf(option)};
}

/// Most cells of a table read like others, or as before. To lay a text out takes longer than to paint it.
double CellDelegate::widthOf(const QStyleOptionViewItem &option) const
{
    if (!m_metrics || *m_metrics != option.fontMetrics || m_widths.size() >= MostWidths) {
        m_widths.clear();
        m_metrics = option.fontMetrics;
    }
    auto width = m_widths.constFind(option.text);
    if (width == m_widths.cend())
        width = m_widths.insert(option.text, QFontMetricsF(option.fontMetrics).horizontalAdvance(option.text));
    return *width;
}

/// 28 px with a font 17 px high, and so on.
int CellDelegate::heightOf(const QStyleOptionViewItem &option) { return spacing(option.fontMetrics, 7); }

int CellDelegate::iconSize(const QStyleOptionViewItem &option) { return spacing(option.fontMetrics, 7) / 2; }

QRect CellDelegate::contentArea(const QStyleOptionViewItem &option)
{
    const int margin = spacing(option.fontMetrics, 2);
    return option.rect.adjusted(margin, 0, -margin, 0);
}

QRect CellDelegate::visual(const QStyleOptionViewItem &option, const QRect &within, const QRect &rect)
{
    return QStyle::visualRect(option.direction, within, rect);
}

QString CellDelegate::elided(const QStyleOptionViewItem &option, int width) const
{
    return widthOf(option) <= width ? option.text : option.fontMetrics.elidedText(option.text, m_elideMode, width);
}

QString CellDelegate::toolTip(const QPoint &, const QStyleOptionViewItem &, const QModelIndex &index) const
{
    return index.data(Qt::ToolTipRole).toString();
}

bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                             const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    QToolTip::showText(event->globalPos(), plainToolTip(toolTip(event->pos(), option, index)), view);
    return true;
}

void IconDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                const QModelIndex &index) const
{
    const Look look = m_lookOf(Theme::of(option.palette), index);
    if (look.icon.isEmpty())
        return CellDelegate::paintContent(painter, area, option, index);
    const int size = iconSize(option);
    const QPixmap picture =
        Icons::pixmap(look.icon, size, look.colour, option.widget ? option.widget->devicePixelRatioF() : 1.0);
    painter.drawPixmap(visual(option, area, {area.left(), area.center().y() - size / 2 + 1, size, size}).topLeft(),
                       picture);
    const QRect rest = visual(option, area, area.adjusted(size + spacing(option.fontMetrics, 2), 0, 0, 0));
    if (!look.isTextPlain)
        painter.setPen(look.colour);
    paintText(painter, rest, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, elided(option, rest.width()));
}

void paintFoldSign(QPainter &painter, const QRectF &box, bool folded, const QStyleOptionViewItem &option)
{
    const bool isReverse = option.direction == Qt::RightToLeft; // it points to where the name is
    const double notch = box.width() * 0.2;
    const double back = isReverse ? box.right() - notch : box.left() + notch;
    const double front = isReverse ? box.left() : box.right();
    const QPolygonF sign = folded ? QPolygonF{{back, box.top()}, {front, box.center().y()}, {back, box.bottom()}}
                                  : QPolygonF{{box.left(), box.top() + notch},
                                              {box.right(), box.top() + notch},
                                              {box.center().x(), box.bottom()}};
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::of(option.palette).muted());
    painter.drawPolygon(sign);
}

QSize IconDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize text = CellDelegate::sizeHint(option, index);
    return {text.width() + iconSize(option) + spacing(option.fontMetrics, 2), text.height()};
}

} // namespace Hephaestus
