// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/rpccodec.h"

#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A string or a whole number, as JSON; empty: neither.
QByteArray idText(const QJsonValue &id)
{
    const bool isWhole = id.isDouble() && std::trunc(id.toDouble()) == id.toDouble();
    if (!id.isString() && !isWhole)
        return {};
    QByteArray text = QJsonDocument(QJsonArray{id}).toJson(QJsonDocument::Compact);
    return text.sliced(1, text.size() - 2);
}

RpcReading refuse(const QString &why, const QByteArray &id = "null")
{
    return {{}, RpcError{RpcCode::InvalidRequest, why}, id};
}

QByteArray objectText(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

} // namespace

RpcReading readRpc(QByteArrayView line)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line.toByteArray(), &error);
    if (error.error != QJsonParseError::NoError)
        return {{},
                RpcError{RpcCode::ParseError,
                         u"not JSON: %1 (byte %2)"_s.arg(error.errorString(), QString::number(error.offset))}};
    if (document.isArray())
        return refuse(u"a list of messages is not part of this protocol: send one message a line"_s);
    const QJsonObject object = document.object();
    const QByteArray id = idText(object.value("id"_L1));
    const QByteArray answerTo = id.isEmpty() ? "null" : id;
    if (object.value("jsonrpc"_L1) != u"2.0"_s)
        return refuse(u"expected \"jsonrpc\": \"2.0\""_s, answerTo);
    if (!object.contains("method"_L1) && (object.contains("result"_L1) || object.contains("error"_L1)))
        return {};
    if (!object.value("method"_L1).isString())
        return refuse(u"expected a string as the method"_s, answerTo);
    if (object.contains("id"_L1) && id.isEmpty())
        return refuse(u"expected a string or a whole number as the id"_s);
    const QJsonValue params = object.value("params"_L1);
    if (!params.isUndefined() && !params.isObject())
        return {{}, RpcError{RpcCode::InvalidParams, u"expected an object as the params"_s}, answerTo};
    return {RpcMessage{id, object.value("method"_L1).toString(), objectText(params.toObject())}, {}, answerTo};
}

QByteArray encodeRpcResult(const QByteArray &id, const QByteArray &result)
{
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}\n";
}

QByteArray encodeRpcError(const QByteArray &id, const RpcError &error)
{
    QJsonObject object{{u"code"_s, int(error.code)}, {u"message"_s, error.message}};
    if (!error.data.isEmpty())
        object.insert(u"data"_s, QJsonDocument::fromJson(error.data).object());
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + objectText(object) + "}\n";
}

QByteArray encodeRpcNotification(const QString &method, const QByteArray &params)
{
    const QJsonObject object{
        {u"jsonrpc"_s, u"2.0"_s}, {u"method"_s, method}, {u"params"_s, QJsonDocument::fromJson(params).object()}};
    return objectText(object) + '\n';
}

} // namespace Hephaestus
