// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

enum class SocketEnd { Local, Peer };

/// The name of one end of a socket, as the kernel tells it.
struct SocketName
{
    enum class Kind { None, Tcp, Unix };

    Kind kind = Kind::None;
    QByteArray address; ///< Tcp: without brackets, an IPv4 address as such even on an IPv6 socket; Unix: the path
    quint16 port = 0;
    bool isLoopback = false; ///< always true for Unix

    /// `127.0.0.1:8000`, `[::1]:8000`, `unix:PATH`, or `unknown`.
    QByteArray text() const;
};

SocketName socketName(int descriptor, SocketEnd end);

} // namespace Hephaestus
