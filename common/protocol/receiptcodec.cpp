// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/receiptcodec.h"

#include "common/base/duration.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>

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

std::optional<qint64> pidOf(const QJsonValue &value)
{
    return value.isDouble() ? std::optional<qint64>(value.toInteger()) : std::nullopt;
}

/// The enumerator whose word `text` is.
template <typename Enum, std::size_t N>
std::optional<Enum> fromWord(const QString &text, const std::array<Enum, N> &all)
{
    for (const Enum candidate : all) {
        if (wireName(candidate) == text)
            return candidate;
    }
    return {};
}

constexpr std::array outcomes{StepOutcome::Pending, StepOutcome::Running, StepOutcome::Ok, StepOutcome::Failed,
                              StepOutcome::TimedOut};
constexpr std::array verdicts{CodeVerdict::Unknown, CodeVerdict::Fresh, CodeVerdict::Stale};

} // namespace

QByteArray encode(const Receipt &receipt)
{
    QJsonArray steps;
    for (const ReceiptStep &step : receipt.steps) {
        steps.append(withoutEmpty({{u"name"_s, step.name},
                                   {u"outcome"_s, wireName(step.outcome)},
                                   {u"duration_seconds"_s, wireSeconds(step.duration)},
                                   {u"message"_s, step.message}}));
    }
    const QJsonObject object = withoutEmpty({
        {u"service"_s, receipt.service},
        {u"action"_s, receipt.action},
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
    });
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<Receipt> decodeReceipt(QByteArrayView json)
{
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(json.toByteArray(), &error).object();
    if (error.error != QJsonParseError::NoError)
        return Problem{u"byte %1"_s.arg(error.offset), u"not JSON: %1"_s.arg(error.errorString())};
    if (!object["service"_L1].isString() || !object["ok"_L1].isBool())
        return Problem{{}, u"expected a receipt, with its service and ok"_s};
    Receipt receipt;
    receipt.service = object["service"_L1].toString();
    receipt.action = object["action"_L1].toString();
    receipt.method = object["method"_L1].toString();
    receipt.startedAt = QDateTime::fromString(object["started_at"_L1].toString(), Qt::ISODateWithMs).toUTC();
    receipt.oldInstance = object["old_instance_id"_L1].toString();
    receipt.newInstance = object["new_instance_id"_L1].toString();
    receipt.oldPid = pidOf(object["old_pid"_L1]);
    receipt.newPid = pidOf(object["new_pid"_L1]);
    receipt.code = fromWord(object["code"_L1].toString(), verdicts).value_or(CodeVerdict::Unknown);
    receipt.total = Seconds(object["total_seconds"_L1].toDouble());
    receipt.ok = object["ok"_L1].toBool();
    receipt.failure = object["failure"_L1].toString();
    const QJsonArray steps = object["steps"_L1].toArray();
    for (qsizetype i = 0; i < steps.size(); ++i) {
        const QJsonObject step = steps[i].toObject();
        const auto outcome = fromWord(step["outcome"_L1].toString(), outcomes);
        if (!outcome)
            return Problem{u"steps[%1].outcome"_s.arg(i), u"expected ok, failed, timed_out, running or pending"_s};
        receipt.steps << ReceiptStep{step["name"_L1].toString(), *outcome,
                                     Seconds(step["duration_seconds"_L1].toDouble()), step["message"_L1].toString()};
    }
    return receipt;
}

} // namespace Hephaestus
