// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/portuse.h"

#include <QByteArray>
#include <QList>

namespace Hephaestus {

/// `{"port": 8000, "holders": [{address, pid, command, directory, worktree, branch, service, state,
/// instance_id, uptime_seconds, code}]}`,
/// indented for reading. What is not known is null.
QByteArray encode(quint16 port, const QList<PortUse> &uses);

/// The list alone, as `hephaestus ps --json` prints it.
QByteArray encode(const QList<PortUse> &uses);

} // namespace Hephaestus
