// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/serviceaddress.h"
#include "server/http/accesstoken.h"
#include "server/http/requesthead.h"

#include <QStringList>

#include <functional>

#include <sys/types.h>

/// Who may call: section 6 of the protocol as decisions over values. Nothing here opens a socket.
namespace Hephaestus {

struct AccessRules
{
    std::optional<AccessToken> token;
    QStringList allowedHosts;   ///< names or addresses besides the loopback ones, without port
    QStringList allowedOrigins; ///< `https://host[:port]` of pages that may call
    bool insecure = false;      ///< beyond loopback without a token or TLS: on the operator's own word

    bool operator==(const AccessRules &) const = default;
};

/// What is known of the one who sends a request.
struct Caller
{
    bool overUnixSocket = false;
    bool reachedLoopback = true; ///< connected to a loopback address of this machine, or a Unix socket
    QByteArray localAddress; ///< the address it connected to, as a Host field would have it; empty for a Unix socket
    uid_t serviceUser = 0;   ///< whom this process runs as
    std::function<std::optional<uid_t>()> user; ///< asked only if it matters; nothing: unknown
};

/// Whether a request that changes state needs the token or the same user.
enum class Identity { Needed, NotNeeded };

/// Whether a request with this head may be served to that caller; nothing: it may. Reads need a Host that no page of
/// another site can have sent (DNS rebinding); requests that change state need all of the section's rules.
std::optional<Refusal> refuseRequest(const AccessRules &rules, const RequestHead &head, const Caller &caller,
                                     Identity identity = Identity::Needed);

/// The same for a read of what is private: output of programs, names of files. The token will do, or over loopback the
/// same user.
std::optional<Refusal> refusePrivateRead(const AccessRules &rules, const RequestHead &head, const Caller &caller);

/// Whether a read is told everything: beyond loopback only with the token.
bool mayReadAll(const AccessRules &rules, const RequestHead &head, const Caller &caller);

/// Whether a service with these rules may listen there; nothing: it may.
std::optional<Problem> refuseToListen(const AccessRules &rules, bool tls, const ServiceAddress &address);

} // namespace Hephaestus
