// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/impactcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const QList<Impact> &impacts, const QMap<QString, QString> &unknown)
{
    QJsonArray files;
    for (const Impact &impact : impacts) {
        QJsonArray services;
        for (const Impact::Service &service : impact.services)
            services.append(QJsonObject{{u"name"_s, service.name}, {u"kind"_s, service.kind}});
        files.append(QJsonObject{{u"path"_s, impact.path}, {u"services"_s, services}});
    }
    QJsonObject whys;
    for (auto it = unknown.begin(); it != unknown.end(); ++it)
        whys.insert(it.key(), it.value());
    return QJsonDocument(QJsonObject{{u"files"_s, files}, {u"unknown"_s, whys}}).toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
