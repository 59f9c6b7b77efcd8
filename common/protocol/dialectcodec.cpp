// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/dialect.h"

#include "common/protocol/healthword.h"
#include "common/protocol/jsonreader.h"

#include <QHash>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype MostDependencies = 64;
constexpr qsizetype LongestError = 500;
constexpr qsizetype LongestList = 8192; ///< a text of one check a line
constexpr int DeepestPart = 8;
constexpr int DeepestEnvelope = 3;

/// One check or component, in the order of the body.
struct Part
{
    QString name;
    HealthVerdict verdict;
    QString why; ///< why it is not well
    QVariantMap details;
    bool isClear = true; ///< that it is not well, whatever the name of the part means
};

struct Said
{
    HealthVerdict verdict;
    QString word; ///< as the body has it
    bool isClear = true;
};

QString textOf(const QJsonValue &value)
{
    return value.isObject() || value.isArray() ? QString() : value.toVariant().toString().left(LongestError);
}

/// The value of a key, whatever its case (ASP.NET Core writes `Status` or `status`).
QJsonValue valueOf(const QJsonObject &object, QLatin1StringView key)
{
    if (const auto exact = object.constFind(key); exact != object.constEnd())
        return *exact;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (it.key().compare(key, Qt::CaseInsensitive) == 0)
            return *it;
    }
    return QJsonValue::Undefined;
}

/// What maps the names of parts to them, and is no part itself.
bool isContainer(const QString &key)
{
    static const QSet<QString> names{u"components"_s, u"details"_s,  u"checks"_s,       u"entries"_s,
                                     u"results"_s,    u"error"_s,    u"info"_s,         u"dependencies"_s,
                                     u"services"_s,   u"errors"_s,   u"healthchecks"_s, u"subsystems"_s,
                                     u"indicators"_s, u"statuses"_s, u"health"_s,       u"status"_s};
    return names.contains(key.toLower());
}

/// What a name is made of, in small letters: `last`, `error` of `last_error` and `lastError`.
QStringList wordsOf(const QString &key)
{
    static const QRegularExpression border(u"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])"_s);
    return key.left(200).split(border, Qt::SkipEmptyParts).join(u' ').toLower().split(u' ');
}

bool isOfThePast(const QString &key)
{
    const QString first = wordsOf(key).constFirst();
    return first == "last"_L1 || first == "previous"_L1;
}

/// `last_error`: a text, and no part. `last_backup` is one.
bool isPastError(const QString &key)
{
    static const QSet<QString> names{u"error"_s, u"errors"_s, u"message"_s, u"reason"_s, u"failure"_s, u"exception"_s};
    return isOfThePast(key) && names.contains(wordsOf(key).constLast());
}

/// Texts of such fields may look like a state, and are none of now.
bool isNoState(const QString &key)
{
    static const QSet<QString> names{
        u"level"_s, u"loglevel"_s, u"log"_s,      u"logs"_s,        u"logging"_s, u"logger"_s,   u"mode"_s,
        u"type"_s,  u"name"_s,     u"hostname"_s, u"message"_s,     u"error"_s,   u"errors"_s,   u"reason"_s,
        u"env"_s,   u"policy"_s,   u"version"_s,  u"environment"_s, u"msg"_s,     u"severity"_s, u"priority"_s};
    return isOfThePast(key) || names.contains(wordsOf(key).constLast());
}

/// Lists of such a name tell what happened, and not what is.
bool isHistory(const QString &key)
{
    static const QSet<QString> names{u"jobs"_s,   u"runs"_s,    u"builds"_s,      u"events"_s,   u"history"_s,
                                     u"alerts"_s, u"backups"_s, u"deployments"_s, u"requests"_s, u"incidents"_s,
                                     u"tasks"_s,  u"logs"_s,    u"messages"_s};
    return isOfThePast(key) || names.contains(wordsOf(key).constLast());
}

/// What an answer is wrapped in (JSend and the like).
bool isEnvelope(const QString &key)
{
    static const QSet<QString> names{u"data"_s, u"payload"_s, u"response"_s, u"result"_s, u"body"_s};
    return names.contains(key.toLower());
}

