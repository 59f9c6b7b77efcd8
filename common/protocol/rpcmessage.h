// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

/// JSON-RPC 2.0, as far as the Model Context Protocol uses it: single messages, never batches. Plain values; what is
/// JSON in them is kept as compact text.
namespace Hephaestus {

/// The codes of JSON-RPC, and the one that MCP 2026-07-28 adds.
enum class RpcCode {
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    UnsupportedVersion = -32022,
};

struct RpcError
{
    RpcCode code = RpcCode::InvalidRequest;
    QString message;
    QByteArray data{}; ///< JSON; empty: none

    bool operator==(const RpcError &) const = default;
};

/// A request, or a notification, which nobody answers.
struct RpcMessage
{
    QByteArray id{}; ///< JSON: a string or a whole number; empty: a notification
    QString method;
    QByteArray params{}; ///< a JSON object

    bool isNotification() const { return id.isEmpty(); }
    bool operator==(const RpcMessage &) const = default;
};

} // namespace Hephaestus
