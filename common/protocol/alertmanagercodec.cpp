// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/alertmanagercodec.h"

#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestAlertText = 4096; ///< of a label, an annotation or a comment that is kept

QDateTime utcTime(const JsonReader &reader, QLatin1StringView key)
{
    QDateTime time;
    reader.time(key, time);
    return time;
}

LabelSet labelsOf(const JsonReader &reader, QLatin1StringView key)
{
    LabelSet labels;
    const QJsonObject fields = reader.object(key).fields();
    for (auto field = fields.begin(); field != fields.end(); ++field)
        labels.insert(field.key(), field.value().toString().left(LongestAlertText));
    return labels;
}

QJsonObject labelObject(const LabelSet &labels)
{
    QJsonObject object;
    for (auto label = labels.begin(); label != labels.end(); ++label)
        object.insert(label.key(), label.value());
    return object;
}

QString alertTime(const QDateTime &time) { return time.toUTC().toString(Qt::ISODateWithMs); }

FiringAlert alertOf(const JsonReader &reader)
{
    FiringAlert alert;
    reader.text("fingerprint"_L1, alert.fingerprint);
    alert.labels = labelsOf(reader, "labels"_L1);
    alert.annotations = labelsOf(reader, "annotations"_L1);
    alert.startsAt = utcTime(reader, "startsAt"_L1);
    const JsonReader status = reader.object("status"_L1);
    QString state;
    status.text("state"_L1, state);
    alert.state = state == "suppressed"_L1 ? FiringAlert::State::Suppressed
        : state == "unprocessed"_L1        ? FiringAlert::State::Unprocessed
                                           : FiringAlert::State::Active;
    status.texts("silencedBy"_L1, alert.silencedBy);
    status.texts("inhibitedBy"_L1, alert.inhibitedBy);
    return alert;
}

Silence silenceOf(const JsonReader &reader)
{
    Silence silence;
    reader.text("id"_L1, silence.id);
    QString state;
    reader.object("status"_L1).text("state"_L1, state);
    silence.state = state == "expired"_L1 ? Silence::State::Expired
        : state == "pending"_L1           ? Silence::State::Pending
                                          : Silence::State::Active;
    reader.eachObject("matchers"_L1, [&silence](const JsonReader &each) {
        AlertMatcher matcher;
        each.text("name"_L1, matcher.name);
        each.text("value"_L1, matcher.value);
        each.flag("isRegex"_L1, matcher.isRegex);
        each.flag("isEqual"_L1, matcher.isEqual);
        silence.matchers << matcher;
    });
    silence.startsAt = utcTime(reader, "startsAt"_L1);
    silence.endsAt = utcTime(reader, "endsAt"_L1);
    reader.text("createdBy"_L1, silence.createdBy);
    reader.text("comment"_L1, silence.comment);
    silence.comment = silence.comment.left(LongestAlertText);
    return silence;
}

constexpr auto AlertmanagersList = "a list, as of Alertmanager's API v2"_L1;

/// Each element of the list that is an object, by a lenient reader.
template <typename Read>
std::optional<Problem> eachOf(QByteArrayView json, Read read)
{
    const Result<QJsonArray> list = parseList(json, AlertmanagersList);
    if (!list)
        return list.problem();
    JsonReader::lenient("{}").eachObject(*list, {}, read);
    return {};
}

} // namespace

QString FiringAlert::summary() const
{
    for (const QString &key : {u"summary"_s, u"description"_s, u"message"_s}) {
        if (const QString text = annotations.value(key); !text.isEmpty())
            return text;
    }
    return {};
}

QString AlertMatcher::text() const
{
    const QLatin1StringView sign = isRegex ? (isEqual ? "=~"_L1 : "!~"_L1) : (isEqual ? "="_L1 : "!="_L1);
    return name + sign + u'"' + QString(value).replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"';
}

Result<QList<FiringAlert>> decodeFiringAlerts(QByteArrayView json)
{
    QList<FiringAlert> alerts;
    const auto problem = eachOf(json, [&alerts](const JsonReader &reader) {
        if (const FiringAlert alert = alertOf(reader); !alert.labels.isEmpty())
            alerts << alert;
    });
    return problem ? Result<QList<FiringAlert>>(*problem) : Result<QList<FiringAlert>>(alerts);
}

Result<QList<Silence>> decodeSilences(QByteArrayView json)
{
    QList<Silence> silences;
    const auto problem = eachOf(json, [&silences](const JsonReader &reader) {
        if (const Silence silence = silenceOf(reader); !silence.id.isEmpty())
            silences << silence;
    });
    return problem ? Result<QList<Silence>>(*problem) : Result<QList<Silence>>(silences);
}

Result<QString> decodeSilenceId(QByteArrayView json)
{
    QString id;
    JsonReader::lenient(json).text("silenceID"_L1, id);
    if (id.isEmpty())
        return Problem{{}, u"the answer has no silenceID"_s};
    return id;
}

QString decodeAlertmanagerError(QByteArrayView body)
{
    const QJsonDocument json = QJsonDocument::fromJson("[" + body.toByteArray() + "]");
    const QJsonValue value = json.array().at(0);
    const QString text = value.isString() ? value.toString()
        : value.isObject()                ? value.toObject().value(u"message"_s).toString()
                                          : QString::fromUtf8(body);
    return text.simplified().left(300);
}

QByteArray encode(const Silence &silence)
{
    QJsonArray matchers;
    for (const AlertMatcher &matcher : silence.matchers)
        matchers << QJsonObject{{u"name"_s, matcher.name},
                                {u"value"_s, matcher.value},
                                {u"isRegex"_s, matcher.isRegex},
                                {u"isEqual"_s, matcher.isEqual}};
    QJsonObject object{{u"matchers"_s, matchers},
                       {u"startsAt"_s, alertTime(silence.startsAt)},
                       {u"endsAt"_s, alertTime(silence.endsAt)},
                       {u"createdBy"_s, silence.createdBy},
                       {u"comment"_s, silence.comment}};
    if (!silence.id.isEmpty())
        object.insert(u"id"_s, silence.id);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray encode(const QList<PostedAlert> &alerts)
{
    QJsonArray list;
    for (const PostedAlert &alert : alerts)
        list << QJsonObject{{u"labels"_s, labelObject(alert.labels)},
                            {u"annotations"_s, labelObject(alert.annotations)},
                            {u"startsAt"_s, alertTime(alert.startsAt)},
                            {u"endsAt"_s, alertTime(alert.endsAt)}};
    return QJsonDocument(list).toJson(QJsonDocument::Compact);
}

} // namespace Hephaestus
