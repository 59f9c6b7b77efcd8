// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace Hephaestus {

/// `hephaestus mcp install` and `uninstall`: tells a client how to start `hephaestus mcp`, or not to any more.
int mcpInstallCommand(const QStringList &arguments);

} // namespace Hephaestus
