// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/appearance.h"

#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QDialog>
#include <QLabel>
#include <QPainter>
#include <QProxyStyle>
#include <QPushButton>
#include <QStyleFactory>
#include <QStyleOption>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// `text` as a run of its own, from left to right: `Ctrl+.` is no `.+Ctrl` in a menu from right to left.
QString fromLeftToRight(const QString &text)
{
    const QChar begin(0x202A); // LEFT-TO-RIGHT EMBEDDING
    const QChar end(0x202C);   // POP DIRECTIONAL FORMATTING
    return text.isEmpty() || text.isRightToLeft() ? text : begin + text + end;
}

/// Texts of labels, buttons, tabs and menus run as their own letters do, also in a window from right to left. There a
/// label stands at the right all the same; it would go to where its own letters begin.
class ReadableStyle : public QProxyStyle
{
public:
    using QProxyStyle::polish;
    using QProxyStyle::QProxyStyle;

    void polish(QWidget *widget) override
    {
        QProxyStyle::polish(widget);
        auto *const label = qobject_cast<QLabel *>(widget);
        if (label && label->layoutDirection() == Qt::RightToLeft)
            label->setAlignment(QStyle::visualAlignment(Qt::RightToLeft, label->alignment()));
    }

    /// A style draws these itself: the text, and behind a tab its key.
    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                     const QWidget *widget) const override
    {
        const auto *const item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (element != CE_MenuItem || !item || item->direction != Qt::RightToLeft)
            return QProxyStyle::drawControl(element, option, painter, widget);
        QStyleOptionMenuItem directed = *item;
        QStringList parts = directed.text.split(u'\t');
        for (QString &part : parts)
            part = fromLeftToRight(part);
        directed.text = parts.join(u'\t');
        QProxyStyle::drawControl(element, &directed, painter, widget);
    }

    void drawItemText(QPainter *painter, const QRect &rect, int flags, const QPalette &palette, bool enabled,
                      const QString &text, QPalette::ColorRole role) const override
    {
        QProxyStyle::drawItemText(painter, rect, textFlags(painter->layoutDirection(), flags, text), palette, enabled,
                                  text, role);
    }
};

/// Fusion gives boxes an outline darker than the window: on a dark one nobody sees a box that is not ticked.
class DarkFusion : public ReadableStyle
{
public:
    DarkFusion() : ReadableStyle(u"Fusion"_s) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override
    {
        ReadableStyle::drawPrimitive(element, option, painter, widget);
        if (element != PE_IndicatorCheckBox && element != PE_IndicatorItemViewItemCheck)
            return;
        painter->save();
        painter->setBrush(Qt::NoBrush);
        painter->setPen(Theme::of(option->palette).muted());
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
    }
};

} // namespace

void applyColors(const QString &colors)
{
    static const QString systemStyle = QApplication::style()->objectName();
    static bool changed = false;
    if (colors == "light"_L1 || colors == "dark"_L1) {
        changed = true;
        const bool isDark = colors == "dark"_L1;
        // The one style that takes any palette.
        QApplication::setStyle(isDark ? new DarkFusion : new ReadableStyle(u"Fusion"_s));
        QApplication::setPalette(isDark ? Theme::dark() : Theme::light());
    } else if (std::exchange(changed, false)) {
        QApplication::setStyle(QStyleFactory::create(systemStyle));
        QApplication::setPalette(QPalette());
    }
    if (QGuiApplication::isRightToLeft() && !dynamic_cast<ReadableStyle *>(QApplication::style()))
        QApplication::setStyle(new ReadableStyle(systemStyle));
}

void removeButtonIcons(QDialog *dialog)
{
    for (QPushButton *const button : dialog->findChildren<QPushButton *>())
        button->setIcon({});
}

} // namespace Hephaestus
