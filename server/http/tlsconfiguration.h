// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/http/httpoptions.h"

#include <QSslConfiguration>

namespace Hephaestus {

/// Reads the files and makes a server's configuration of them: TLS 1.2 or later, and HTTP/1.1 only. With a client CA,
/// clients without a certificate get no handshake.
Result<QSslConfiguration> tlsConfiguration(const TlsOptions &options);

} // namespace Hephaestus
