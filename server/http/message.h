// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/requesthead.h"

namespace Hephaestus {

/// A whole request that passed the guard. A plain value, free to cross threads.
struct Request
{
    Method method = Method::Get;
    QByteArray path;
    QByteArray query; ///< what followed '?', still encoded
    QList<HeaderField> fields;
    QByteArray body;
    bool mayReadAll = true; ///< false: from beyond loopback, without the token

    /// The value of a header field, in whatever case; null if it is not there.
    QByteArray field(QByteArrayView name) const { return valueOf(fields, name); }
};

/// What answers it. Content-Length, Connection and Date are added on the way out.
struct Response
{
    int status = 200;
    QByteArray body;
    QByteArray mime = QByteArrayLiteral("application/json");
    QList<HeaderField> fields = {}; ///< further ones; one with a line break in it is left out
    bool close = false;             ///< end the connection after it

    bool operator==(const Response &) const = default;
};

/// A refusal as the protocol words it: `{"error": {"code": …, "message": …}}`.
Response errorResponse(int status, QByteArrayView code, QByteArrayView message);
Response errorResponse(const Refusal &refusal);

/// All before the body, with the empty line.
QByteArray encodeHead(const Response &response, bool keepAlive, QByteArrayView date);
/// The bytes of a response, complete. `withBody` is false for HEAD: the fields are those of GET.
QByteArray encode(const Response &response, bool withBody, bool keepAlive, QByteArrayView date);

/// 204 and 304 have no body, whatever was given (RFC 9110 section 6.4.1).
constexpr bool hasBody(int status) { return status != 204 && status != 304; }

/// A time as the Date field has it (RFC 9110 section 5.6.7).
QByteArray httpDate(qint64 secondsSinceEpoch);

} // namespace Hephaestus
