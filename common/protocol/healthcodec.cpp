// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthcodec.h"

#include "common/base/duration.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>

#include <array>
#include <cmath>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

// ---- writing ----------------------------------------------------------------------------------------

/// Null: not known.
QJsonValue isoTime(const QDateTime &time)
{
    return time.isValid() ? QJsonValue(time.toUTC().toString(Qt::ISODateWithMs)) : QJsonValue();
}

double since(const Since &value) { return value ? wireSeconds(*value) : -1.0; }

QJsonValue textOrNull(const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); }

template <typename T>
void putIf(QJsonObject &object, QLatin1StringView key, const std::optional<T> &value)
{
    if (value)
        object[key] = QJsonValue(*value);
}

QByteArray compact(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

QJsonObject basicObject(const BasicHealth &health)
{
    QJsonObject object{
        {u"status"_s, wireName(health.status)},
        {u"uptime_seconds"_s, wireSeconds(health.uptime)},
        {u"start_time"_s, isoTime(health.startTime)},
        {u"version"_s, health.version},
        {u"service"_s, health.service},
    };
    if (!health.instanceId.isEmpty())
        object["instance_id"_L1] = health.instanceId;
    putIf(object, "pid"_L1, health.pid);
    return object;
}

QJsonObject dependencyObject(const DependencyReport &dependency)
{
    if (dependency.status == DependencyStatus::NotUsed)
        return {{u"status"_s, wireName(dependency.status)}};
    QJsonObject object = QJsonObject::fromVariantMap(dependency.details);
    object["status"_L1] = wireName(dependency.status);
    object["error"_L1] = textOrNull(dependency.error);
    object["last_success_seconds"_L1] = since(dependency.lastSuccess);
    object["last_failure_seconds"_L1] = since(dependency.lastFailure);
    object["success_count"_L1] = dependency.successCount;
    object["failure_count"_L1] = dependency.failureCount;
    return object;
}

QJsonObject resourcesObject(const Resources &resources)
{
    QJsonObject object;
    putIf(object, "open_connections"_L1, resources.openConnections);
    putIf(object, "background_tasks"_L1, resources.backgroundTasks);
    putIf(object, "in_flight_requests"_L1, resources.inFlightRequests);
    putIf(object, "open_files"_L1, resources.openFiles);
    putIf(object, "threads"_L1, resources.threads);
    putIf(object, "resident_bytes"_L1, resources.residentBytes);
    putIf(object, "cpu_seconds"_L1, resources.cpuSeconds);
    return object;
}

QJsonArray stepsArray(const QList<StepReport> &steps)
{
    QJsonArray array;
    for (const StepReport &step : steps) {
        array.append(QJsonObject{
            {u"name"_s, step.name},
            {u"outcome"_s, wireName(step.outcome)},
            {u"duration_seconds"_s, wireSeconds(step.duration)},
            {u"error"_s, textOrNull(step.error)},
        });
    }
    return array;
}

QJsonObject shutdownObject(const ShutdownProgress &progress)
{
    QJsonObject object{
        {u"mode"_s, wireName(progress.mode)},
        {u"phase"_s, progress.phase},
        {u"in_flight"_s, progress.inFlight},
        {u"steps"_s, stepsArray(progress.steps)},
    };
    if (progress.left)
        object["seconds_left"_L1] = wireSeconds(*progress.left);
    return object;
}

QJsonObject codeObject(const CodeReport &code)
{
    QJsonArray changed;
    for (const CodeChange &change : code.changed) {
        changed.append(QJsonObject{{u"path"_s, change.path}, {u"kind"_s, change.kind}, {u"change"_s, change.change}});
    }
    QJsonObject object{
        {u"verdict"_s, wireName(code.verdict)}, {u"changed"_s, changed}, {u"checked_seconds"_s, since(code.checked)}};
    if (code.more > 0)
        object["more"_L1] = code.more;
    return object;
}

// ---- reading ----------------------------------------------------------------------------------------

/// Reads the fields of one object, and keeps the first thing that was wrong. A missing or null field leaves the
/// target as it is.
class Reader
{
public:
    Reader(const QJsonObject &object, QString path, Problem &problem)
        : m_object(object)
        , m_path(std::move(path))
        , m_problem(problem)
    {
    }

    QString path(QLatin1StringView key) const { return m_path.isEmpty() ? QString(key) : m_path + u'.' + key; }
    bool has(QLatin1StringView key) const { return !value(key).isNull() && !value(key).isUndefined(); }
    QJsonValue value(QLatin1StringView key) const { return m_object.value(key); }

    void fail(QLatin1StringView key, const QString &what)
    {
        if (m_problem.what.isEmpty())
            m_problem = {path(key), what};
    }

    bool expect(QLatin1StringView key, QJsonValue::Type type, QLatin1StringView word)
    {
        if (!has(key))
            return false;
        if (value(key).type() == type)
            return true;
        fail(key, u"expected %1, found %2"_s.arg(word, typeWord(value(key).type())));
        return false;
    }

    void text(QLatin1StringView key, QString &target)
    {
        if (expect(key, QJsonValue::String, "a string"_L1))
            target = value(key).toString();
    }

    void flag(QLatin1StringView key, bool &target)
    {
        if (expect(key, QJsonValue::Bool, "true or false"_L1))
            target = value(key).toBool();
    }

    std::optional<double> number(QLatin1StringView key)
    {
        if (!expect(key, QJsonValue::Double, "a number"_L1))
            return {};
        return value(key).toDouble();
    }

    void count(QLatin1StringView key, qint64 &target)
    {
        const auto found = number(key);
        if (!found)
            return;
        // 2^53: beyond it a JSON number is no exact count.
        if (*found < 0 || *found > 9007199254740992.0 || *found != std::floor(*found))
            return fail(key, u"expected a whole number of 0 or more, found %1"_s.arg(*found));
        target = qint64(*found);
    }

    void count(QLatin1StringView key, std::optional<qint64> &target)
    {
        if (has(key)) {
            qint64 found = 0;
            count(key, found);
            target = found;
        }
    }

    void duration(QLatin1StringView key, Seconds &target)
    {
        if (const auto found = number(key))
            target = Seconds(*found);
    }

    /// Seconds since something, -1 (any negative number) for never.
    void since(QLatin1StringView key, Since &target)
    {
        if (const auto found = number(key); found && *found >= 0)
            target = Seconds(*found);
    }

    void time(QLatin1StringView key, QDateTime &target)
    {
        if (!expect(key, QJsonValue::String, "a time as a string"_L1))
            return;
        QDateTime time = QDateTime::fromString(value(key).toString(), Qt::ISODateWithMs);
        if (!time.isValid())
            return fail(key, u"expected an ISO 8601 time, found \"%1\""_s.arg(value(key).toString().left(40)));
        if (time.timeSpec() == Qt::LocalTime)
            time.setTimeZone(QTimeZone::utc()); // no zone means UTC
        target = time.toUTC();
    }

    template <typename Enum, std::size_t N>
    void word(QLatin1StringView key, Enum &target, const std::array<Enum, N> &words)
    {
        if (!expect(key, QJsonValue::String, "a string"_L1))
            return;
        const QString found = value(key).toString();
        QStringList known;
        for (const Enum candidate : words) {
            known << wireName(candidate);
            if (found == known.last()) {
                target = candidate;
                return;
            }
        }
        fail(key, u"expected one of %1, found \"%2\""_s.arg(known.join(u", "_s), found.left(40)));
    }

    Reader object(QLatin1StringView key)
    {
        expect(key, QJsonValue::Object, "an object"_L1);
        return Reader(value(key).toObject(), path(key), m_problem);
    }

    /// Calls `read(Reader)` for every element, each of which must be an object.
    template <typename Function>
    void eachObject(QLatin1StringView key, Function read)
    {
        if (!expect(key, QJsonValue::Array, "a list"_L1))
            return;
        const QJsonArray array = value(key).toArray();
        for (qsizetype i = 0; i < array.size(); ++i) {
            const QString where = u"%1[%2]"_s.arg(path(key)).arg(i);
            if (!array[i].isObject()) {
                if (m_problem.what.isEmpty())
                    m_problem = {where, u"expected an object, found %1"_s.arg(typeWord(array[i].type()))};
                return;
            }
            read(Reader(array[i].toObject(), where, m_problem));
        }
    }

    const QJsonObject &raw() const { return m_object; }

private:
    static QString typeWord(QJsonValue::Type type)
    {
        switch (type) {
        case QJsonValue::Null: return u"null"_s;
        case QJsonValue::Bool: return u"true or false"_s;
        case QJsonValue::Double: return u"a number"_s;
        case QJsonValue::String: return u"a string"_s;
        case QJsonValue::Array: return u"a list"_s;
        case QJsonValue::Object: return u"an object"_s;
        case QJsonValue::Undefined: break;
        }
        return u"nothing"_s;
    }

    QJsonObject m_object;
    QString m_path;
    Problem &m_problem;
};

constexpr std::array serviceWords{ServiceStatus::Healthy, ServiceStatus::ShuttingDown};
constexpr std::array dependencyWords{DependencyStatus::Working, DependencyStatus::Error, DependencyStatus::NotUsed};
constexpr std::array modeWords{ShutdownMode::Immediate, ShutdownMode::Scheduled, ShutdownMode::Signal,
                               ShutdownMode::Restart};
constexpr std::array outcomeWords{StepOutcome::Pending, StepOutcome::Running, StepOutcome::Ok, StepOutcome::Failed,
                                  StepOutcome::TimedOut};
constexpr std::array verdictWords{CodeVerdict::Unknown, CodeVerdict::Fresh, CodeVerdict::Stale};

void readBasic(Reader &reader, BasicHealth &health)
{
    if (!reader.has("status"_L1))
        reader.fail("status"_L1, u"missing; expected healthy or shutting_down"_s);
    reader.word("status"_L1, health.status, serviceWords);
    reader.duration("uptime_seconds"_L1, health.uptime);
    reader.time("start_time"_L1, health.startTime);
    reader.text("version"_L1, health.version);
    reader.text("service"_L1, health.service);
    reader.text("instance_id"_L1, health.instanceId);
    reader.count("pid"_L1, health.pid);
}

DependencyReport readDependency(const QString &name, Reader reader)
{
    DependencyReport report;
    report.name = name;
    reader.word("status"_L1, report.status, dependencyWords);
    reader.text("error"_L1, report.error);
    reader.since("last_success_seconds"_L1, report.lastSuccess);
    reader.since("last_failure_seconds"_L1, report.lastFailure);
    reader.count("success_count"_L1, report.successCount);
    reader.count("failure_count"_L1, report.failureCount);
    static const QStringList common{
        u"status"_s,        u"error"_s,        u"last_success_seconds"_s, u"last_failure_seconds"_s,
        u"success_count"_s, u"failure_count"_s};
    for (auto it = reader.raw().begin(); it != reader.raw().end(); ++it) {
        if (!common.contains(it.key()))
            report.details.insert(it.key(), it.value().toVariant());
    }
    return report;
}

QList<StepReport> readSteps(Reader &reader)
{
    QList<StepReport> steps;
    reader.eachObject("steps"_L1, [&](Reader item) {
        StepReport step;
        item.text("name"_L1, step.name);
        item.word("outcome"_L1, step.outcome, outcomeWords);
        item.duration("duration_seconds"_L1, step.duration);
        item.text("error"_L1, step.error);
        steps << step;
    });
    return steps;
}

void readResources(Reader reader, Resources &resources)
{
    reader.count("open_connections"_L1, resources.openConnections);
    reader.count("background_tasks"_L1, resources.backgroundTasks);
    reader.count("in_flight_requests"_L1, resources.inFlightRequests);
    reader.count("open_files"_L1, resources.openFiles);
    reader.count("threads"_L1, resources.threads);
    reader.count("resident_bytes"_L1, resources.residentBytes);
    resources.cpuSeconds = reader.number("cpu_seconds"_L1);
}

ShutdownProgress readProgress(Reader reader)
{
    ShutdownProgress progress;
    reader.word("mode"_L1, progress.mode, modeWords);
    reader.text("phase"_L1, progress.phase);
    if (const auto left = reader.number("seconds_left"_L1))
        progress.left = Seconds(*left);
    reader.count("in_flight"_L1, progress.inFlight);
    progress.steps = readSteps(reader);
    return progress;
}

CodeReport readCode(Reader reader)
{
    CodeReport code;
    reader.word("verdict"_L1, code.verdict, verdictWords);
    reader.since("checked_seconds"_L1, code.checked);
    reader.count("more"_L1, code.more);
    reader.eachObject("changed"_L1, [&](Reader item) {
        CodeChange change;
        item.text("path"_L1, change.path);
        item.text("kind"_L1, change.kind);
        item.text("change"_L1, change.change);
        code.changed << change;
    });
    return code;
}

Result<QJsonObject> parseObject(QByteArrayView json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &error);
    if (error.error != QJsonParseError::NoError)
        return Problem{u"byte %1"_s.arg(error.offset), u"not JSON: %1"_s.arg(error.errorString())};
    if (!document.isObject())
        return Problem{{}, u"expected a JSON object"_s};
    return document.object();
}

