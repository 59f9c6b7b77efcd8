// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"

#include <QByteArray>

namespace Hephaestus {

/// A list, one object a service, indented for reading: `fleet`, `name`, `url`, `state`, `message`, `latency_seconds`,
/// and the detailed body as `report`. `fleet`: the file that its name was looked up in; empty: none, and null.
QByteArray encode(const QList<ServiceSnapshot> &snapshots, const QString &fleet);

} // namespace Hephaestus
