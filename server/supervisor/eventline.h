// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

class QString;

namespace Hephaestus {

/// What happened to a program just now, as a line among its own: `2026-01-31T12:00:00.000Z hephaestus: EVENT`, with its
/// '\n'.
QByteArray eventLine(const QString &event);

} // namespace Hephaestus
