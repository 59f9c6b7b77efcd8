// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/serviceaddress.h"

#include <QList>

#include <optional>

namespace Hephaestus {

/// A listening socket of this machine, and who holds it.
struct PortHolder
{
    ServiceAddress address; ///< 0.0.0.0 and :: are every address
    qint64 pid = 0;         ///< 0: another user's process, which only root may see
    QString command;        ///< its arguments, joined by blanks; control characters as escapes
    QString directory;      ///< its working directory
    bool isOwn = false;     ///< it is a process of this user

    /// `python3 -m http.server 8000 (pid 4312, started in ~/old)`.
    QString text() const;

    bool operator==(const PortHolder &) const = default;
};

/// All of TCP, from /proc/net/tcp and tcp6 and /proc/PID/fd (proc(5)). Takes milliseconds: reads every descriptor
/// of every process it may look into.
QList<PortHolder> portHolders();

/// Whether the process `pid` of this machine holds a listening socket (TCP or Unix) at `address`. False also when
/// that cannot be seen: another user's process, or a pid of another machine or container.
bool isHeldBy(const ServiceAddress &address, qint64 pid);

/// Which of these keeps the TCP `address` from being bound; as findPortHolder().
std::optional<PortHolder> holderAmong(const QList<PortHolder> &holders, const ServiceAddress &address);

/// Who keeps `address` from being bound: the listener on the same port at the same or every address, or of the same
/// path.
std::optional<PortHolder> findPortHolder(const ServiceAddress &address);

} // namespace Hephaestus
