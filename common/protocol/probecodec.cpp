// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/probecodec.h"

#include "common/protocol/jsonreader.h"

#include <QRegularExpression>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

Result<qint64> sizeOf(const JsonReader &reader, QLatin1StringView key)
{
    if (!reader.value(key).isArray())
        return Problem{{}, u"an answer without the list %1"_s.arg(reader.path(key))};
    return qint64(reader.list(key).size());
}

} // namespace

Result<qint64> decodeCollectionCount(QByteArrayView json)
{
    return sizeOf(JsonReader::lenient(json).object("result"_L1), "collections"_L1);
}

Result<qint64> decodeModelCount(QByteArrayView json) { return sizeOf(JsonReader::lenient(json), "data"_L1); }

QString decodeErrorWord(QByteArrayView json)
{
    static const QRegularExpression plainWord(u"^[a-z][a-z_]{1,40}$"_s);
    const JsonReader error = JsonReader::lenient(json).object("error"_L1);
    for (const QLatin1StringView key : {"code"_L1, "type"_L1}) {
        QString word;
        error.text(key, word);
        if (plainWord.match(word).hasMatch())
            return word;
    }
    return {};
}

} // namespace Hephaestus