/// Where a bare word is the state of the part that the key names. Details and infos hold other texts as well.
bool holdsBareWords(const QString &key)
{
    static const QSet<QString> names{u"components"_s,   u"checks"_s,     u"dependencies"_s, u"services"_s,
                                     u"healthchecks"_s, u"subsystems"_s, u"statuses"_s};
    return names.contains(key.toLower());
}

bool maybeCheck(const QString &key)
{
    static const QRegularExpression check(u"(check|health|probe)s?$"_s, QRegularExpression::CaseInsensitiveOption);
    return check.match(key).hasMatch();
}

enum class Told { Nothing, Word, NotKnown };

/// What one value under a key of status says.
Told sayOf(const QJsonValue &value, bool mayBeFlag, std::optional<Said> &said)
{
    const auto note = [&said](HealthVerdict verdict, const QString &word) {
        const bool isClear = word == "false"_L1 || clearlyFails(word);
        if (!said || verdict > said->verdict || (verdict == said->verdict && isClear && !said->isClear))
            said = Said{verdict, word.simplified().left(80), isClear};
        return Told::Word;
    };
    if (value.isBool())
        return mayBeFlag
            ? note(value.toBool() ? HealthVerdict::Well : HealthVerdict::Ill, value.toBool() ? u"true"_s : u"false"_s)
            : Told::Nothing;
    if (value.isString()) {
        const QString word = value.toString();
        if (mayBeFlag && (word == "true"_L1 || word == "false"_L1)) // etcd
            return note(word == "true"_L1 ? HealthVerdict::Well : HealthVerdict::Ill, word);
        const std::optional<HealthVerdict> verdict = verdictOfWord(word);
        return verdict ? note(*verdict, word) : word.isEmpty() ? Told::Nothing : Told::NotKnown;
    }
    if (value.isObject()) { // `{"status": {"overall": {"level": "available"}}}`
        const QJsonObject object = value.toObject();
        for (const QLatin1StringView key : {"status"_L1, "state"_L1, "code"_L1, "level"_L1, "overall"_L1}) {
            const QJsonValue inner = valueOf(object, key);
            if (inner.isString() || (inner.isObject() && key == "overall"_L1))
                return sayOf(inner, false, said);
        }
    }
    return Told::Nothing;
}

/// `"maintenance": true`, `"success": false`: what is bad when it is so, and when it is not.
void sayOfBadFlags(const QJsonObject &object, std::optional<Said> &said)
{
    static const QSet<QString> bad{
        u"maintenance"_s, u"maintenancemode"_s, u"maintenance_mode"_s, u"sealed"_s,  u"degraded"_s, u"unhealthy"_s,
        u"down"_s,        u"failed"_s,          u"failing"_s,          u"offline"_s, u"broken"_s,   u"unavailable"_s};
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString key = it.key().toLower();
        const HealthVerdict verdict = key == "degraded"_L1 ? HealthVerdict::Degraded : HealthVerdict::Ill;
        if (it->isBool() && it->toBool() && bad.contains(key) && (!said || verdict > said->verdict))
            said = Said{verdict, it.key(), clearlyFails(key)};
        if (it->isBool() && !it->toBool() && key == "success"_L1)
            said = Said{HealthVerdict::Ill, u"no success"_s, true};
    }
}

/// `{"initialized": true, "sealed": false}`: Vault has no other word.
void sayOfVault(const QJsonObject &object, std::optional<Said> &said)
{
    const QJsonValue initialized = object["initialized"_L1];
    if (!said && initialized.isBool() && object["sealed"_L1].isBool())
        said = initialized.toBool() ? Said{HealthVerdict::Well, u"unsealed"_s}
                                    : Said{HealthVerdict::Ill, u"uninitialized"_s};
}

