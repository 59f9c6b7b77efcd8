// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/health.h"
#include "common/protocol/wireword.h"

#include <QByteArrayView>
#include <QJsonArray>
#include <QJsonObject>

#include <array>
#include <type_traits>

namespace Hephaestus {

/// Reads the fields of one JSON object. A field that is missing or null leaves its target as it is.
///
/// A strict reader keeps the first field that is wrong as a Problem: its path, what was expected, what was found.
/// A lenient one is for the bodies of others: what is of another type counts as missing. It keeps no Problem.
class JsonReader
{
public:
    /// Strict: `path` is where the object stands in the body, and `problem` outlives the reader.
    JsonReader(QJsonObject object, QString path, Problem &problem);
    /// Lenient. What is no JSON object reads like an empty one.
    static JsonReader lenient(QByteArrayView json);

    bool has(QLatin1StringView key) const;
    QJsonValue value(QLatin1StringView key) const { return m_object.value(key); }
    const QJsonObject &fields() const { return m_object; }
    QString path(QLatin1StringView key) const { return pathOf(QString(key)); }

    /// For what is wrong with a field beside its type.
    void fail(QLatin1StringView key, const QString &what) const { failAt(path(key), what); }
    /// A Problem if the field is missing.
    void require(QLatin1StringView key, QLatin1StringView expected) const;

    void text(QLatin1StringView key, QString &target) const;
    void flag(QLatin1StringView key, bool &target) const;
    std::optional<double> number(QLatin1StringView key) const;
    /// A whole number of 0 or more.
    void count(QLatin1StringView key, qint64 &target) const;
    void count(QLatin1StringView key, std::optional<qint64> &target) const;
    /// In seconds.
    void duration(QLatin1StringView key, Seconds &target) const;
    /// Seconds since something; never, if negative.
    void since(QLatin1StringView key, Since &target) const;
    /// ISO 8601; without a zone it is UTC.
    void time(QLatin1StringView key, QDateTime &target) const;
    /// What is no string in the list becomes an empty one.
    void texts(QLatin1StringView key, QStringList &target) const;
    /// The enumerator of `all` whose wireName() the field is.
    template <typename Enum, std::size_t N>
    void word(QLatin1StringView key, Enum &target, const std::array<Enum, N> &all) const;
    /// The same; a word that is not known is kept.
    template <typename Enum, std::size_t N>
    void word(QLatin1StringView key, WireWord<Enum> &target, const std::array<Enum, N> &all) const
    {
        const QJsonValue value = expect(key, QJsonValue::String, QLatin1StringView("a string"));
        if (!value.isUndefined())
            target = WireWord<Enum>::read(value.toString(), all);
    }

    /// Empty if the field is missing or no object.
    JsonReader object(QLatin1StringView key) const { return child(present(value(key)), path(key)); }
    /// Empty if the field is missing or no list.
    QJsonArray list(QLatin1StringView key, QLatin1StringView expected = QLatin1StringView("a list")) const;

    /// Calls `read(name, JsonReader)` for every field that is not null; each must be an object.
    template <typename Read>
    void eachField(Read read) const;
    /// Calls `read(JsonReader)` for every element of a list; each must be an object.
    template <typename Read>
    void eachObject(QLatin1StringView key, Read read) const
    {
        eachObject(list(key), path(key), read);
    }
    /// The same for a list that stands at `path`.
    template <typename Read>
    void eachObject(const QJsonArray &list, const QString &path, Read read) const;

private:
    JsonReader(QJsonObject object, QString path, Problem *problem);

    /// Null is as good as missing.
    static QJsonValue present(const QJsonValue &value);
    QString pathOf(const QString &key) const { return m_path.isEmpty() ? key : m_path + u'.' + key; }
    void failAt(const QString &path, const QString &what) const;
    /// The field's value if it is of that type, otherwise an undefined one.
    QJsonValue expect(QLatin1StringView key, QJsonValue::Type type, QLatin1StringView expected) const;
    JsonReader child(const QJsonValue &value, const QString &path) const;

    QJsonObject m_object;
    QString m_path;
    Problem *m_problem; ///< null: lenient
};

/// A number as a count: whole, 0 or more, and at most 2^53, beyond which JSON's numbers are not exact.
std::optional<qint64> exactCount(double number);

Result<QJsonObject> parseObject(QByteArrayView json);
/// `expected` as the Problem says it, if the body is no list.
Result<QJsonArray> parseList(QByteArrayView json, QLatin1StringView expected);

/// What `read(const JsonReader &)` makes of the object in `json`, unless a field of it was wrong.
template <typename Read>
auto decodeObject(QByteArrayView json, Read read) -> Result<std::invoke_result_t<Read, const JsonReader &>>
{
    Result<QJsonObject> object = parseObject(json);
    if (!object)
        return object.problem();
    Problem problem;
    auto value = read(JsonReader(*std::move(object), {}, problem));
    if (!problem.what.isEmpty())
        return problem;
    return value;
}

/// What `read(const JsonReader &)` makes of each object of the list in `json`, unless a field of one was wrong.
template <typename Read>
auto decodeList(QByteArrayView json, QLatin1StringView expected, Read read)
    -> Result<QList<std::invoke_result_t<Read, const JsonReader &>>>
{
    const Result<QJsonArray> array = parseList(json, expected);
    if (!array)
        return array.problem();
    Problem problem;
    QList<std::invoke_result_t<Read, const JsonReader &>> values;
    JsonReader({}, {}, problem).eachObject(*array, {}, [&](const JsonReader &reader) { values << read(reader); });
    if (!problem.what.isEmpty())
        return problem;
    return values;
}

template <typename Enum, std::size_t N>
void JsonReader::word(QLatin1StringView key, Enum &target, const std::array<Enum, N> &all) const
{
    const QJsonValue value = expect(key, QJsonValue::String, QLatin1StringView("a string"));
    if (value.isUndefined())
        return;
    const QString found = value.toString();
    for (const Enum candidate : all) {
        if (found == wireName(candidate)) {
            target = candidate;
            return;
        }
    }
    QStringList known;
    for (const Enum candidate : all)
        known << wireName(candidate);
    fail(key, QStringLiteral("expected one of %1, found \"%2\"").arg(known.join(QStringLiteral(", ")), found.left(40)));
}

template <typename Read>
void JsonReader::eachField(Read read) const
{
    for (auto it = m_object.begin(); it != m_object.end(); ++it) {
        if (const QString name = it.key(); !it.value().isNull())
            read(name, child(it.value(), pathOf(name)));
    }
}

template <typename Read>
void JsonReader::eachObject(const QJsonArray &list, const QString &path, Read read) const
{
    for (qsizetype i = 0; i < list.size(); ++i)
        read(child(list[i], QStringLiteral("%1[%2]").arg(path, QString::number(i))));
}

} // namespace Hephaestus
