// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/metrics.h"

#include "server/core/serverstate.h"

#include <QLocale>

#include <algorithm>

namespace Hephaestus {
namespace {

using Labels = QList<std::pair<const char *, QString>>;

/// Writes families one after the other: a HELP and a TYPE line, then a line a sample.
class Exposition
{
public:
    void family(const char *name, const char *type, const char *help)
    {
        m_name = name;
        m_text += QByteArray("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
    }

    void sample(double value, const Labels &labels = {})
    {
        m_text += m_name;
        if (!labels.isEmpty()) {
            char before = '{';
            for (const auto &[name, content] : labels) {
                m_text += std::exchange(before, ',');
                m_text += QByteArray(name) + "=\"" + escaped(content) + '"';
            }
            m_text += '}';
        }
        m_text += ' ' + QByteArray::number(value, 'g', QLocale::FloatingPointShortest) + '\n';
    }

    /// A family of one sample, if there is a value.
    template <typename T>
    void gauge(const char *name, const char *help, const std::optional<T> &value, const char *type = "gauge")
    {
        if (!value)
            return;
        family(name, type, help);
        sample(double(*value));
    }

    QByteArray text() const { return m_text; }

private:
    static QByteArray escaped(const QString &content)
    {
        QByteArray bytes = content.toUtf8();
        bytes.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        return bytes;
    }

    QByteArray m_name;
    QByteArray m_text;
};

/// Of a service itself, or with a label of a wrapped program with its family and of its wrapper.
void writeProcess(Exposition &out, const HealthReport &report)
{
    const Resources &program = report.resources;
    const Wrapper wrapper = report.process ? report.process->wrapper.value_or(Wrapper()) : Wrapper();
    const auto write = [&](const char *name, const char *type, const char *help, const auto &ofProgram,
                           const auto &ofWrapper) {
        if (!ofProgram && !ofWrapper)
            return;
        out.family(name, type, help);
        if (!report.process)
            return out.sample(double(*ofProgram));
        if (ofProgram)
            out.sample(double(*ofProgram), {{"process", QStringLiteral("program")}});
        if (ofWrapper)
            out.sample(double(*ofWrapper), {{"process", QStringLiteral("wrapper")}});
    };
    constexpr std::optional<qint64> unknown;
    write("process_open_fds", "gauge", "Number of open file descriptors.", program.openFiles, unknown);
    write("process_threads", "gauge", "Number of OS threads.", program.threads, unknown);
    write("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", program.residentBytes,
          wrapper.residentBytes);
    write("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
          program.cpuSeconds, wrapper.cpuSeconds);
    out.gauge("hephaestus_memory_peak_bytes", "The most memory that the program's control group ever held.",
              program.peakBytes);
    out.gauge("hephaestus_oom_kills_total", "Processes of the control group ended by the kernel for want of memory.",
              program.oomKills, "counter");
}

void writeDependencies(Exposition &out, const HealthReport &report, const std::vector<Dependency *> &dependencies)
{
    out.family("hephaestus_dependency_operations_total", "counter",
               "Operations on a dependency, real calls and checks together.");
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        const std::pair<const char *, QString> name{"dependency", dependency.name};
        out.sample(double(dependency.successCount), {name, {"result", QStringLiteral("success")}});
        out.sample(double(dependency.failureCount), {name, {"result", QStringLiteral("failure")}});
    }
    out.family("hephaestus_dependency_up", "gauge", "Whether the latest operation on a dependency succeeded.");
    const auto isUnknown = [&dependencies](const QString &name) {
        return std::any_of(dependencies.begin(), dependencies.end(), [&name](const Dependency *one) {
            return one->name() == name && one->isUsed() && !one->isKnown();
        });
    };
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status != DependencyStatus::NotUsed && !isUnknown(dependency.name))
            out.sample(dependency.status == DependencyStatus::Working, {{"dependency", dependency.name}});
    }
    out.family("hephaestus_dependency_last_success_age_seconds", "gauge",
               "Time since the last success of a dependency.");
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.lastSuccess)
            out.sample(dependency.lastSuccess->count(), {{"dependency", dependency.name}});
    }
    out.family("hephaestus_dependency_check_duration_seconds", "gauge",
               "How long the last check of a dependency took.");
    for (const Dependency *dependency : dependencies) {
        if (const auto duration = dependency->lastCheckDuration(); duration && dependency->isUsed())
            out.sample(duration->count(), {{"dependency", dependency->name()}});
    }
}

void writeProcess(Exposition &out, const WrappedProcess &process)
{
    out.gauge("hephaestus_process_restarts_total", "How often the wrapped program was started again.",
              std::optional(process.restarts), "counter");
    out.family("hephaestus_process_state", "gauge", "1 for what the wrapped program is in, 0 for everything else.");
    for (const ProcessState state : AllProcessStates)
        out.sample(process.state == state, {{"state", wireName(state)}});
}

} // namespace

QByteArray prometheusText(const ServerState &state, const QMap<QByteArray, qint64> &refusals)
{
    const HealthReport report = state.report();
    Exposition out;
    out.family("hephaestus_service_info", "gauge", "What runs here; always 1.");
    out.sample(1, {{"service", report.service}, {"version", report.version}, {"instance_id", report.instanceId}});
    out.gauge("hephaestus_start_time_seconds", "When the service started, in Unix time.",
              std::optional(double(report.startTime.toMSecsSinceEpoch()) / 1000.0));
    out.gauge("hephaestus_uptime_seconds", "How long it has been running.", std::optional(report.uptime.count()));
    out.gauge("hephaestus_shutting_down", "1 from the moment a shutdown is asked for.",
              std::optional(int(report.shouldShutdown)));
    out.gauge("hephaestus_ready", "1 if it serves, as /health/ready says.", std::optional(int(*report.ready)));
    if (report.process)
        writeProcess(out, *report.process);
    out.gauge("hephaestus_in_flight_requests", "Requests accepted and not yet answered.",
              report.resources.inFlightRequests);
    out.gauge("hephaestus_open_connections", "Connections open to this service.", report.resources.openConnections);
    out.gauge("hephaestus_background_tasks", "Running tasks of the service.", report.resources.backgroundTasks);
    writeProcess(out, report);
    if (report.code && report.code->verdict != CodeVerdict::Unknown)
        out.gauge("hephaestus_code_stale", "1 if this process runs other code than is on disk.",
                  std::optional(int(report.code->verdict == CodeVerdict::Stale)));
    writeDependencies(out, report, state.dependencies());
    out.family("hephaestus_refused_requests_total", "counter", "Requests refused, by reason.");
    for (auto it = refusals.begin(); it != refusals.end(); ++it)
        out.sample(double(it.value()), {{"reason", QString::fromLatin1(it.key())}});
    return out.text();
}

} // namespace Hephaestus
