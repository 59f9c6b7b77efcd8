// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/http/httpoptions.h"

#include <memory>

struct ssl_ctx_st;

namespace Hephaestus {

/// What all TLS sessions of a service share: certificate, key and rules. OpenSSL's SSL_CTX, which several threads may
/// use at once.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

/// Reads the files and makes a context of them: TLS 1.2 or later with forward secrecy, HTTP/1.1 only, no resumption and
/// no renegotiation. With a client CA, clients without a certificate that it signed get no handshake.
Result<TlsContext> makeTlsContext(const TlsOptions &options);

} // namespace Hephaestus
