// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"

#include <QByteArray>

namespace Hephaestus {

/// A list, one object a service, indented for reading: `name`, `url`, `state`, `message`, `latency_seconds`, and the
/// detailed body as `report`.
QByteArray encode(const QList<ServiceSnapshot> &snapshots);

} // namespace Hephaestus
