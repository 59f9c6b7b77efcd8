// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthcodec.h"

#include "common/base/duration.h"
#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

#include <algorithm>

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

void putIf(QJsonObject &object, QLatin1StringView key, const QString &text)
{
    if (!text.isEmpty())
        object[key] = text;
}

template <typename T>
QJsonValue numberOrNull(const std::optional<T> &number)
{
    return number ? QJsonValue(*number) : QJsonValue();
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
    putIf(object, "peak_bytes"_L1, resources.peakBytes);
    putIf(object, "oom_kills"_L1, resources.oomKills);
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
        QJsonObject entry{{u"path"_s, change.path}, {u"kind"_s, change.kind}, {u"change"_s, change.change}};
        if (!change.pids.isEmpty()) {
            QJsonArray pids;
            for (const qint64 pid : change.pids)
                pids.append(pid);
            entry["pids"_L1] = pids;
        }
        changed.append(entry);
    }
    QJsonObject object{
        {u"verdict"_s, wireName(code.verdict)}, {u"changed"_s, changed}, {u"checked_seconds"_s, since(code.checked)}};
    if (code.more > 0)
        object["more"_L1] = code.more;
    if (!code.reasons.isEmpty())
        object["reasons"_L1] = QJsonArray::fromStringList(code.reasons);
    if (code.coverage != CodeCoverage())
        object["coverage"_L1] = QJsonObject{
            {u"processes"_s, code.coverage.processes},      {u"executable"_s, code.coverage.executables},
            {u"libraries"_s, code.coverage.libraries},      {u"modules"_s, code.coverage.modules},
            {u"watched"_s, code.coverage.watched},          {u"configuration"_s, code.coverage.configuration},
            {u"polled_directories"_s, code.coverage.polled}};
    if (code.buildIds != BuildIds())
        object["build_id"_L1] = QJsonObject{{u"running"_s, textOrNull(code.buildIds.running)},
                                            {u"on_disk"_s, textOrNull(code.buildIds.onDisk)}};
    return object;
}

/// A reader of the contract knows a suspended program as one that runs.
QString stateOnWire(const WrappedProcess &process)
{
    return process.state == ProcessState::Suspended ? wireName(ProcessState::Running) : process.state.text();
}

QJsonObject processObject(const WrappedProcess &process)
{
    QJsonObject object{
        {u"command"_s, QJsonArray::fromStringList(process.command)},
        {u"pid"_s, numberOrNull(process.pid)},
        {u"state"_s, stateOnWire(process)},
        {u"exit_code"_s, numberOrNull(process.exitCode)},
        {u"signal"_s, textOrNull(process.signal)},
        {u"restarts"_s, process.restarts},
        {u"output_lines"_s, process.outputLines},
    };
    if (process.state == ProcessState::Suspended)
        object["suspended"_L1] = true;
    putIf(object, "ready"_L1, process.ready);
    putIf(object, "error"_L1, process.error);
    if (!process.sockets.isEmpty())
        object["sockets"_L1] = QJsonArray::fromStringList(process.sockets);
    putIf(object, "log_file"_L1, process.logFile);
    putIf(object, "log_error"_L1, process.logError);
    if (process.overlap)
        object["overlap"_L1] = true;
    if (process.startTimeout)
        object["start_timeout_seconds"_L1] = wireSeconds(*process.startTimeout);
    if (process.successor) {
        object["successor"_L1] = QJsonObject{{u"pid"_s, numberOrNull(process.successor->pid)},
                                             {u"state"_s, process.successor->state.text()}};
    }
    putIf(object, "restart_error"_L1, process.restartError);
    if (process.wrapper) {
        QJsonObject wrapper;
        putIf(wrapper, "pid"_L1, process.wrapper->pid);
        putIf(wrapper, "resident_bytes"_L1, process.wrapper->residentBytes);
        putIf(wrapper, "cpu_seconds"_L1, process.wrapper->cpuSeconds);
        object["wrapper"_L1] = wrapper;
    }
    return object;
}

// ---- reading ----------------------------------------------------------------------------------------

