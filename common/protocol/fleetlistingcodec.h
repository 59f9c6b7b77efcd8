// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/fleetlisting.h"

#include <QByteArray>
#include <QByteArrayView>

namespace Hephaestus {

/// One line of JSON.
QByteArray encode(const FleetListing &listing);

Result<FleetListing> decodeFleetListing(QByteArrayView json);

} // namespace Hephaestus
