// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

namespace Hephaestus {

/// Where a service listens or is asked: a TCP host and port, or the path of a Unix-domain socket.
struct ServiceAddress
{
    enum class Kind { Tcp, Unix };

    Kind kind = Kind::Tcp;
    QString host;     ///< Tcp: a name or address, IPv6 without brackets
    quint16 port = 0; ///< Tcp: 0 asks for any free port when listening
    QString path;     ///< Unix: as written, may be relative

    /// True for `localhost`, `*.localhost`, 127.0.0.0/8, ::1 and every Unix socket. Looks nothing up.
    bool isLoopback() const;

    /// `127.0.0.1:8000`, `[::1]:8000`, `unix:PATH`.
    QString text() const;

    /// `http://127.0.0.1:8000`, or `unix:PATH`.
    QString url(bool tls = false) const;

    bool operator==(const ServiceAddress &) const = default;
};

/// An address as a person wrote it, with `***` for a password in it (`http://user:***@host`). Whatever is not
/// understood goes through this before it is shown.
QString withoutPassword(const QString &url);

/// The one spelling of a service's URL: scheme and host in small letters, no default port, no slash at its end, and not
/// `/health/status`, where a service is asked anyway. By it two spellings are known to be one service. What is no URL
/// stays as it is.
QString canonicalUrl(const QString &url);

/// Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
Result<ServiceAddress> parseServiceAddress(const QString &text);

} // namespace Hephaestus