/// What an object says of itself; the worst word counts. `NotKnown`: it has a status, of a word that is not known.
/// `isRoot`: flags count that mean something else elsewhere.
Told sayOf(const QJsonObject &object, bool isRoot, std::optional<Said> &said)
{
    Told told = Told::Nothing;
    for (const QLatin1StringView key : {"status"_L1, "state"_L1, "health"_L1, "overall"_L1, "overallStatus"_L1,
                                        "healthStatus"_L1, "health_status"_L1, "result"_L1, "outcome"_L1}) {
        const Told here = sayOf(valueOf(object, key), key != "result"_L1, said);
        if (here == Told::NotKnown && told == Told::Nothing
            && (key == "status"_L1 || key == "health"_L1 || key == "overall"_L1))
            told = Told::NotKnown;
        else if (here == Told::Word && told == Told::Nothing)
            told = Told::Word;
    }
    for (const QLatin1StringView key :
         {"healthy"_L1, "isHealthy"_L1, "ok"_L1, "passed"_L1, "alive"_L1, "ready"_L1, "reachable"_L1, "up"_L1}) {
        const QJsonValue value = valueOf(object, key);
        if ((value.isBool() || value.isString()) && sayOf(value, true, said) == Told::Word && told == Told::Nothing)
            told = Told::Word;
    }
    if (isRoot || said)
        sayOfBadFlags(object, said);
    if (isRoot)
        sayOfVault(object, said);
    return said && told == Told::Nothing ? Told::Word : told;
}

/// Why it is not well, in the words of the body; else the word itself.
QString reasonOf(const QJsonObject &object, const QString &word)
{
    for (const QLatin1StringView key :
         {"error"_L1, "output"_L1, "message"_L1, "description"_L1, "reason"_L1, "exception"_L1, "cause"_L1}) {
        if (const QString text = textOf(valueOf(object, key)).simplified(); !text.isEmpty())
            return text;
    }
    for (const QLatin1StringView inner : {"details"_L1, "data"_L1}) {
        const QJsonObject object2 = valueOf(object, inner).toObject();
        for (const QLatin1StringView key : {"error"_L1, "message"_L1, "reason"_L1, "exception"_L1}) {
            if (const QString text = textOf(valueOf(object2, key)).simplified(); !text.isEmpty())
                return text;
        }
    }
    return u"says "_s + word;
}

QVariantMap detailsOf(const QJsonObject &object)
{
    QVariantMap details = valueOf(object, "details"_L1).toObject().toVariantMap();
    if (details.isEmpty())
        details = valueOf(object, "data"_L1).toObject().toVariantMap();
    if (object.contains("observedValue"_L1))
        details[u"observed"_s] =
            (textOf(object["observedValue"_L1]) + u' ' + textOf(object["observedUnit"_L1])).trimmed();
    return details;
}

/// A word that is not known may still tell of a failure, as a sentence: `connection refused`.
QString unknownWordOf(const QJsonObject &object)
{
    QString first;
    for (const QLatin1StringView key : {"status"_L1, "health"_L1, "overall"_L1, "state"_L1}) {
        const QString text = valueOf(object, key).toString().left(LongestSentence);
        if (clearlyFails(text))
            return text;
        if (first.isEmpty())
            first = text;
    }
    return first;
}

/// True of a list of what has a name and says something of itself.
bool isListOfParts(const QJsonValue &value)
{
    const QJsonArray list = value.toArray();
    return std::any_of(list.begin(), list.end(), [](const QJsonValue &element) {
        const QJsonObject object = element.toObject();
        const auto has = [&object](QLatin1StringView key) { return valueOf(object, key).isString(); };
        return (has("name"_L1) || has("id"_L1) || has("service"_L1) || has("component"_L1))
            && (has("status"_L1) || has("state"_L1) || has("health"_L1) || valueOf(object, "healthy"_L1).isBool());
    });
}

/// Gathers the parts of a JSON body.
class PartReader
{
public:
    /// The parts below the fields of `object`, which says of the whole what `said` is. A field that no convention names
    /// counts if nothing is said, or if it clearly fails beside a good word. What is within an envelope is a root of
    /// its own: it may make `said` worse, with `why`.
    void readFields(const QJsonObject &object, std::optional<Said> &said, QString &why, int depth = 0)
    {
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (isEnvelope(it.key()) && it->isObject() && depth < DeepestEnvelope
                && (!said || said->verdict == HealthVerdict::Well))
                readEnvelope(it->toObject(), said, why, depth + 1);
            else
                readField(*it, it.key(), said);
        }
    }

    void readList(const QJsonArray &list) { readElements(list, {}, {}, 0); }

    QList<Part> parts;

