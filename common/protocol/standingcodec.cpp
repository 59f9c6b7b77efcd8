// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/standingcodec.h"

#include "common/protocol/healthcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const QList<Standing> &standings)
{
    QJsonArray array;
    for (const Standing &standing : standings) {
        QJsonObject object{
            {u"name"_s, standing.name},
            {u"url"_s, standing.url},
            {u"state"_s, standing.state},
            {u"message"_s, standing.message.isEmpty() ? QJsonValue() : QJsonValue(standing.message)},
            {u"latency_seconds"_s, standing.latency.count()},
        };
        object["report"_L1] =
            standing.report ? QJsonValue(QJsonDocument::fromJson(encode(*standing.report)).object()) : QJsonValue();
        array.append(object);
    }
    return QJsonDocument(array).toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
