// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/jsonreader.h"

#include <QJsonDocument>
#include <QTimeZone>

#include <cmath>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr double LargestExact = 9007199254740992.0; ///< 2^53

QLatin1StringView typeWord(QJsonValue::Type type)
{
    switch (type) {
    case QJsonValue::Null: return "null"_L1;
    case QJsonValue::Bool: return "true or false"_L1;
    case QJsonValue::Double: return "a number"_L1;
    case QJsonValue::String: return "a string"_L1;
    case QJsonValue::Array: return "a list"_L1;
    case QJsonValue::Object: return "an object"_L1;
    case QJsonValue::Undefined: break;
    }
    return "nothing"_L1;
}

QString mismatch(QLatin1StringView expected, const QJsonValue &found)
{
    return u"expected %1, found %2"_s.arg(expected, typeWord(found.type()));
}

Result<QJsonDocument> parse(QByteArrayView json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &error);
    if (error.error != QJsonParseError::NoError)
        return Problem{u"byte %1"_s.arg(error.offset), u"not JSON: %1"_s.arg(error.errorString())};
    return document;
}

} // namespace

JsonReader::JsonReader(QJsonObject object, QString path, Problem &problem)
    : JsonReader(std::move(object), std::move(path), &problem)
{
}

JsonReader::JsonReader(QJsonObject object, QString path, Problem *problem)
    : m_object(std::move(object))
    , m_path(std::move(path))
    , m_problem(problem)
{
}

JsonReader JsonReader::lenient(QByteArrayView json)
{
    Result<QJsonObject> object = parseObject(json);
    return JsonReader(object ? *std::move(object) : QJsonObject(), {}, nullptr);
}

bool JsonReader::has(QLatin1StringView key) const { return !present(value(key)).isUndefined(); }

void JsonReader::require(QLatin1StringView key, QLatin1StringView expected) const
{
    if (!has(key))
        fail(key, u"missing; expected %1"_s.arg(expected));
}

void JsonReader::text(QLatin1StringView key, QString &target) const
{
    if (const QJsonValue found = expect(key, QJsonValue::String, "a string"_L1); !found.isUndefined())
        target = found.toString();
}

void JsonReader::flag(QLatin1StringView key, bool &target) const
{
    if (const QJsonValue found = expect(key, QJsonValue::Bool, "true or false"_L1); !found.isUndefined())
        target = found.toBool();
}

std::optional<double> JsonReader::number(QLatin1StringView key) const
{
    const QJsonValue found = expect(key, QJsonValue::Double, "a number"_L1);
    return found.isUndefined() ? std::nullopt : std::optional(found.toDouble());
}

void JsonReader::count(QLatin1StringView key, qint64 &target) const
{
    std::optional<qint64> found = target;
    count(key, found);
    target = *found;
}

void JsonReader::count(QLatin1StringView key, std::optional<qint64> &target) const
{
    const std::optional<double> found = number(key);
    if (!found)
        return;
    if (const std::optional<qint64> exact = exactCount(*found))
        target = exact;
    else
        fail(key, u"expected a whole number of 0 or more, found %1"_s.arg(*found));
}

void JsonReader::duration(QLatin1StringView key, Seconds &target) const
{
    if (const std::optional<double> found = number(key))
        target = Seconds(*found);
}

void JsonReader::since(QLatin1StringView key, Since &target) const
{
    if (const std::optional<double> found = number(key); found && *found >= 0)
        target = Seconds(*found);
}

void JsonReader::time(QLatin1StringView key, QDateTime &target) const
{
    const QJsonValue found = expect(key, QJsonValue::String, "a time as a string"_L1);
    if (found.isUndefined())
        return;
    QDateTime time = QDateTime::fromString(found.toString(), Qt::ISODateWithMs);
    if (!time.isValid())
        return fail(key, u"expected an ISO 8601 time, found \"%1\""_s.arg(found.toString().left(40)));
    if (time.timeSpec() == Qt::LocalTime)
        time.setTimeZone(QTimeZone::utc());
    target = time.toUTC();
}

void JsonReader::texts(QLatin1StringView key, QStringList &target) const
{
    const QJsonArray array = list(key);
    for (const QJsonValue &text : array)
        target << text.toString();
}

QJsonArray JsonReader::list(QLatin1StringView key, QLatin1StringView expected) const
{
    return expect(key, QJsonValue::Array, expected).toArray();
}

QJsonValue JsonReader::present(const QJsonValue &value)
{
    return value.isNull() ? QJsonValue(QJsonValue::Undefined) : value;
}

void JsonReader::failAt(const QString &path, const QString &what) const
{
    if (m_problem && m_problem->what.isEmpty())
        *m_problem = {path, what};
}

QJsonValue JsonReader::expect(QLatin1StringView key, QJsonValue::Type type, QLatin1StringView expected) const
{
    QJsonValue found = present(value(key));
    if (found.type() == type || found.isUndefined())
        return found;
    fail(key, mismatch(expected, found));
    return QJsonValue(QJsonValue::Undefined);
}

JsonReader JsonReader::child(const QJsonValue &value, const QString &path) const
{
    if (!value.isObject() && !value.isUndefined())
        failAt(path, mismatch("an object"_L1, value));
    return JsonReader(value.toObject(), path, m_problem);
}

std::optional<qint64> exactCount(double number)
{
    const bool isCount = number >= 0 && number <= LargestExact && number == std::floor(number);
    return isCount ? std::optional(qint64(number)) : std::nullopt;
}

Result<QJsonObject> parseObject(QByteArrayView json)
{
    const Result<QJsonDocument> document = parse(json);
    if (!document)
        return document.problem();
    if (!document->isObject())
        return Problem{{}, u"expected a JSON object"_s};
    return document->object();
}

Result<QJsonArray> parseList(QByteArrayView json, QLatin1StringView expected)
{
    const Result<QJsonDocument> document = parse(json);
    if (!document)
        return document.problem();
    if (!document->isArray())
        return Problem{{}, u"expected %1"_s.arg(expected)};
    return document->array();
}

} // namespace Hephaestus
