// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// The tools of `hephaestus mcp` with their schemas: resources/agents/tools.json, compiled in.
QByteArray toolDefinitions();

} // namespace Hephaestus
