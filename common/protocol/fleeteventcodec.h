// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/fleetevent.h"

#include <QByteArray>

namespace Hephaestus {

/// One line of JSON, with its '\n'. What is not known is null.
QByteArray encode(const FleetEvent &event);

} // namespace Hephaestus
