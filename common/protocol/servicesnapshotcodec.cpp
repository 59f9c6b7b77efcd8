// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/servicesnapshotcodec.h"

#include "common/protocol/healthcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const QList<ServiceSnapshot> &snapshots, const QString &fleet)
{
    QJsonArray array;
    for (const ServiceSnapshot &snapshot : snapshots) {
        QJsonObject object{
            {u"fleet"_s, fleet.isEmpty() ? QJsonValue() : QJsonValue(fleet)},
            {u"name"_s, snapshot.name},
            {u"url"_s, snapshot.url},
            {u"state"_s, wireName(snapshot.state)},
            {u"message"_s, snapshot.message.isEmpty() ? QJsonValue() : QJsonValue(snapshot.message)},
            {u"latency_seconds"_s, snapshot.latency.count()},
        };
        if (!snapshot.host.isEmpty())
            object["host"_L1] = snapshot.host;
        object["report"_L1] =
            snapshot.report ? QJsonValue(QJsonDocument::fromJson(encode(*snapshot.report)).object()) : QJsonValue();
        array.append(object);
    }
    return QJsonDocument(array).toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
