// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"

#include <QIcon>
#include <QPixmap>

/// The dashboard's own pictures: SVGs of resources/icons drawn in a colour (they say `currentColor`), sharp at every
/// size and scale.
namespace Hephaestus::Icons {

/// `name` is the file's, without its suffix; one that does not exist is a programming error.
QPixmap pixmap(const QString &name, int size, const QColor &colour, qreal devicePixelRatio);

/// For actions: 16, 24 and 32 px, in the palette's text colours, ordinary and disabled.
QIcon action(const QString &name, const QPalette &palette);

QString nameOf(ServiceState state);
QString nameOf(DependencyStatus status);

} // namespace Hephaestus::Icons
