// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// The URL that a person means. `:8000` and `8000` are a port of this machine; `localhost:8000` and `[::1]:8000` are
/// asked over http. A path to a socket is `unix:` and the path. Whatever has a scheme stays as it is.
QString urlOfTyped(const QString &typed);

} // namespace Hephaestus
