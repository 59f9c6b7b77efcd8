// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/appearance.h"

#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleOption>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Fusion gives boxes an outline darker than the window: on a dark one nobody sees a box that is not ticked.
class DarkFusion : public QProxyStyle
{
public:
    DarkFusion() : QProxyStyle(u"Fusion"_s) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override
    {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
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
        QApplication::setStyle(isDark ? new DarkFusion : QStyleFactory::create(u"Fusion"_s));
        QApplication::setPalette(isDark ? Theme::dark() : Theme::light());
    } else if (std::exchange(changed, false)) {
        QApplication::setStyle(QStyleFactory::create(systemStyle));
        QApplication::setPalette(QPalette());
    }
}

} // namespace Hephaestus
