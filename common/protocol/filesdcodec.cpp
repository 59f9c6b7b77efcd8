// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/filesd.h"

#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

TargetGroup readGroup(const JsonReader &reader)
{
    constexpr auto expected = "a list of \"HOST:PORT\""_L1;
    TargetGroup group;
    reader.require("targets"_L1, expected);
    const QJsonArray targets = reader.list("targets"_L1, expected);
    for (const QJsonValue &target : targets) {
        if (!target.isString())
            reader.fail("targets"_L1, u"expected %1"_s.arg(expected));
        group.targets << target.toString();
    }
    const QJsonObject labels = reader.value("labels"_L1).toObject();
    for (auto it = labels.begin(); it != labels.end(); ++it)
        group.labels.insert(it.key(), it->toString());
    return group;
}

} // namespace

Result<QList<TargetGroup>> decodeFileSd(QByteArrayView json)
{
    const QByteArrayView trimmed = json.trimmed();
    if (trimmed.startsWith("- ") || trimmed.startsWith("---") || trimmed.startsWith("#"))
        return Problem{{},
                       u"this is YAML; expected the JSON form of a file_sd file: [{\"targets\": [\"HOST:PORT\"], "
                       u"\"labels\": {}}]"_s};
    return decodeList(json, "a list of target groups: [{\"targets\": [\"HOST:PORT\"], \"labels\": {}}]"_L1, readGroup);
}

QByteArray encodeFileSd(const QList<TargetGroup> &groups)
{
    QJsonArray array;
    for (const TargetGroup &group : groups) {
        QJsonObject labels;
        for (auto it = group.labels.begin(); it != group.labels.end(); ++it)
            labels.insert(it.key(), it.value());
        array << QJsonObject{{u"targets"_s, QJsonArray::fromStringList(group.targets)}, {u"labels"_s, labels}};
    }
    return array.isEmpty() ? QByteArray("[]\n") : QJsonDocument(array).toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
