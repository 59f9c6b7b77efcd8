// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <chrono>
#include <optional>

namespace Hephaestus {

/// What one client may use. Sizes in bytes; over a limit the request is refused and its connection closed.
struct Limits
{
    using milliseconds = std::chrono::milliseconds;

    int connections = 1024;           ///< at most a quarter of RLIMIT_NOFILE, whatever is set here
    int reservedConnections = 64;     ///< beyond that number, for health reads and authorised changes of health only
    int reservedChanges = 16;         ///< such changes under way beyond the number of connections
    int handshakes = 1024;            ///< of TLS, under way; as many as `connections` wait to begin
    qint64 head = 16 * 1024;          ///< request line and fields together (431, or 414 for the line alone)
    int fields = 100;                 ///< header fields (431)
    qint64 healthBody = 64 * 1024;    ///< body on the health routes (413)
    qint64 body = 1024 * 1024;        ///< body elsewhere (413)
    qint64 unsent = 24 * 1024 * 1024; ///< large bodies that wait for their readers, over all (503)
    milliseconds headTime{5'000};     ///< from the first byte, or from the connection, to the end of the head (408)
    milliseconds bodyTime{10'000};    ///< from the end of the head to the end of the body (408)
    milliseconds idleTime{75'000};    ///< between two requests of a connection
    milliseconds idleGrace{100};      ///< idle for less, a connection does not make room for another at the limit
    milliseconds writeStall{10'000};  ///< without the peer taking a byte of the reply
    milliseconds reservedTime{1'000}; ///< a reserved connection's whole life
    milliseconds reservedGrace{1};    ///< in which it does not make room for a newer one: those wait to be accepted
    milliseconds linger{500};         ///< after our FIN, for the peer's: until then input is swallowed, not reset

    bool operator==(const Limits &) const = default;
};

/// `limits` with no more connections than a quarter of the descriptors this process may open, nor handshakes.
Limits withinDescriptors(Limits limits);

/// Why this process cannot serve, if RLIMIT_NOFILE is so small that its own files leave no room for clients.
std::optional<Problem> whyTooFewDescriptors();

} // namespace Hephaestus