private:
    static QString joined(const QString &prefix, const QString &name)
    {
        return (prefix.isEmpty() ? name : prefix + u'/' + name).left(200);
    }

    void readEnvelope(const QJsonObject &object, std::optional<Said> &said, QString &why, int depth)
    {
        std::optional<Said> inner;
        const Told told = sayOf(object, true, inner);
        if (inner && (!said || inner->verdict > said->verdict)) {
            said = inner;
            why = reasonOf(object, inner->word);
        }
        if (told == Told::NotKnown)
            addUnknown(u"data"_s, unknownWordOf(object), {});
        readFields(object, said, why, depth);
    }

    void readField(const QJsonValue &value, const QString &key, const std::optional<Said> &said)
    {
        const bool isTree = value.isObject() || value.isArray();
        if (isTree && isContainer(key))
            readContainer(value, {}, key, 0);
        else if (isTree && maybeCheck(key))
            readPart(value, {}, key, 0);
        else if (!said)
            readOther(value, key);
        else if (said->verdict == HealthVerdict::Well)
            readAside(value, key);
    }

    void readOther(const QJsonValue &value, const QString &key)
    {
        if (!value.isObject() && !value.isArray())
            return readBareWord(value, key);
        readPart(value, {}, key, 0);
    }

    /// What stands beside a good word of the whole, under a name of the program's own.
    void readAside(const QJsonValue &value, const QString &key)
    {
        const qsizetype before = parts.size();
        if (value.isArray() ? isHistory(key) || !isListOfParts(value) : isOfThePast(key))
            return;
        readOther(value, key);
        const QJsonObject several = parts.size() == before && !isHistory(key) ? value.toObject() : QJsonObject();
        for (auto it = several.begin(); it != several.end(); ++it) { // `{"databases": {"main": {"status": "down"}}}`
            if (it->isArray() ? isListOfParts(*it) && !isHistory(it.key()) : it->isObject() && !isOfThePast(it.key()))
                readPart(*it, key, it.key(), DeepestPart - 1);
        }
        parts.erase(
            std::remove_if(parts.begin() + before, parts.end(),
                           [](const Part &part) { return part.verdict < HealthVerdict::Degraded || !part.isClear; }),
            parts.end());
    }

    void readContainer(const QJsonValue &container, const QString &prefix, const QString &key, int depth)
    {
        if (depth > DeepestPart)
            return;
        if (container.isArray())
            return readElements(container.toArray(), prefix, {}, depth);
        const QJsonObject object = container.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (it->isObject() || it->isArray())
                readPart(*it, prefix, it.key(), depth);
            else if (holdsBareWords(key) && !it->isNull() && !isPastError(it.key()))
                readWord(joined(prefix, it.key()), *it, key == "components"_L1);
        }
    }

    void readPart(const QJsonValue &value, const QString &prefix, const QString &key, int depth)
    {
        if (depth > DeepestPart)
            return;
        const QString name = joined(prefix, key);
        if (value.isArray())
            return readElements(value.toArray(), prefix, key, depth);
        const QJsonObject object = value.toObject();
        const qsizetype before = parts.size();
        for (const QLatin1StringView inner : {"components"_L1, "checks"_L1, "entries"_L1, "details"_L1}) {
            if (const QJsonValue nested = valueOf(object, inner); nested.isObject() || nested.isArray())
                readContainer(nested, name, inner, depth + 1);
        }
        std::optional<Said> said;
        const Told told = sayOf(object, false, said);
        const QString other = unknownWordOf(object);
        const bool childIsIll = std::any_of(parts.begin() + before, parts.end(),
                                            [](const Part &part) { return part.verdict >= HealthVerdict::Degraded; });
        if (said && !(childIsIll && said->verdict >= HealthVerdict::Degraded))
            addSaid(name, *said, object);
        if ((!said && told == Told::NotKnown)
            || (clearlyFails(other) && (!said || said->verdict == HealthVerdict::Well)))
            addUnknown(name, other, detailsOf(object));
    }

    void addUnknown(const QString &name, const QString &word, const QVariantMap &details)
    {
        const auto verdict = verdictOfSentence(word.left(LongestSentence));
        if (verdict && *verdict >= HealthVerdict::Degraded)
            parts << Part{name, *verdict, u"says "_s + word.simplified(), details, clearlyFails(word)};
        else
            parts << Part{name, verdict == HealthVerdict::Well ? *verdict : HealthVerdict::Unsaid, {}, details};
    }

    /// The elements of a list, which name themselves. Of several measurements, health+json tells them apart by
    /// component.
    void readElements(const QJsonArray &list, const QString &prefix, const QString &key, int depth)
    {
        for (const QJsonValue &element : list) {
            const QJsonObject object = element.toObject();
            QString own;
            for (const QLatin1StringView field :
                 {"name"_L1, "key"_L1, "componentId"_L1, "component"_L1, "checker"_L1, "service"_L1, "id"_L1}) {
                if (own = textOf(valueOf(object, field)).left(60); !own.isEmpty())
                    break;
            }
            const bool isNamed = key.isEmpty() || (list.size() > 1 && !own.isEmpty());
            const QString name = !isNamed ? key : key.isEmpty() ? own : key + u' ' + own;
            readPart(object, prefix, name.isEmpty() ? u"check"_s : name, depth + 1);
        }
    }

    void addSaid(const QString &name, const Said &said, const QJsonObject &object)
    {
        parts << Part{name, said.verdict, reasonOf(object, said.word), detailsOf(object), said.isClear};
    }

    void readWord(const QString &name, const QJsonValue &value, bool mustBeObject)
    {
        std::optional<Said> said;
        if (sayOf(value, true, said) == Told::Word)
            parts << Part{name, said->verdict, u"says "_s + textOf(value).simplified(), {}, said->isClear};
        else if (mustBeObject)
            parts << Part{name, HealthVerdict::Ill, u"says "_s + textOf(value).simplified(), {}};
        else
            addUnknown(name, textOf(value), {{u"status"_s, textOf(value)}});
    }

    /// `{"database": "ok"}` at the root. Texts that only look like a state are left out.
    void readBareWord(const QJsonValue &value, const QString &key)
    {
        std::optional<Said> said;
        if (!value.isBool() && !isNoState(key) && sayOf(value, false, said) == Told::Word)
            parts << Part{key, said->verdict, u"says "_s + textOf(value).simplified(), {}, said->isClear};
    }
};

