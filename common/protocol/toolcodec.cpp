// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/toolcodec.h"

#include "common/protocol/configreader.h"
#include "common/protocol/jsonreader.h"
#include "common/protocol/tooldefinitions.h"

#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QByteArray compactOf(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

QJsonValue known(const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); }

QJsonValue valueIn(const QByteArray &json) { return QJsonDocument::fromJson('[' + json + ']').array().first(); }

QByteArray jsonOf(const QJsonValue &value)
{
    const QByteArray text = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return text.sliced(1, text.size() - 2);
}

// ---- arguments ------------------------------------------------------------------------------------------

std::optional<QJsonObject> definitionOf(const QString &tool)
{
    for (const auto &each : QJsonDocument::fromJson(toolDefinitions()).array()) {
        if (each.toObject().value("name"_L1) == tool)
            return each.toObject();
    }
    return {};
}

/// What is wrong with a value by its schema; empty: nothing. As much of JSON Schema as the definitions use.
QString wrongWith(const QJsonValue &value, const QJsonObject &schema)
{
    const QString type = schema.value("type"_L1).toString();
    if (type == "string"_L1) {
        if (!value.isString())
            return u"expected a string"_s;
        const QJsonArray words = schema.value("enum"_L1).toArray();
        if (!words.isEmpty() && !words.contains(value))
            return u"expected one of %1"_s.arg(QString::fromUtf8(QJsonDocument(words).toJson(QJsonDocument::Compact)));
        return value.toString().size() < schema.value("minLength"_L1).toInt() ? u"must not be empty"_s : QString();
    }
    if (type == "boolean"_L1)
        return value.isBool() ? QString() : u"expected true or false"_s;
    if (type == "integer"_L1) {
        const double number = value.toDouble(std::nan(""));
        const double least = schema.value("minimum"_L1).toDouble();
        const double most = schema.value("maximum"_L1).toDouble();
        const bool isFit = std::trunc(number) == number && number >= least && number <= most;
        return isFit ? QString() : u"expected a whole number from %1 to %2"_s.arg(least).arg(most);
    }
    if (!value.isArray())
        return u"expected a list"_s;
    const QJsonArray list = value.toArray();
    if (list.size() < schema.value("minItems"_L1).toInt())
        return u"must not be empty"_s;
    if (const int most = schema.value("maxItems"_L1).toInt(10'000); list.size() > most)
        return u"must have at most %1 elements"_s.arg(most);
    for (const auto &each : list) {
        if (const QString wrong = wrongWith(each, schema.value("items"_L1).toObject()); !wrong.isEmpty())
            return u"each: "_s + wrong;
    }
    return {};
}

QString wrongWith(const QJsonObject &arguments, const QJsonObject &schema)
{
    const QJsonObject properties = schema.value("properties"_L1).toObject();
    for (const auto &required : schema.value("required"_L1).toArray()) {
        if (!arguments.contains(required.toString()))
            return u"\"%1\" is missing"_s.arg(required.toString());
    }
    for (auto it = arguments.begin(); it != arguments.end(); ++it) {
        if (!properties.contains(it.key())) {
            const QString near = nearestName(it.key(), properties.keys());
            return u"\"%1\" is no argument of this tool%2"_s.arg(
                it.key().left(40), near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near));
        }
        if (const QString wrong = wrongWith(it.value(), properties.value(it.key()).toObject()); !wrong.isEmpty())
            return u"\"%1\": %2"_s.arg(it.key(), wrong);
    }
    return {};
}

QStringList textsIn(const QJsonValue &list)
{
    QStringList texts;
    for (const auto &each : list.toArray())
        texts << each.toString();
    return texts;
}

ToolArguments argumentsIn(const QJsonObject &object)
{
    ToolArguments arguments;
    arguments.project = object.value("project"_L1).toString();
    arguments.services = textsIn(object.value("services"_L1));
    arguments.profiles = textsIn(object.value("profiles"_L1));
    arguments.service = object.value("service"_L1).toString();
    arguments.files = textsIn(object.value("files"_L1));
    arguments.instanceId = object.value("instance_id"_L1).toString();
    arguments.until = object.value("until"_L1).toString();
    arguments.match = object.value("match"_L1).toString();
    arguments.since = object.value("since"_L1).toString();
    arguments.cursor = object.value("cursor"_L1).toString();
    arguments.timeout = std::chrono::seconds(object.value("timeout_seconds"_L1).toInteger(arguments.timeout.count()));
    arguments.lines = object.value("lines"_L1).toInteger(arguments.lines);
    arguments.port = object.value("port"_L1).toInteger();
    arguments.stale = object.value("stale"_L1).toBool();
    arguments.dryRun = object.value("dry_run"_L1).toBool();
    arguments.all = object.value("all"_L1).toBool();
    return arguments;
}

// ---- answers that fit -----------------------------------------------------------------------------------

/// How much of a value is left: characters of a text, elements of a list or fields of an object inside.
struct Measure
{
    qsizetype text;
    qsizetype elements;
};

/// From generous to what always fits.
constexpr std::array Measures{Measure{8'000, 1'000}, Measure{2'000, 60}, Measure{600, 20}, Measure{200, 12},
                              Measure{100, 3}};

QJsonValue cut(const QJsonValue &value, const Measure &most, bool &isCut);

QString cutText(const QString &text, qsizetype most, bool &isCut)
{
    if (text.size() <= most)
        return text;
    isCut = true;
    const qsizetype end = text[most - 1].isHighSurrogate() ? most - 1 : most;
    return text.first(end) + u"… (%1 more characters)"_s.arg(text.size() - end);
}

QJsonObject cutFields(const QJsonObject &object, const Measure &most, bool &isCut)
{
    QJsonObject left;
    for (auto it = object.begin(); it != object.end(); ++it)
        left.insert(it.key(), cut(it.value(), most, isCut));
    return left;
}

QJsonValue cut(const QJsonValue &value, const Measure &most, bool &isCut)
{
    if (value.isString())
        return cutText(value.toString(), most.text, isCut);
    if (value.isArray()) {
        const QJsonArray list = value.toArray();
        QJsonArray left;
        for (qsizetype i = 0; i < std::min(list.size(), most.elements); ++i)
            left.append(cut(list[i], most, isCut));
        isCut = isCut || list.size() > most.elements;
        return left;
    }
    if (!value.isObject())
        return value;
    QJsonObject object = value.toObject();
    // The fields of a form are few; what has many is a table by name.
    while (object.size() > std::max<qsizetype>(most.elements, 30)) {
        object.erase(std::prev(object.end()));
        isCut = true;
    }
    return cutFields(object, most, isCut);
}

/// What a text of JSON takes: once as it is, and once as a JSON string in `content`.
qsizetype cost(const QByteArray &json) { return 2 * json.size() + json.count('"') + json.count('\\'); }

/// The value cut to a measure; an object says so.
QByteArray reduced(const QJsonValue &value, const Measure &most)
{
    bool isCut = false;
    if (!value.isObject())
        return jsonOf(cut(value, most, isCut));
    QJsonObject object = cutFields(value.toObject(), most, isCut);
    if (isCut)
        object.insert(u"truncated"_s, true);
    return compactOf(object);
}

/// The first form of the value, from whole to very short, that costs no more than `most`; the shortest, if none does.
QByteArray fitting(const QByteArray &json, qsizetype most)
{
    QByteArray text = json;
    const QJsonValue value = valueIn(json);
    for (std::size_t level = 0; cost(text) > most && level < Measures.size(); ++level)
        text = reduced(value, Measures[level]);
    return text;
}

QByteArray field(const QString &name, const QByteArray &json) { return jsonOf(name) + ':' + json + ','; }

/// Items that have no cursor are all to be in it: all of them shorter, then.
QByteArrayList alike(const QByteArrayList &items, qsizetype most)
{
    const auto total = [](const QByteArrayList &all) {
        return std::accumulate(all.begin(), all.end(), qsizetype(0),
                               [](qsizetype sum, const QByteArray &item) { return sum + cost(item) + 2; });
    };
    QByteArrayList fit = items;
    for (std::size_t level = 0; total(fit) > most && level < Measures.size(); ++level) {
        for (qsizetype i = 0; i < items.size(); ++i)
            fit[i] = reduced(valueIn(items[i]), Measures[level]);
    }
    return fit;
}

/// The structured content, whose cost is at most `most`.
QByteArray structured(const ToolAnswer &answer, qsizetype most)
{
    constexpr qsizetype ForCursor = 800; // and what else follows the list
    QByteArray head = "{";
    for (const auto &[name, json] : answer.fields)
        head += field(name, fitting(json, most / 4 / std::max<qsizetype>(1, answer.fields.size() - 1)));
    const qsizetype room = most - cost(head) - ForCursor;
    const bool hasPages = !answer.cursors.isEmpty();
    const QByteArrayList items = hasPages ? answer.items : alike(answer.items, room);
    QByteArrayList chosen;
    qsizetype used = 0;
    qsizetype count = 0;
    for (; count < items.size(); ++count) {
        const qsizetype index = answer.keepsEnd ? items.size() - 1 - count : count;
        const QByteArray item = fitting(items[index], room);
        if (used + cost(item) + 2 > room && count > 0)
            break;
        used += cost(item) + 2;
        answer.keepsEnd ? chosen.prepend(item) : chosen.append(item);
    }
    const bool isWhole = count == items.size();
    QString cursor = answer.endCursor;
    if (!isWhole && hasPages && !answer.keepsEnd)
        cursor = answer.cursors[count];
    QByteArray text = head;
    if (answer.keepsEnd)
        text += field(u"omitted"_s, jsonOf(items.size() - count));
    else if (!isWhole && !hasPages)
        text += field(u"left_out"_s, jsonOf(items.size() - count));
    return text + field(answer.list, '[' + chosen.join(',') + ']') + "\"next_cursor\":" + jsonOf(known(cursor)) + '}';
}

QByteArray resultText(const QByteArray &content, const QByteArray &structuredContent, bool isError)
{
    QByteArray text = "{\"content\":[{\"type\":\"text\",\"text\":" + jsonOf(QString::fromUtf8(content)) + "}]";
    if (!structuredContent.isEmpty())
        text += ",\"structuredContent\":" + structuredContent;
    return text + (isError ? ",\"isError\":true}" : ",\"isError\":false}");
}

// ---- what is told of services ---------------------------------------------------------------------------

QString verdictOf(const ServiceSnapshot &snapshot)
{
    return wireName(snapshot.report && snapshot.report->code ? snapshot.report->code->verdict : CodeVerdict::Unknown);
}

} // namespace

std::variant<ToolRequest, ToolFailure, RpcError> readToolRequest(QByteArrayView params)
{
    const JsonReader reader = JsonReader::lenient(params);
    const QString name = reader.value("name"_L1).toString();
    const std::optional<QJsonObject> definition = definitionOf(name);
    if (!definition)
        return RpcError{RpcCode::InvalidParams, u"there is no tool \"%1\""_s.arg(name.left(80))};
    const QJsonValue arguments = reader.value("arguments"_L1);
    if (!arguments.isUndefined() && !arguments.isNull() && !arguments.isObject())
        return RpcError{RpcCode::InvalidParams, u"expected an object as the arguments"_s};
    const QString wrong = wrongWith(arguments.toObject(), definition->value("inputSchema"_L1).toObject());
    if (!wrong.isEmpty())
        return ToolFailure{u"invalid_arguments"_s, u"%1: %2"_s.arg(name, wrong)};
    return ToolRequest{name, argumentsIn(arguments.toObject())};
}

QByteArray encode(const ToolAnswer &answer, qsizetype most)
{
    constexpr qsizetype Around = 600; // the message, its id and what is around the content
    const QByteArray content = structured(answer, most - Around);
    return resultText(content, content, answer.isFailure);
}

QByteArray encode(const ToolFailure &failure)
{
    bool isCut = false;
    const QJsonObject error{{u"code"_s, failure.code}, {u"message"_s, cutText(failure.message, 4'000, isCut)}};
    return resultText(compactOf({{u"error"_s, error}}), {}, true);
}

QByteArray jsonText(const QString &text) { return jsonOf(text); }
QByteArray jsonText(const QStringList &texts) { return jsonOf(QJsonArray::fromStringList(texts)); }
QByteArray jsonText(bool flag) { return flag ? "true" : "false"; }
QByteArray jsonText(qint64 number) { return QByteArray::number(number); }

QByteArrayList jsonItems(QByteArrayView list)
{
    QByteArrayList items;
    for (const auto &each : QJsonDocument::fromJson(list.toByteArray()).array())
        items << compactOf(each.toObject());
    return items;
}

QByteArray jsonField(QByteArrayView object, const QString &field)
{
    return jsonOf(QJsonDocument::fromJson(object.toByteArray()).object().value(field));
}

QByteArrayList encodeBrief(const QList<ServiceSnapshot> &snapshots)
{
    QByteArrayList items;
    for (const ServiceSnapshot &snapshot : snapshots) {
        const HealthReport *const report = snapshot.report ? &*snapshot.report : nullptr;
        const ServiceIdentity identity = report && report->identity ? *report->identity : ServiceIdentity();
        items << compactOf({{u"name"_s, snapshot.name},
                            {u"url"_s, snapshot.url},
                            {u"state"_s, wireName(snapshot.state)},
                            {u"message"_s, known(snapshot.message)},
                            {u"code"_s, verdictOf(snapshot)},
                            {u"instance_id"_s, report ? known(report->instanceId) : QJsonValue()},
                            {u"pid"_s, report && report->pid ? QJsonValue(*report->pid) : QJsonValue()},
                            {u"branch"_s, known(identity.branch)},
                            {u"worktree"_s, known(identity.worktree)}});
    }
    return items;
}

QByteArrayList encodeCode(const QList<ServiceSnapshot> &snapshots)
{
    QByteArrayList items;
    for (const ServiceSnapshot &snapshot : snapshots) {
        QJsonArray changed;
        QStringList reasons;
        if (!snapshot.report)
            reasons << u"it does not answer: "_s + snapshot.message;
        else if (!snapshot.report->code)
            reasons << u"it does not say what it has loaded"_s;
        QJsonObject item{{u"name"_s, snapshot.name}, {u"verdict"_s, verdictOf(snapshot)}};
        if (snapshot.report && snapshot.report->code) {
            const CodeReport &code = *snapshot.report->code;
            for (const CodeChange &change : code.changed)
                changed.append(
                    QJsonObject{{u"path"_s, change.path}, {u"kind"_s, change.kind}, {u"change"_s, change.change}});
            reasons = code.reasons;
            item.insert(u"more"_s, code.more);
        }
        item.insert(u"changed"_s, changed);
        item.insert(u"reasons"_s, QJsonArray::fromStringList(reasons));
        items << compactOf(item);
    }
    return items;
}

QByteArrayList encode(const QList<Death> &deaths)
{
    QByteArrayList items;
    for (const Death &death : deaths)
        items << compactOf({{u"service"_s, death.service},
                            {u"time"_s, known(QString::fromLatin1(death.time))},
                            {u"how"_s, death.how},
                            {u"pid"_s, death.pid ? QJsonValue(*death.pid) : QJsonValue()},
                            {u"was_asked"_s, death.wasAsked},
                            {u"last_words"_s, QJsonArray::fromStringList(death.lastWords)}});
    return items;
}

QByteArrayList encode(const QList<PlannedAct> &acts)
{
    QByteArrayList items;
    for (const PlannedAct &act : acts)
        items << compactOf({{u"service"_s, act.service},
                            {u"action"_s, act.action},
                            {u"method"_s, act.method},
                            {u"command"_s, known(act.command)},
                            {u"obstacle"_s, known(act.obstacle)}});
    return items;
}

} // namespace Hephaestus
