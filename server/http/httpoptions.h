// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/access.h"
#include "server/http/limits.h"

namespace Hephaestus {

/// Files in PEM format; TLS is on when a certificate is named.
struct TlsOptions
{
    QString certificate; ///< with the chain, the service's own first
    QString key;
    QString clientCa; ///< if set, clients must show a certificate signed by one of these

    bool isOn() const { return !certificate.isEmpty(); }
    bool operator==(const TlsOptions &) const = default;
};

struct HttpOptions
{
    Limits limits;
    AccessRules access;
    TlsOptions tls;                     ///< for the TCP addresses; Unix-domain sockets stay plain
    std::chrono::seconds retryAfter{5}; ///< the Retry-After of refused requests while the service ends

    bool operator==(const HttpOptions &) const = default;
};

} // namespace Hephaestus