/// Parses, reads by `read(Reader &)`, and hands out what it returns unless something was wrong.
template <typename T, typename Read>
Result<T> decode(QByteArrayView json, Read read)
{
    Result<QJsonObject> object = parseObject(json);
    if (!object)
        return object.problem();
    Problem problem;
    Reader reader(*object, {}, problem);
    T value = read(reader);
    if (!problem.what.isEmpty())
        return problem;
    return value;
}

} // namespace

// ---- the public face --------------------------------------------------------------------------------

QByteArray encode(const BasicHealth &health) { return compact(basicObject(health)); }

QByteArray encode(const HealthReport &report)
{
    QJsonObject dependencies;
    for (const DependencyReport &dependency : report.dependencies)
        dependencies[dependency.name] = dependencyObject(dependency);
    QJsonObject object = basicObject(report);
    object["should_shutdown"_L1] = report.shouldShutdown;
    object["dependencies"_L1] = dependencies;
    object["resources"_L1] = resourcesObject(report.resources);
    if (!report.capabilities.isEmpty())
        object["capabilities"_L1] = QJsonArray::fromStringList(report.capabilities);
    if (report.shutdown)
        object["shutdown"_L1] = shutdownObject(*report.shutdown);
    if (report.code)
        object["code"_L1] = codeObject(*report.code);
    if (!report.process.isEmpty())
        object["process"_L1] = QJsonObject::fromVariantMap(report.process);
    return compact(object);
}