void readBasic(const JsonReader &reader, BasicHealth &health)
{
    reader.require("status"_L1, "healthy or shutting_down"_L1);
    reader.word("status"_L1, health.status, AllServiceStatuses);
    reader.duration("uptime_seconds"_L1, health.uptime);
    reader.time("start_time"_L1, health.startTime);
    reader.text("version"_L1, health.version);
    reader.text("service"_L1, health.service);
    reader.text("instance_id"_L1, health.instanceId);
    reader.count("pid"_L1, health.pid);
}

DependencyReport readDependency(const QString &name, const JsonReader &reader)
{
    DependencyReport report;
    report.name = name;
    reader.word("status"_L1, report.status, AllDependencyStatuses);
    reader.text("error"_L1, report.error);
    if (report.status == DependencyStatus::Error && report.error == NotCheckedYet)
        report.status = DependencyStatus::Unknown;
    reader.since("last_success_seconds"_L1, report.lastSuccess);
    reader.since("last_failure_seconds"_L1, report.lastFailure);
    reader.count("success_count"_L1, report.successCount);
    reader.count("failure_count"_L1, report.failureCount);
    constexpr std::array common{
        "status"_L1,        "error"_L1,        "last_success_seconds"_L1, "last_failure_seconds"_L1,
        "success_count"_L1, "failure_count"_L1};
    for (auto it = reader.fields().begin(); it != reader.fields().end(); ++it) {
        if (const QString key = it.key(); std::find(common.begin(), common.end(), key) == common.end())
            report.details.insert(key, it.value().toVariant());
    }
    return report;
}

QList<StepReport> readSteps(const JsonReader &reader)
{
    QList<StepReport> steps;
    reader.eachObject("steps"_L1, [&](const JsonReader &item) {
        StepReport step;
        item.text("name"_L1, step.name);
        item.word("outcome"_L1, step.outcome, AllStepOutcomes);
        item.duration("duration_seconds"_L1, step.duration);
        item.text("error"_L1, step.error);
        steps << step;
    });
    return steps;
}

void readResources(const JsonReader &reader, Resources &resources)
{
    reader.count("open_connections"_L1, resources.openConnections);
    reader.count("background_tasks"_L1, resources.backgroundTasks);
    reader.count("in_flight_requests"_L1, resources.inFlightRequests);
    reader.count("open_files"_L1, resources.openFiles);
    reader.count("threads"_L1, resources.threads);
    reader.count("resident_bytes"_L1, resources.residentBytes);
    resources.cpuSeconds = reader.number("cpu_seconds"_L1);
    reader.count("peak_bytes"_L1, resources.peakBytes);
    reader.count("oom_kills"_L1, resources.oomKills);
}

ShutdownProgress readProgress(const JsonReader &reader)
{
    ShutdownProgress progress;
    reader.word("mode"_L1, progress.mode, AllShutdownModes);
    reader.text("phase"_L1, progress.phase);
    if (const auto left = reader.number("seconds_left"_L1))
        progress.left = Seconds(*left);
    reader.count("in_flight"_L1, progress.inFlight);
    progress.steps = readSteps(reader);
    return progress;
}

CodeReport readCode(const JsonReader &reader)
{
    CodeReport code;
    reader.word("verdict"_L1, code.verdict, AllCodeVerdicts);
    reader.since("checked_seconds"_L1, code.checked);
    reader.count("more"_L1, code.more);
    reader.eachObject("changed"_L1, [&](const JsonReader &item) {
        CodeChange change;
        item.text("path"_L1, change.path);
        item.text("kind"_L1, change.kind);
        item.text("change"_L1, change.change);
        for (const QJsonValue &pid : item.list("pids"_L1))
            change.pids << pid.toInteger();
        code.changed << change;
    });
    reader.texts("reasons"_L1, code.reasons);
    if (code.verdict == CodeVerdict::Fresh && !code.changed.isEmpty()) {
        code.verdict = CodeVerdict::Unknown;
        code.reasons << u"it says fresh, and names what has changed"_s;
    }
    const JsonReader coverage = reader.object("coverage"_L1);
    coverage.count("processes"_L1, code.coverage.processes);
    coverage.count("executable"_L1, code.coverage.executables);
    coverage.count("libraries"_L1, code.coverage.libraries);
    coverage.count("modules"_L1, code.coverage.modules);
    coverage.count("watched"_L1, code.coverage.watched);
    coverage.count("configuration"_L1, code.coverage.configuration);
    coverage.count("polled_directories"_L1, code.coverage.polled);
    const JsonReader buildIds = reader.object("build_id"_L1);
    buildIds.text("running"_L1, code.buildIds.running);
    buildIds.text("on_disk"_L1, code.buildIds.onDisk);
    return code;
}