DependencyStatus statusOf(HealthVerdict verdict)
{
    switch (verdict) {
    case HealthVerdict::Well: return DependencyStatus::Working;
    case HealthVerdict::Unsaid:
    case HealthVerdict::ShuttingDown: return DependencyStatus::NotUsed;
    case HealthVerdict::Degraded:
    case HealthVerdict::Ill: return DependencyStatus::Error;
    }
    Q_UNREACHABLE();
}

bool isIll(const DependencyReport &dependency) { return dependency.status == DependencyStatus::Error; }

void add(HealthReport &report, const Part &part)
{
    DependencyReport dependency;
    dependency.name = part.name.isEmpty() ? u"check"_s : part.name;
    dependency.status = statusOf(part.verdict);
    dependency.details = part.details;
    if (isIll(dependency)) { // an error always has a text: readers know a failed dependency by it
        const QString why = part.why.isEmpty() ? u"no reason given"_s : part.why;
        dependency.error = part.verdict == HealthVerdict::Degraded ? u"degraded: "_s + why : why;
    }
    report.dependencies << dependency;
}

/// Not well, and no part of it says why.
void blame(HealthReport &report, const QString &why)
{
    if (std::none_of(report.dependencies.begin(), report.dependencies.end(), isIll))
        add(report, Part{u"service"_s, HealthVerdict::Ill, why, {}});
}

/// Of parts that the body names twice (terminus does, in `error` and `details`), the worse stays.
void keepWorst(HealthReport &report)
{
    QList<DependencyReport> kept;
    QHash<QString, qsizetype> places;
    for (const DependencyReport &dependency : std::as_const(report.dependencies)) {
        const auto known = places.constFind(dependency.name);
        if (known == places.cend()) {
            places.insert(dependency.name, kept.size());
            kept << dependency;
        } else if (isIll(dependency) && !isIll(kept[*known])) {
            kept[*known] = dependency;
        }
    }
    report.dependencies = kept;
}

/// At most so many; those that fail are never the ones left out.
void bound(HealthReport &report)
{
    QList<DependencyReport> &all = report.dependencies;
    if (all.size() <= MostDependencies)
        return;
    std::stable_partition(all.begin(), all.end(), isIll);
    all.resize(MostDependencies);
}

