// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/portusecodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QJsonArray arrayOf(const QList<PortUse> &uses)
{
    const auto known = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    QJsonArray array;
    for (const PortUse &use : uses) {
        QJsonObject object{
            {u"address"_s, use.address},          {u"pid"_s, use.pid ? QJsonValue(use.pid) : QJsonValue()},
            {u"command"_s, known(use.command)},   {u"directory"_s, known(use.directory)},
            {u"worktree"_s, known(use.worktree)}, {u"branch"_s, known(use.branch)},
        };
        const HealthReport *const report = use.service && use.service->report ? &*use.service->report : nullptr;
        object[u"service"_s] = report ? known(report->service) : QJsonValue();
        object[u"state"_s] = report ? QJsonValue(wireName(use.service->state)) : QJsonValue();
        object[u"instance_id"_s] = report ? known(report->instanceId) : QJsonValue();
        object[u"uptime_seconds"_s] = report ? QJsonValue(report->uptime.count()) : QJsonValue();
        object[u"code"_s] = report && report->code ? QJsonValue(wireName(report->code->verdict)) : QJsonValue();
        array.append(object);
    }
    return array;
}

} // namespace

QByteArray encode(quint16 port, const QList<PortUse> &uses)
{
    const QJsonObject object{{u"port"_s, port}, {u"holders"_s, arrayOf(uses)}};
    return QJsonDocument(object).toJson(QJsonDocument::Indented);
}

QByteArray encode(const QList<PortUse> &uses) { return QJsonDocument(arrayOf(uses)).toJson(QJsonDocument::Indented); }

} // namespace Hephaestus