/// With the words of wrappers up to 0.2: `exited` for `ended`, and `suspended` as a state of its own.
WireWord<ProcessState> readState(const JsonReader &reader)
{
    WireWord<ProcessState> state = ProcessState::Starting;
    reader.word("state"_L1, state, AllProcessStates);
    bool suspended = false;
    reader.flag("suspended"_L1, suspended);
    if (suspended && state == ProcessState::Running)
        return ProcessState::Suspended;
    return state.text() == "exited"_L1 ? WireWord(ProcessState::Ended) : state;
}

/// An absurd one stays absurd, and defined.
std::optional<int> readExitCode(const JsonReader &reader)
{
    const auto code = reader.number("exit_code"_L1);
    return code ? std::optional(int(std::clamp(*code, -1e6, 1e6))) : std::nullopt;
}

WrappedProcess readProcess(const JsonReader &reader)
{
    WrappedProcess process;
    reader.texts("command"_L1, process.command);
    reader.count("pid"_L1, process.pid);
    process.state = readState(reader);
    process.exitCode = readExitCode(reader);
    reader.text("signal"_L1, process.signal);
    reader.count("restarts"_L1, process.restarts);
    reader.count("output_lines"_L1, process.outputLines);
    if (reader.has("ready"_L1))
        reader.flag("ready"_L1, process.ready.emplace());
    reader.text("error"_L1, process.error);
    reader.texts("sockets"_L1, process.sockets);
    reader.text("log_file"_L1, process.logFile);
    reader.text("log_error"_L1, process.logError);
    reader.flag("overlap"_L1, process.overlap);
    if (reader.has("start_timeout_seconds"_L1))
        reader.duration("start_timeout_seconds"_L1, process.startTimeout.emplace());
    if (reader.has("successor"_L1)) {
        const JsonReader successor = reader.object("successor"_L1);
        successor.count("pid"_L1, process.successor.emplace().pid);
        successor.word("state"_L1, process.successor->state, AllSuccessorStates);
    }
    reader.text("restart_error"_L1, process.restartError);
    if (reader.has("wrapper"_L1)) {
        const JsonReader wrapper = reader.object("wrapper"_L1);
        wrapper.count("pid"_L1, process.wrapper.emplace().pid);
        wrapper.count("resident_bytes"_L1, process.wrapper->residentBytes);
        process.wrapper->cpuSeconds = wrapper.number("cpu_seconds"_L1);
    }
    return process;
}

QJsonObject identityObject(const ServiceIdentity &identity)
{
    QJsonObject object;
    const std::pair<QLatin1StringView, QString> texts[] = {{"directory"_L1, identity.directory},
                                                           {"worktree"_L1, identity.worktree},
                                                           {"branch"_L1, identity.branch},
                                                           {"commit"_L1, identity.commit},
                                                           {"user"_L1, identity.user}};
    for (const auto &[key, text] : texts) {
        if (!text.isEmpty())
            object[key] = text;
    }
    if (identity.dirty)
        object["dirty"_L1] = *identity.dirty;
    return object;
}

ServiceIdentity readIdentity(const JsonReader &reader)
{
    ServiceIdentity identity;
    reader.text("directory"_L1, identity.directory);
    reader.text("worktree"_L1, identity.worktree);
    reader.text("branch"_L1, identity.branch);
    reader.text("commit"_L1, identity.commit);
    reader.text("user"_L1, identity.user);
    if (reader.has("dirty"_L1))
        reader.flag("dirty"_L1, identity.dirty.emplace());
    return identity;
}

} // namespace

// ---- the public face --------------------------------------------------------------------------------

QByteArray encode(const BasicHealth &health) { return compact(basicObject(health)); }

QByteArray encodeNotReady(const BasicHealth &health, const QString &why)
{
    QJsonObject object = basicObject(health);
    object["error"_L1] = QJsonObject{{u"code"_s, u"not_ready"_s}, {u"message"_s, why}};
    return compact(object);
}