/// The whole and its parts become one report.
ForeignReport reportOf(int httpStatus, const std::optional<Said> &said, const QList<Part> &parts, const QString &why,
                       Dialect dialect)
{
    ForeignReport foreign{dialect, {}};
    HealthReport &report = foreign.report;
    for (const Part &part : parts)
        add(report, part);
    keepWorst(report);
    const HealthVerdict verdict = said ? said->verdict : HealthVerdict::Well;
    if (verdict == HealthVerdict::ShuttingDown)
        report.status = ServiceStatus::ShuttingDown;
    else if (verdict == HealthVerdict::Degraded)
        blame(report, u"degraded: "_s + why);
    else if (verdict != HealthVerdict::Well)
        blame(report, why);
    else if (httpStatus < 200 || httpStatus > 299)
        blame(report,
              said ? u"answers %1, though it says %2"_s.arg(httpStatus).arg(said->word)
                   : u"answers %1"_s.arg(httpStatus));
    bound(report);
    return foreign;
}

Dialect dialectOf(const QJsonObject &root, const QString &word)
{
    static const QSet<QString> actuator{u"UP"_s, u"DOWN"_s, u"OUT_OF_SERVICE"_s, u"UNKNOWN"_s};
    static const QSet<QString> healthJson{u"pass"_s, u"warn"_s, u"fail"_s};
    if (actuator.contains(word) && !root.value("checks"_L1).isArray()) // a list: MicroProfile
        return Dialect::Actuator;
    return healthJson.contains(word) ? Dialect::HealthJson : Dialect::Plain;
}

/// Parts alone tell of the whole only if one of them is well or fails.
bool saysNothing(const QList<Part> &parts)
{
    return std::all_of(parts.begin(), parts.end(),
                       [](const Part &part) { return part.verdict == HealthVerdict::Unsaid; });
}

Problem noneIsWell() { return Problem{u"status"_s, u"no part of it says that it is well"_s}; }

Result<std::optional<ForeignReport>> readObject(int httpStatus, const QJsonObject &root)
{
    std::optional<Said> said;
    const Told told = sayOf(root, true, said);
    QJsonValue status = valueOf(root, "status"_L1);
    if (status.isUndefined())
        status = valueOf(root, "health"_L1);
    const Problem notKnown{u"status"_s,
                           u"expected UP, pass, healthy or the like, found \"%1\""_s.arg(textOf(status).left(40))};
    if (told == Told::NotKnown && (!said || said->verdict < HealthVerdict::Degraded))
        return notKnown;
    if (const QJsonValue parts = valueOf(root, "dependencies"_L1);
        !parts.isUndefined() && !parts.isNull() && !parts.isObject() && !parts.isArray())
        return Problem{u"dependencies"_s, u"expected an object or a list"_s};
    PartReader reader;
    QString why;
    reader.readFields(root, said, why);
    if (!said && reader.parts.isEmpty()) {
        const double number = status.toDouble(); // of HTTP, perhaps; ASP.NET Core's 0 is Unhealthy
        if (!status.isUndefined() && (number < 200 || number > 299))
            return notKnown;
        const QString error = textOf(valueOf(root, "error"_L1)).simplified();
        if (!error.isEmpty() && httpStatus < 300)
            return Problem{u"error"_s, u"an error, and nothing of health: "_s + error.left(100)};
        return std::optional<ForeignReport>();
    }
    if (!said && saysNothing(reader.parts) && httpStatus < 300)
        return noneIsWell();
    const QString word = said ? said->word : QString();
    ForeignReport foreign =
        reportOf(httpStatus, said, reader.parts, why.isEmpty() ? reasonOf(root, word) : why, dialectOf(root, word));
    const QString release = textOf(root.value("releaseId"_L1));
    foreign.report.version = release.isEmpty() ? textOf(root.value("version"_L1)) : release;
    const QString service = textOf(root.value("serviceId"_L1));
    foreign.report.service = service.isEmpty() ? textOf(root.value("service"_L1)) : service;
    return std::optional(foreign);
}

