// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <chrono>
#include <optional>
#include <utility>

namespace Hephaestus {

/// Why a question got no answer that is understood. Each is a different thing to do for the person who looks.
enum class ClientError {
    None,
    BadAddress,    ///< the URL itself is wrong; nothing was sent
    Refused,       ///< nothing listens there
    Unreachable,   ///< no route to that host or network
    Timeout,       ///< no complete answer in time
    HostNotFound,  ///< the name has no address
    Tls,           ///< handshake or certificate
    Unauthorized,  ///< 401, 403, or no right to open the Unix socket
    NotUnderstood, ///< no HTTP, or a body that is not of the protocol
    TooLarge,      ///< a head or body over the limit
    Redirected,    ///< 3xx: not followed
    HttpStatus,    ///< another status than asked for
    Disconnected,  ///< connected, and closed by the peer without a complete answer
    NotAsked,      ///< who asks for us does not answer, or has not asked
    HostLost,      ///< there is no connection to the machine that it is on
    Local,         ///< this machine ran out of something (descriptors, ports, memory)
};

/// One or two words for a column: `refused`, `timed out`, `not understood`.
QString describe(ClientError error);

/// True if something answered, whatever it said: a process runs there. (Unauthorized is also a Unix socket that
/// may not be opened.)
bool cameFromService(ClientError error);

/// What came back, whether or not it was understood.
struct ServiceReply
{
    /// Of any body but a report (ServiceClient::MaximumReport), no more is kept.
    static constexpr qsizetype MaximumBody = 64 * 1024;

    ClientError error = ClientError::None;
    QString message;                                 ///< one sentence for a person; empty if there is no error
    int httpStatus = 0;                              ///< 0: none arrived
    QByteArray body;                                 ///< as received, cut at the most that is read
    std::chrono::nanoseconds latency{0};             ///< from the call to the last byte, or to the error
    QByteArray contentType{};                        ///< as received; empty if no head arrived
    bool isWhole = false;                            ///< the complete answer arrived, understood or not
    bool wantsToken = false;                         ///< it asks for a bearer token (WWW-Authenticate), also with a 200
    QList<std::pair<QByteArray, QByteArray>> head{}; ///< its fields, names in lower case, where they were asked for

    /// The first field of that name, in lower case, in `head`; empty: none.
    QByteArray field(QByteArrayView name) const;

    bool operator==(const ServiceReply &) const = default;
};

/// A reply read as a T; the value is there exactly if the reply was understood.
template <typename T>
struct Answer
{
    std::optional<T> value;
    ServiceReply reply;
};

} // namespace Hephaestus
