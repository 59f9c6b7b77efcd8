// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// JSON as QJsonDocument writes it, safe to show on a terminal: what is invisible or reorders text becomes an escape
/// (`\u009b`) that JSON reads as the same. Line ends stay, as does ESC, which is never in JSON as it is.
QString printableJson(const QString &json);

} // namespace Hephaestus