QByteArray encode(const ShutdownResult &result)
{
    QJsonObject object{
        {u"status"_s, result.complete ? u"shutdown_complete"_s : u"shutdown_incomplete"_s},
        {u"cleanup_duration_seconds"_s, wireSeconds(result.cleanupDuration)},
        {u"mode"_s, wireName(result.mode)},
        {u"steps"_s, stepsArray(result.steps)},
    };
    if (!result.shutdownId.isEmpty())
        object["shutdown_id"_L1] = result.shutdownId;
    putIf(object, "exit_code"_L1, result.exitCode);
    if (result.drain) {
        object["drain"_L1] = QJsonObject{{u"waited_seconds"_s, wireSeconds(result.drain->waited)},
                                         {u"completed"_s, result.drain->completed},
                                         {u"abandoned"_s, result.drain->abandoned}};
    }
    return compact(object);
}

QByteArray encode(const ErrorBody &error)
{
    return compact({{u"error"_s, QJsonObject{{u"code"_s, error.code}, {u"message"_s, error.message}}}});
}

QByteArray encode(const QList<CodeFile> &files)
{
    QJsonArray array;
    for (const CodeFile &file : files) {
        array.append(QJsonObject{{u"path"_s, file.path},
                                 {u"loaded"_s, file.loaded},
                                 {u"kind"_s, file.kind.isEmpty() ? QJsonValue() : QJsonValue(file.kind)}});
    }
    return compact({{u"files"_s, array}});
}

