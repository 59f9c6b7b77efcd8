// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/serviceaddress.h"

#include <QList>

#include <optional>

namespace Hephaestus {

/// How many connections are open on the side of who listens at these addresses: accepted ones, and those that still
/// wait for that. The kernel tells: sock_diag(7) for TCP, /proc/net/unix for Unix-domain sockets. Nothing: it does not.
/// Any thread; waits for nobody.
std::optional<qint64> countConnections(const QList<ServiceAddress> &addresses);

} // namespace Hephaestus
