// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/commandcodec.h"

#include "common/protocol/servicesnapshotcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QByteArray indented(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Indented); }

QJsonValue knownText(const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); }

} // namespace

QByteArray withFleet(const QByteArray &json, const QString &fleet)
{
    const QByteArray list = QJsonDocument(QJsonArray{knownText(fleet)}).toJson(QJsonDocument::Compact);
    const bool isIndented = json.startsWith("{\n");
    return (isIndented ? "{\n    \"fleet\": " : "{\"fleet\":") + list.sliced(1, list.size() - 2) + ',' + json.sliced(1);
}

QByteArray encodeWait(bool isDone, const QList<ServiceSnapshot> &waiting, const QString &fleet)
{
    return indented({{u"fleet"_s, knownText(fleet)},
                     {u"done"_s, isDone},
                     {u"waiting"_s, QJsonDocument::fromJson(encode(waiting, fleet)).array()}});
}

QByteArray encodeTrust(const QString &fleet, const QList<TrustedEntry> &entries, const QList<NamedText> &hooks)
{
    QJsonArray services;
    for (const TrustedEntry &each : entries)
        services.append(QJsonObject{
            {u"name"_s, each.name}, {u"runs"_s, knownText(each.runs)}, {u"sends"_s, knownText(each.sends)}});
    QJsonArray list;
    for (const NamedText &each : hooks)
        list.append(QJsonObject{{u"name"_s, each.name}, {u"runs"_s, knownText(each.text)}});
    return indented({{u"fleet"_s, fleet}, {u"services"_s, services}, {u"hooks"_s, list}});
}

QByteArray encodeHooks(const QString &fleet, const QList<HookLine> &hooks)
{
    QJsonArray list;
    for (const HookLine &hook : hooks)
        list.append(QJsonObject{{u"name"_s, hook.name},
                                {u"runs"_s, hook.runs},
                                {u"on"_s, QJsonArray::fromStringList(hook.events)},
                                {u"trusted"_s, hook.isTrusted},
                                {u"sent"_s, hook.isSent ? QJsonValue(*hook.isSent) : QJsonValue()},
                                {u"failure"_s, knownText(hook.failure)}});
    return indented({{u"fleet"_s, fleet}, {u"hooks"_s, list}});
}

QByteArray encodeCheck(const QString &file, const QList<Problem> &problems)
{
    QJsonArray list;
    for (const Problem &problem : problems)
        list.append(QJsonObject{{u"where"_s, knownText(problem.where)}, {u"what"_s, problem.what}});
    return indented({{u"file"_s, file}, {u"ok"_s, problems.isEmpty()}, {u"problems"_s, list}});
}

QByteArray encodeRequested(const QString &service, bool ok, const QString &message)
{
    return QJsonDocument(QJsonObject{{u"service"_s, service}, {u"ok"_s, ok}, {u"message"_s, message}})
        .toJson(QJsonDocument::Compact);
}

QByteArray encodeInit(const QList<InitService> &services, const QStringList &notes, const QStringList &files)
{
    QJsonArray list;
    for (const InitService &service : services)
        list.append(QJsonObject{{u"name"_s, service.name},
                                {u"source"_s, service.source},
                                {u"run"_s, QJsonArray::fromStringList(service.run)},
                                {u"needs"_s, QJsonArray::fromStringList(service.needs)}});
    return indented({{u"services"_s, list},
                     {u"notes"_s, QJsonArray::fromStringList(notes)},
                     {u"written"_s, QJsonArray::fromStringList(files)}});
}

} // namespace Hephaestus