Result<QList<CodeFile>> decodeCodeFiles(QByteArrayView json)
{
    return decode<QList<CodeFile>>(json, [](Reader &reader) {
        QList<CodeFile> files;
        reader.eachObject("files"_L1, [&](Reader item) {
            CodeFile file;
            item.text("path"_L1, file.path);
            item.flag("loaded"_L1, file.loaded);
            item.text("kind"_L1, file.kind);
            files << file;
        });
        return files;
    });
}

QByteArray encodeScheduled()
{
    return compact({{u"status"_s, u"shutdown_scheduled"_s},
                    {u"should_shutdown"_s, true},
                    {u"mode"_s, wireName(ShutdownMode::Scheduled)},
                    {u"message"_s, u"Shutdown will occur after current requests complete"_s}});
}

QByteArray encodeCancelled()
{
    return compact({{u"status"_s, u"shutdown_cancelled"_s}, {u"should_shutdown"_s, false}});
}

QByteArray encodeRestartScheduled(const QString &oldInstanceId)
{
    return compact({{u"status"_s, u"restart_scheduled"_s},
                    {u"should_shutdown"_s, true},
                    {u"mode"_s, wireName(ShutdownMode::Restart)},
                    {u"instance_id"_s, oldInstanceId}});
}

Result<Acknowledgement> decodeAcknowledgement(QByteArrayView json)
{
    return decode<Acknowledgement>(json, [](Reader &reader) {
        Acknowledgement acknowledgement;
        if (!reader.has("status"_L1))
            reader.fail("status"_L1, u"missing"_s);
        reader.text("status"_L1, acknowledgement.status);
        reader.text("instance_id"_L1, acknowledgement.instanceId);
        return acknowledgement;
    });
}

