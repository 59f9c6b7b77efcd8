// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/appearance.h"

#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>

namespace Hephaestus {

using namespace Qt::StringLiterals;

void applyColors(const QString &colors)
{
    static const QString systemStyle = QApplication::style()->objectName();
    static bool changed = false;
    if (colors == "light"_L1 || colors == "dark"_L1) {
        changed = true;
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_s)); // the one style that takes any palette
        QApplication::setPalette(colors == "dark"_L1 ? Theme::dark() : Theme::light());
    } else if (std::exchange(changed, false)) {
        QApplication::setStyle(QStyleFactory::create(systemStyle));
        QApplication::setPalette(QPalette());
    }
}

} // namespace Hephaestus
