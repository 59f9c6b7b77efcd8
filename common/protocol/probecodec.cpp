// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/probecodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

QJsonObject objectOf(QByteArrayView json)
{
    return QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size())).object();
}

Result<qint64> sizeOf(const QJsonValue &value, const QString &path)
{
    if (!value.isArray())
        return Problem{{}, u"an answer without the list %1"_s.arg(path)};
    return qint64(value.toArray().size());
}

} // namespace

Result<qint64> decodeCollectionCount(QByteArrayView json)
{
    return sizeOf(objectOf(json)["result"_L1]["collections"_L1], u"result.collections"_s);
}

Result<qint64> decodeModelCount(QByteArrayView json) { return sizeOf(objectOf(json)["data"_L1], u"data"_s); }

QString decodeErrorWord(QByteArrayView json)
{
    static const QRegularExpression plainWord(u"^[a-z][a-z_]{1,40}$"_s);
    const QJsonValue error = objectOf(json)["error"_L1];
    for (const QString &word : {error["code"_L1].toString(), error["type"_L1].toString()}) {
        if (plainWord.match(word).hasMatch())
            return word;
    }
    return {};
}

} // namespace Hephaestus
