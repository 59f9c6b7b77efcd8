// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/receiptcodec.h"

#include "common/base/duration.h"
#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

QJsonObject withoutEmpty(QJsonObject object)
{
    for (auto it = object.begin(); it != object.end();)
        it = it.value().isNull() || it.value() == QJsonValue(QString()) ? object.erase(it) : std::next(it);
    return object;
}

QJsonValue valueOrNull(const std::optional<qint64> &number) { return number ? QJsonValue(*number) : QJsonValue(); }

/// A verdict of a later version is none that we know.
CodeVerdict verdictIn(const JsonReader &reader)
{
    const QString word = reader.value("code"_L1).toString();
    const auto found = std::find_if(AllCodeVerdicts.begin(), AllCodeVerdicts.end(),
                                    [&word](CodeVerdict verdict) { return wireName(verdict) == word; });
    return found == AllCodeVerdicts.end() ? CodeVerdict::Unknown : *found;
}

ReceiptStep readStep(const JsonReader &reader)
{
    ReceiptStep step;
    step.name = WireWord<RestartStep>::read(reader.value("name"_L1).toString(), AllRestartSteps);
    reader.require("outcome"_L1, "ok, failed, timed_out, running or pending"_L1);
    reader.word("outcome"_L1, step.outcome, AllStepOutcomes);
    reader.duration("duration_seconds"_L1, step.duration);
    reader.text("message"_L1, step.message);
    reader.texts("output"_L1, step.output);
    return step;
}

QJsonObject objectOf(const ReceiptStep &step)
{
    QJsonObject object = withoutEmpty({{u"name"_s, step.name.text()},
                                       {u"outcome"_s, wireName(step.outcome)},
                                       {u"duration_seconds"_s, wireSeconds(step.duration)},
                                       {u"message"_s, step.message}});
    if (!step.output.isEmpty())
        object.insert(u"output"_s, QJsonArray::fromStringList(step.output));
    return object;
}

} // namespace

QByteArray encode(const Receipt &receipt)
{
    QJsonArray steps;
    for (const ReceiptStep &step : receipt.steps)
        steps.append(objectOf(step));
    const QJsonObject object = withoutEmpty({
        {u"service"_s, receipt.service},
        {u"action"_s, receipt.action.text()},
        {u"method"_s, receipt.method},
        {u"started_at"_s, receipt.startedAt.toUTC().toString(Qt::ISODateWithMs)},
        {u"old_instance_id"_s, receipt.oldInstance},
        {u"new_instance_id"_s, receipt.newInstance},
        {u"old_pid"_s, valueOrNull(receipt.oldPid)},
        {u"new_pid"_s, valueOrNull(receipt.newPid)},
        {u"steps"_s, steps},
        {u"code"_s, wireName(receipt.code)},
        {u"total_seconds"_s, wireSeconds(receipt.total)},
        {u"ok"_s, receipt.ok},
        {u"failure"_s, receipt.failure},
        {u"note"_s, receipt.note},
        {u"host"_s, receipt.host},
    });
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<Receipt> decodeReceipt(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        Receipt receipt;
        reader.require("service"_L1, "the service of a receipt"_L1);
        reader.require("ok"_L1, "true or false"_L1);
        reader.text("service"_L1, receipt.service);
        receipt.action = WireWord<FleetAction>::read(reader.value("action"_L1).toString(), AllFleetActions);
        reader.text("method"_L1, receipt.method);
        reader.time("started_at"_L1, receipt.startedAt);
        reader.text("old_instance_id"_L1, receipt.oldInstance);
        reader.text("new_instance_id"_L1, receipt.newInstance);
        reader.count("old_pid"_L1, receipt.oldPid);
        reader.count("new_pid"_L1, receipt.newPid);
        reader.eachObject("steps"_L1, [&](const JsonReader &step) { receipt.steps << readStep(step); });
        receipt.code = verdictIn(reader);
        reader.duration("total_seconds"_L1, receipt.total);
        reader.flag("ok"_L1, receipt.ok);
        reader.text("failure"_L1, receipt.failure);
        reader.text("note"_L1, receipt.note);
        reader.text("host"_L1, receipt.host);
        return receipt;
    });
}

QByteArray encode(const ActNews &news)
{
    QJsonObject object = withoutEmpty({{u"service"_s, news.service}, {u"progress"_s, news.text}});
    if (news.step)
        object.insert(u"step"_s, objectOf(*news.step));
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<ActNews> decodeActNews(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        ActNews news;
        if (reader.has("step"_L1))
            news.step = readStep(reader.object("step"_L1));
        else
            reader.require("progress"_L1, "a step or its progress"_L1);
        reader.text("service"_L1, news.service);
        reader.text("progress"_L1, news.text);
        return news;
    });
}

} // namespace Hephaestus
