// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/actcodec.h"

#include "common/protocol/jsonreader.h"
#include "common/protocol/receiptcodec.h"

#include <QJsonDocument>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

QJsonObject objectOf(const ProcessMark &mark) { return {{u"pid"_s, mark.pid}, {u"start_ticks"_s, mark.startTicks}}; }

QJsonObject objectOf(const ActRequest &request)
{
    return {{u"number"_s, request.number},
            {u"action"_s, wireName(request.action)},
            {u"by"_s, objectOf(request.by)},
            {u"command"_s, request.command},
            {u"done"_s, request.isDone}};
}

QJsonObject objectOf(const RunningAct &act)
{
    QJsonObject object{{u"request"_s, objectOf(act.request)}, {u"step"_s, act.step}};
    if (act.launched)
        object.insert(u"launched"_s, objectOf(*act.launched));
    if (act.begun.isValid())
        object.insert(u"begun"_s, act.begun.toUTC().toString(Qt::ISODateWithMs));
    if (act.stepBegun.isValid())
        object.insert(u"step_begun"_s, act.stepBegun.toUTC().toString(Qt::ISODateWithMs));
    if (act.hasEnded)
        object.insert(u"ended"_s, true);
    return object;
}

ProcessMark readMark(const JsonReader &reader)
{
    ProcessMark mark;
    reader.count("pid"_L1, mark.pid);
    reader.count("start_ticks"_L1, mark.startTicks);
    return mark;
}

ActRequest readRequest(const JsonReader &reader)
{
    ActRequest request;
    reader.count("number"_L1, request.number);
    reader.word("action"_L1, request.action, AllFleetActions);
    request.by = readMark(reader.object("by"_L1));
    reader.text("command"_L1, request.command);
    reader.flag("done"_L1, request.isDone);
    return request;
}

RunningAct readRunning(const JsonReader &reader)
{
    RunningAct act;
    act.request = readRequest(reader.object("request"_L1));
    reader.text("step"_L1, act.step);
    if (reader.has("launched"_L1))
        act.launched = readMark(reader.object("launched"_L1));
    if (reader.has("begun"_L1))
        reader.time("begun"_L1, act.begun);
    if (reader.has("step_begun"_L1))
        reader.time("step_begun"_L1, act.stepBegun);
    reader.flag("ended"_L1, act.hasEnded);
    return act;
}

} // namespace

QByteArray encode(const ActRecord &record)
{
    QJsonObject object{
        {u"boot"_s, record.boot}, {u"last_number"_s, record.lastNumber}, {u"answered"_s, record.answered}};
    if (record.latest)
        object.insert(u"latest"_s, objectOf(*record.latest));
    if (record.running)
        object.insert(u"running"_s, objectOf(*record.running));
    if (record.isStopped)
        object.insert(u"stopped"_s, true);
    if (record.isCalledOff)
        object.insert(u"called_off"_s, true);
    if (record.last)
        object.insert(u"last"_s, QJsonDocument::fromJson(encode(*record.last)).object());
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<ActRecord> decodeActRecord(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        ActRecord record;
        reader.text("boot"_L1, record.boot);
        reader.count("last_number"_L1, record.lastNumber);
        reader.count("answered"_L1, record.answered);
        if (reader.has("latest"_L1))
            record.latest = readRequest(reader.object("latest"_L1));
        if (reader.has("running"_L1))
            record.running = readRunning(reader.object("running"_L1));
        reader.flag("stopped"_L1, record.isStopped);
        reader.flag("called_off"_L1, record.isCalledOff);
        if (reader.has("last"_L1)) {
            const auto receipt = decodeReceipt(QJsonDocument(reader.object("last"_L1).fields()).toJson());
            if (receipt)
                record.last = *receipt;
            else
                reader.fail("last"_L1, receipt.problem().text());
        }
        return record;
    });
}

} // namespace Hephaestus