QByteArray encode(const HealthReport &report)
{
    QJsonObject dependencies;
    for (const DependencyReport &dependency : report.dependencies)
        dependencies[dependency.name] = dependencyObject(dependency);
    QJsonObject object = basicObject(report);
    object["should_shutdown"_L1] = report.shouldShutdown;
    putIf(object, "ready"_L1, report.ready);
    object["dependencies"_L1] = dependencies;
    object["resources"_L1] = resourcesObject(report.resources);
    if (!report.capabilities.isEmpty())
        object["capabilities"_L1] = QJsonArray::fromStringList(report.capabilities);
    if (!report.implementation.isEmpty())
        object["implementation"_L1] = report.implementation;
    if (report.shutdown)
        object["shutdown"_L1] = shutdownObject(*report.shutdown);
    if (report.code)
        object["code"_L1] = codeObject(*report.code);
    if (report.process)
        object["process"_L1] = processObject(*report.process);
    if (report.identity)
        object["identity"_L1] = identityObject(*report.identity);
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
    return decodeObject(json, [](const JsonReader &reader) {
        QList<CodeFile> files;
        reader.eachObject("files"_L1, [&](const JsonReader &item) {
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
    return decodeObject(json, [](const JsonReader &reader) {
        Acknowledgement acknowledgement;
        reader.require("status"_L1, "a string"_L1);
        reader.text("status"_L1, acknowledgement.status);
        reader.text("instance_id"_L1, acknowledgement.instanceId);
        return acknowledgement;
    });
}

Result<BasicHealth> decodeBasic(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        BasicHealth health;
        readBasic(reader, health);
        return health;
    });
}

Result<HealthReport> decodeReport(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        HealthReport report;
        readBasic(reader, report);
        report.shouldShutdown = report.status == ServiceStatus::ShuttingDown;
        reader.flag("should_shutdown"_L1, report.shouldShutdown);
        if (reader.has("ready"_L1))
            reader.flag("ready"_L1, report.ready.emplace());
        reader.object("dependencies"_L1).eachField([&](const QString &name, const JsonReader &dependency) {
            report.dependencies << readDependency(name, dependency);
        });
        readResources(reader.object("resources"_L1), report.resources);
        reader.texts("capabilities"_L1, report.capabilities);
        reader.text("implementation"_L1, report.implementation);
        if (reader.has("shutdown"_L1))
            report.shutdown = readProgress(reader.object("shutdown"_L1));
        if (reader.has("code"_L1))
            report.code = readCode(reader.object("code"_L1));
        if (reader.has("process"_L1))
            report.process = readProcess(reader.object("process"_L1));
        if (reader.has("identity"_L1))
            report.identity = readIdentity(reader.object("identity"_L1));
        return report;
    });
}

Result<ShutdownResult> decodeShutdownResult(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        ShutdownResult result;
        QString status;
        reader.text("status"_L1, status);
        if (status != "shutdown_complete"_L1 && status != "shutdown_incomplete"_L1)
            reader.fail("status"_L1,
                        u"expected shutdown_complete or shutdown_incomplete, found \"%1\""_s.arg(status.left(40)));
        result.complete = status == "shutdown_complete"_L1;
        reader.duration("cleanup_duration_seconds"_L1, result.cleanupDuration);
        reader.word("mode"_L1, result.mode, AllShutdownModes);
        reader.text("shutdown_id"_L1, result.shutdownId);
        result.exitCode = readExitCode(reader);
        if (reader.has("drain"_L1)) {
            const JsonReader drain = reader.object("drain"_L1);
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
    return decodeObject(json, [](const JsonReader &reader) {
        ErrorBody body;
        reader.require("error"_L1, "an object"_L1);
        const JsonReader error = reader.object("error"_L1);
        error.text("code"_L1, body.code);
        error.text("message"_L1, body.message);
        return body;
    });
}

Result<std::optional<Seconds>> decodeScheduleRequest(QByteArrayView json)
{
    if (json.trimmed().isEmpty())
        return std::optional<Seconds>();
    return decodeObject(json, [](const JsonReader &reader) -> std::optional<Seconds> {
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
