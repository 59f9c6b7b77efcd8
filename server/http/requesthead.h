// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/limits.h"
#include "server/http/refusal.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <optional>
#include <variant>

namespace Hephaestus {

enum class Method { Get = 1, Head = 2, Post = 4, Put = 8, Delete = 16, Patch = 32, Options = 64, Other = 128 };
Q_DECLARE_FLAGS(Methods, Method)
Q_DECLARE_OPERATORS_FOR_FLAGS(Methods)

/// GET, HEAD and OPTIONS change nothing; every other method counts as a change.
constexpr bool isSafe(Method method)
{
    return method == Method::Get || method == Method::Head || method == Method::Options;
}

struct HeaderField
{
    QByteArray name;  ///< as sent; compare without case
    QByteArray value; ///< without the spaces around it

    bool operator==(const HeaderField &) const = default;
};

/// The value of the first field of that name, in whatever case; null if there is none.
QByteArray valueOf(const QList<HeaderField> &fields, QByteArrayView name);
/// How often it is there.
int countOf(const QList<HeaderField> &fields, QByteArrayView name);

/// A request head that is beyond doubt: every peer that follows RFC 9112 reads the same message from these bytes.
struct RequestHead
{
    Method method = Method::Other;
    QByteArray path;  ///< begins with '/', or is "*"; unreserved characters are not percent-encoded
    QByteArray query; ///< what followed '?', as sent
    QList<HeaderField> fields;
    QByteArray host;       ///< name or address with its port, lower case; null if an HTTP/1.0 client sent none
    bool keepAlive = true; ///< HTTP/1.1 without `Connection: close`
    bool chunked = false;
    bool expectsContinue = false;
    std::optional<qint64> contentLength;
    qsizetype size = 0; ///< in bytes, the empty line included

    bool hasBody() const { return chunked || contentLength.value_or(0) > 0; }
    bool operator==(const RequestHead &) const = default;
};

/// More bytes are needed.
struct Incomplete
{
};

/// Reads a request head from the beginning of `bytes` and checks it strictly. Lines end in CRLF, without folding and
/// without a space before a colon. There is at most one Host and one way of framing (RFC 9112 sections 2.2, 3, 5 and
/// 6.3). Pure; any bytes may come.
std::variant<Incomplete, RequestHead, Refusal> parseHead(QByteArrayView bytes, const Limits &limits);

} // namespace Hephaestus