Result<BasicHealth> decodeBasic(QByteArrayView json)
{
    return decode<BasicHealth>(json, [](Reader &reader) {
        BasicHealth health;
        readBasic(reader, health);
        return health;
    });
}

Result<HealthReport> decodeReport(QByteArrayView json)
{
    return decode<HealthReport>(json, [](Reader &reader) {
        HealthReport report;
        readBasic(reader, report);
        report.shouldShutdown = report.status == ServiceStatus::ShuttingDown;
        reader.flag("should_shutdown"_L1, report.shouldShutdown);
        Reader dependencies = reader.object("dependencies"_L1);
        for (auto it = dependencies.raw().begin(); it != dependencies.raw().end(); ++it) {
            const QByteArray key = it.key().toLatin1();
            if (!it.value().isNull())
                report.dependencies << readDependency(it.key(), dependencies.object(QLatin1StringView(key)));
        }
        readResources(reader.object("resources"_L1), report.resources);
        if (reader.expect("capabilities"_L1, QJsonValue::Array, "a list"_L1)) {
            const QJsonArray capabilities = reader.value("capabilities"_L1).toArray();
            for (const QJsonValue &capability : capabilities)
                report.capabilities << capability.toString();
        }
        if (reader.has("shutdown"_L1))
            report.shutdown = readProgress(reader.object("shutdown"_L1));
        if (reader.has("code"_L1))
            report.code = readCode(reader.object("code"_L1));
        if (reader.has("process"_L1))
            report.process = reader.object("process"_L1).raw().toVariantMap();
        return report;
    });
}

Result<ShutdownResult> decodeShutdownResult(QByteArrayView json)
{
    return decode<ShutdownResult>(json, [](Reader &reader) {
        ShutdownResult result;
        QString status;
        reader.text("status"_L1, status);
        if (status != "shutdown_complete"_L1 && status != "shutdown_incomplete"_L1)
            reader.fail("status"_L1,
                        u"expected shutdown_complete or shutdown_incomplete, found \"%1\""_s.arg(status.left(40)));
        result.complete = status == "shutdown_complete"_L1;
        reader.duration("cleanup_duration_seconds"_L1, result.cleanupDuration);
        reader.word("mode"_L1, result.mode, modeWords);
        reader.text("shutdown_id"_L1, result.shutdownId);
        if (const auto code = reader.number("exit_code"_L1))
            result.exitCode = int(*code);
        if (reader.has("drain"_L1)) {
            Reader drain = reader.object("drain"_L1);
            result.drain.emplace();
            drain.duration("waited_seconds"_L1, result.drain->waited);
            drain.count("completed"_L1, result.drain->completed);
            drain.count("abandoned"_L1, result.drain->abandoned);
        }
        result.steps = readSteps(reader);
        return result;
    });
}

Result<ErrorBody> decodeError(QByteArrayView json)
{
    return decode<ErrorBody>(json, [](Reader &reader) {
        ErrorBody body;
        if (!reader.has("error"_L1))
            reader.fail("error"_L1, u"missing"_s);
        Reader error = reader.object("error"_L1);
        error.text("code"_L1, body.code);
        error.text("message"_L1, body.message);
        return body;
    });
}

Result<std::optional<Seconds>> decodeScheduleRequest(QByteArrayView json)
{
    if (json.trimmed().isEmpty())
        return std::optional<Seconds>();
    return decode<std::optional<Seconds>>(json, [](Reader &reader) -> std::optional<Seconds> {
        const auto delay = reader.number("delay_seconds"_L1);
        if (!delay)
            return {};
        if (!(*delay >= 0 && *delay <= 86'400))
            reader.fail("delay_seconds"_L1, u"expected a number from 0 to 86400, found %1"_s.arg(*delay));
        return Seconds(*delay);
    });
}

QByteArray encodeScheduleRequest(std::optional<Seconds> delay)
{
    QJsonObject object;
    if (delay)
        object["delay_seconds"_L1] = delay->count();
    return compact(object);
}

QByteArray encodeLogLine(const QDateTime &time, const QString &level, const QString &category, const QString &message)
{
    return compact({{u"timestamp"_s, isoTime(time)},
                    {u"level"_s, level},
                    {u"category"_s, category},
                    {u"message"_s, message}})
        + '\n';
}

QByteArray indentJson(QByteArrayView json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toByteArray());
    return document.isNull() ? json.toByteArray() : document.toJson(QJsonDocument::Indented);
}

} // namespace Hephaestus
