// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/rpcmessage.h"

#include <QByteArrayView>

#include <optional>
#include <variant>

namespace Hephaestus {

/// What a line came to.
struct RpcReading
{
    std::optional<RpcMessage> message{}; ///< nothing, and no error: an answer, which nobody here waits for
    std::optional<RpcError> error{};
    QByteArray id = "null"; ///< of the message, for the error's answer; `null` where it could not be read
};

RpcReading readRpc(QByteArrayView line);

// Each is one line, with its '\n'.
QByteArray encodeRpcResult(const QByteArray &id, const QByteArray &result);
QByteArray encodeRpcError(const QByteArray &id, const RpcError &error);
QByteArray encodeRpcNotification(const QString &method, const QByteArray &params);

} // namespace Hephaestus