/// One check a line: `[+]ping ok`, `[-]etcd failed: reason withheld` (Kubernetes), `database: FAILED …` (OkComputer).
QList<Part> readLines(const QString &text)
{
    static const QRegularExpression kubernetes(uR"(^\[([+-])\](\S+)\s*(.*)$)"_s);
    static const QRegularExpression okComputer(uR"(^\s*([\w .:-]{1,60}): (PASSED|FAILED)\b\s*(.*)$)"_s);
    QList<Part> parts;
    for (const QString &line : text.split(u'\n')) {
        if (const auto match = kubernetes.match(line.trimmed()); match.hasMatch())
            parts << Part{match.captured(2),
                          match.captured(1) == "+"_L1 ? HealthVerdict::Well : HealthVerdict::Ill,
                          match.captured(3).left(LongestError),
                          {}};
        else if (const auto line2 = okComputer.match(line); line2.hasMatch())
            parts << Part{line2.captured(1),
                          line2.captured(2) == "PASSED"_L1 ? HealthVerdict::Well : HealthVerdict::Ill,
                          line2.captured(3).left(LongestError),
                          {}};
    }
    return parts;
}

/// A text that is no markup. Only a short one is a word; anything longer is a page.
std::optional<ForeignReport> readText(int httpStatus, const QString &text)
{
    if (text.isEmpty() || text.startsWith(u'<') || text.size() > LongestList)
        return {};
    if (const QList<Part> parts = readLines(text); !parts.isEmpty())
        return reportOf(httpStatus, {}, parts, {}, Dialect::Plain);
    if (text.size() > LongestSentence || text.contains(u'\n'))
        return {};
    const std::optional<HealthVerdict> verdict = verdictOfSentence(text);
    if (!verdict)
        return {};
    const Said said{*verdict, text.simplified().left(120)};
    return reportOf(httpStatus, said, {}, u"says "_s + said.word, Dialect::Plain);
}

} // namespace

QString nameOf(Dialect dialect)
{
    switch (dialect) {
    case Dialect::Hephaestus: return u"Hephaestus"_s;
    case Dialect::Actuator: return u"Spring Boot Actuator"_s;
    case Dialect::HealthJson: return u"health+json"_s;
    case Dialect::Minio: return u"MinIO"_s;
    case Dialect::Plain: return u"plain /health"_s;
    case Dialect::Reachable: return u"HTTP"_s;
    }
    Q_UNREACHABLE();
}

Result<std::optional<ForeignReport>> readForeign(int httpStatus, QByteArrayView body)
{
    const bool mayTell = (httpStatus >= 200 && httpStatus < 300) || httpStatus == 429 || httpStatus >= 500;
    constexpr QByteArrayView ByteOrderMark("\xef\xbb\xbf");
    QByteArrayView bytes = body.trimmed();
    if (bytes.startsWith(ByteOrderMark))
        bytes = bytes.sliced(ByteOrderMark.size()).trimmed();
    if (!mayTell || bytes.isEmpty())
        return std::optional<ForeignReport>();
    if (bytes.startsWith('{')) {
        const Result<QJsonObject> root = parseObject(bytes);
        if (!root)
            return root.problem();
        return readObject(httpStatus, *root);
    }
    if (bytes.startsWith('[') && !bytes.startsWith("[+]") && !bytes.startsWith("[-]")) {
        const Result<QJsonArray> list = parseList(bytes, "a list"_L1);
        if (!list)
            return list.problem();
        PartReader reader;
        reader.readList(*list);
        if (reader.parts.isEmpty())
            return std::optional<ForeignReport>();
        if (saysNothing(reader.parts) && httpStatus < 300)
            return noneIsWell();
        return std::optional(reportOf(httpStatus, {}, reader.parts, {}, Dialect::Plain));
    }
    QString text = QString::fromUtf8(bytes.first(std::min(bytes.size(), LongestList + 1))).trimmed();
    if (text.size() >= 2 && text.startsWith(u'"') && text.endsWith(u'"'))
        text = text.sliced(1, text.size() - 2);
    return readText(httpStatus, text);
}

bool looksLikeOurs(QByteArrayView body)
{
    const JsonReader root = JsonReader::lenient(body);
    return root.has("uptime_seconds"_L1) || root.has("instance_id"_L1) || root.has("capabilities"_L1);
}

} // namespace Hephaestus
