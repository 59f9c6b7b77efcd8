// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/http/httpoptions.h"

#include <QSslConfiguration>

namespace Hephaestus {

/// Reads the files and makes a server's configuration of them: TLS 1.2 or later, HTTP/1.1 only, and with a client CA no
/// handshake without a client's certificate.
Result<QSslConfiguration> tlsConfiguration(const TlsOptions &options);

} // namespace Hephaestus
