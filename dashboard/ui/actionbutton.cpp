// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/actionbutton.h"

#include "common/base/post.h"
#include "dashboard/ui/theme.h"

#include <QActionEvent>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QStatusTipEvent>
#include <QStyleOptionToolButton>
#include <QStylePainter>
#include <QTextDocumentFragment>

namespace Hephaestus {

ActionButton::ActionButton(QWidget *parent) : QToolButton(parent)
{
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setFocusPolicy(Qt::StrongFocus);
}

int ActionButton::gap() const { return spacing(fontMetrics(), 2); }

QSize ActionButton::sizeHint() const { return QToolButton::sizeHint() + QSize(2 * gap(), 0); }

bool ActionButton::event(QEvent *event)
{
    const bool isDone = QToolButton::event(event); // which tells a tip, but takes it back only if it is the same still
    if (event->type() == QEvent::Enter) {
        m_isPointedAt = true;
        m_told = statusTip();
    } else if (event->type() == QEvent::Leave) {
        m_isPointedAt = false;
        tell({});
    }
    return isDone;
}

void ActionButton::actionEvent(QActionEvent *event)
{
    QToolButton::actionEvent(event);
    refreshTip();
    post(this, &ActionButton::refreshTip); // one that becomes the default action brings its tip after this
}

void ActionButton::refreshTip()
{
    setAccessibleDescription(statusTip().isEmpty() ? QTextDocumentFragment::fromHtml(toolTip()).toPlainText()
                                                   : statusTip());
    if (m_isPointedAt)
        tell(statusTip());
}

void ActionButton::tell(const QString &tip)
{
    if (std::exchange(m_told, tip) == tip)
        return;
    QStatusTipEvent told(tip);
    QCoreApplication::sendEvent(this, &told);
}

void ActionButton::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QToolButton::keyPressEvent(event);
}

/// The frame as the style draws it, then icon and text in their own places.
void ActionButton::paintEvent(QPaintEvent *)
{
    QStylePainter painter(this);
    QStyleOptionToolButton option;
    initStyleOption(&option);
    const QIcon icon = std::exchange(option.icon, {});
    const QString text = std::exchange(option.text, {});
    painter.drawComplexControl(QStyle::CC_ToolButton, option);
    const QRect whole = style()->subControlRect(QStyle::CC_ToolButton, &option, QStyle::SC_ToolButton, this);
    const auto visual = [&](const QRect &rect) { return QStyle::visualRect(option.direction, whole, rect); };
    QRect area = whole.adjusted(gap(), 0, -gap() / 2, 0); // as from left to right
    if (option.state.testFlag(QStyle::State_Sunken))
        area.translate(style()->pixelMetric(QStyle::PM_ButtonShiftHorizontal, &option, this),
                       style()->pixelMetric(QStyle::PM_ButtonShiftVertical, &option, this));
    if (!icon.isNull()) {
        const QRect place(area.left(), area.center().y() - option.iconSize.height() / 2, option.iconSize.width(),
                          option.iconSize.height());
        icon.paint(&painter, visual(place), Qt::AlignCenter, isEnabled() ? QIcon::Normal : QIcon::Disabled);
        area.setLeft(place.right() + gap());
    }
    if (option.toolButtonStyle == Qt::ToolButtonIconOnly)
        return;
    const bool underlined = style()->styleHint(QStyle::SH_UnderlineShortcut, &option, this);
    painter.drawItemText(visual(area),
                         Qt::AlignLeft | Qt::AlignVCenter | (underlined ? Qt::TextShowMnemonic : Qt::TextHideMnemonic),
                         option.palette, isEnabled(), text, QPalette::ButtonText);
}

} // namespace Hephaestus
