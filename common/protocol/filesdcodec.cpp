// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/filesd.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Result<QList<TargetGroup>> decodeFileSd(QByteArrayView json)
{
    const QByteArrayView trimmed = json.trimmed();
    if (trimmed.startsWith("- ") || trimmed.startsWith("---") || trimmed.startsWith("#"))
        return Problem{
            {},
            u"this is YAML; expected the JSON form of a file_sd file: [{\"targets\": [\"HOST:PORT\"], \"labels\": {}}]"_s};
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &error);
    if (error.error != QJsonParseError::NoError)
        return Problem{u"byte %1"_s.arg(error.offset), u"not JSON: %1"_s.arg(error.errorString())};
    if (!document.isArray())
        return Problem{{}, u"expected a list of target groups: [{\"targets\": [\"HOST:PORT\"], \"labels\": {}}]"_s};
    QList<TargetGroup> groups;
    const QJsonArray array = document.array();
    for (qsizetype i = 0; i < array.size(); ++i) {
        const QJsonObject object = array[i].toObject();
        const QString where = u"[%1]"_s.arg(i);
        if (!object["targets"_L1].isArray())
            return Problem{where + u".targets"_s, u"expected a list of \"HOST:PORT\""_s};
        TargetGroup group;
        for (const QJsonValue &target : object["targets"_L1].toArray()) {
            if (!target.isString())
                return Problem{where + u".targets"_s, u"expected a list of \"HOST:PORT\""_s};
            group.targets << target.toString();
        }
        const QJsonObject labels = object["labels"_L1].toObject();
        for (auto it = labels.begin(); it != labels.end(); ++it)
            group.labels.insert(it.key(), it->toString());
        groups << group;
    }
    return groups;
}

} // namespace Hephaestus
