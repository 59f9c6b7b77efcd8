// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"

#include <QIcon>
#include <QPixmap>

#include <functional>

namespace Hephaestus {
class Theme;
}

/// The dashboard's own pictures: SVGs of resources/icons drawn in a colour (they say `currentColor`), sharp at every
/// size and scale.
namespace Hephaestus::Icons {

/// `name` is the file's, without its suffix; one that does not exist is a programming error.
QPixmap pixmap(const QString &name, int size, const QColor &colour, qreal devicePixelRatio);

/// For actions: in the text colours of the application's palette, as that is whenever it is drawn, ordinary and
/// disabled.
QIcon action(const QString &name);

/// In a colour of the theme, as that is whenever it is drawn.
QIcon coloured(const QString &name, const std::function<QColor(const Theme &)> &colour);

QString nameOf(ServiceState state);
QString nameOf(DependencyStatus status);

} // namespace Hephaestus::Icons
