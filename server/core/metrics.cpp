// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/metrics.h"

#include "server/core/serverstate.h"

#include <QLocale>

#include <algorithm>

namespace Hephaestus {
namespace {

using Labels = QList<std::pair<const char *, QString>>;

enum class MetricType { Gauge, Counter, Histogram, Info };

/// A counter's samples end so; OpenMetrics names its family without.
constexpr QByteArrayView CounterEnd("_total");
constexpr QByteArrayView InfoEnd("_info");

/// Dependencies with a histogram each: a program that names one for every customer must not fill Prometheus.
constexpr qsizetype MostHistograms = 50;

/// Writes families one after the other: its HELP and TYPE lines, then a line a sample.
class Exposition
{
public:
    /// `began`: since when the service counts.
    Exposition(MetricsFormat format, const QDateTime &began) : m_format(format), m_began(began) {}

    /// `name`: of its samples.
    void family(QByteArrayView name, MetricType type, const char *help)
    {
        m_name = name.toByteArray();
        m_type = type;
        m_family = m_name;
        const bool isOpen = m_format == MetricsFormat::OpenMetrics;
        if (isOpen && type == MetricType::Counter)
            m_family.chop(CounterEnd.size());
        else if (isOpen && type == MetricType::Info)
            m_family.chop(InfoEnd.size());
        m_text += "# HELP " + m_family + ' ' + help + "\n# TYPE " + m_family + ' ' + typeName() + '\n';
    }

    /// `isOurs`: of a counter, the service itself counts; false: when it began is not known.
    void sample(double value, const Labels &labels = {}, bool isOurs = true)
    {
        line(m_name, value, labels);
        if (m_type == MetricType::Counter && isOurs)
            created(labels);
    }

    /// The samples of a histogram for one set of labels.
    void histogram(const DurationHistogram &durations, const Labels &labels)
    {
        qint64 count = 0;
        for (size_t i = 0; i < durations.counts.size(); ++i) {
            count += durations.counts[i];
            const bool isLast = i == DurationHistogram::Bounds.size();
            const QString bound =
                isLast ? QStringLiteral("+Inf") : QString::fromLatin1(number(DurationHistogram::Bounds[i].count()));
            line(m_name + "_bucket", double(count), Labels(labels) << std::pair("le", bound));
        }
        line(m_name + "_sum", durations.sum.count(), labels);
        line(m_name + "_count", double(count), labels);
        created(labels);
    }

    /// A family of one sample, if there is a value.
    template <typename T>
    void single(const char *name, const char *help, const std::optional<T> &value, MetricType type = MetricType::Gauge,
                bool isOurs = true)
    {
        if (!value)
            return;
        family(name, type, help);
        sample(double(*value), {}, isOurs);
    }

    QByteArray text() const { return m_format == MetricsFormat::OpenMetrics ? m_text + "# EOF\n" : m_text; }

private:
    /// Prometheus' text format has no type for what only carries labels.
    const char *typeName() const
    {
        switch (m_type) {
        case MetricType::Gauge: return "gauge";
        case MetricType::Counter: return "counter";
        case MetricType::Histogram: return "histogram";
        case MetricType::Info: return m_format == MetricsFormat::OpenMetrics ? "info" : "gauge";
        }
        return "unknown";
    }

    void created(const Labels &labels)
    {
        if (m_format == MetricsFormat::OpenMetrics)
            line(m_family + "_created", double(m_began.toMSecsSinceEpoch()) / 1000.0, labels);
    }

    /// With a point, so that `le` is the same in both formats (OpenMetrics wants a float there).
    static QByteArray number(double value)
    {
        QByteArray text = QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
        return text.contains('.') || text.contains('e') ? text : text + ".0";
    }

    void line(const QByteArray &name, double value, const Labels &labels)
    {
        m_text += name;
        if (!labels.isEmpty()) {
            char before = '{';
            for (const auto &[label, content] : labels) {
                m_text += std::exchange(before, ',');
                m_text += QByteArray(label) + "=\"" + escaped(content) + '"';
            }
            m_text += '}';
        }
        m_text += ' ' + QByteArray::number(value, 'g', QLocale::FloatingPointShortest) + '\n';
    }

    static QByteArray escaped(const QString &content)
    {
        QByteArray bytes = content.toUtf8();
        bytes.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        return bytes;
    }

    const MetricsFormat m_format;
    const QDateTime m_began;
    QByteArray m_name;
    QByteArray m_family;
    MetricType m_type = MetricType::Gauge;
    QByteArray m_text;
};

/// Of a service itself, or with a label of a wrapped program with its family and of its wrapper.
void writeProcess(Exposition &out, const HealthReport &report)
{
    const Resources &program = report.resources;
    const Wrapper wrapper = report.process ? report.process->wrapper.value_or(Wrapper()) : Wrapper();
    const auto write = [&](const char *name, MetricType type, const char *help, const auto &ofProgram,
                           const auto &ofWrapper) {
        if (!ofProgram && !ofWrapper)
            return;
        out.family(name, type, help);
        if (!report.process)
            return out.sample(double(*ofProgram), {}, false);
        if (ofProgram)
            out.sample(double(*ofProgram), {{"process", QStringLiteral("program")}}, false);
        if (ofWrapper)
            out.sample(double(*ofWrapper), {{"process", QStringLiteral("wrapper")}}, false);
    };
    constexpr std::optional<qint64> unknown;
    write("process_open_fds", MetricType::Gauge, "Number of open file descriptors.", program.openFiles, unknown);
    write("process_threads", MetricType::Gauge, "Number of OS threads.", program.threads, unknown);
    write("process_resident_memory_bytes", MetricType::Gauge, "Resident memory size in bytes.", program.residentBytes,
          wrapper.residentBytes);
    write("process_cpu_seconds_total", MetricType::Counter, "Total user and system CPU time spent in seconds.",
          program.cpuSeconds, wrapper.cpuSeconds);
    out.single("hephaestus_memory_peak_bytes", "The most memory that the program's control group ever held.",
               program.peakBytes);
    out.single("hephaestus_oom_kills_total", "Processes of the control group ended by the kernel for want of memory.",
               program.oomKills, MetricType::Counter, false);
}

void writeDependencies(Exposition &out, const HealthReport &report, const std::vector<Dependency *> &dependencies)
{
    out.family("hephaestus_dependency_operations_total", MetricType::Counter,
               "Operations on a dependency, real calls and checks together.");
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        const std::pair<const char *, QString> name{"dependency", dependency.name};
        const bool isOurs = std::ranges::any_of(
            dependencies, [&](const Dependency *one) { return one->name() == dependency.name && one->isUsed(); });
        out.sample(double(dependency.successCount), {name, {"result", QStringLiteral("success")}}, isOurs);
        out.sample(double(dependency.failureCount), {name, {"result", QStringLiteral("failure")}}, isOurs);
    }
    out.family("hephaestus_dependency_up", MetricType::Gauge,
               "Whether the latest operation on a dependency succeeded.");
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::Working || dependency.status == DependencyStatus::Error)
            out.sample(dependency.status == DependencyStatus::Working, {{"dependency", dependency.name}});
    }
    out.family("hephaestus_dependency_last_success_age_seconds", MetricType::Gauge,
               "Time since the last success of a dependency.");
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.lastSuccess)
            out.sample(dependency.lastSuccess->count(), {{"dependency", dependency.name}});
    }
    out.family("hephaestus_dependency_check_duration_seconds", MetricType::Gauge,
               "How long the last check of a dependency took.");
    for (const Dependency *dependency : dependencies) {
        if (const auto duration = dependency->lastCheckDuration(); duration && dependency->isUsed())
            out.sample(duration->count(), {{"dependency", dependency->name()}});
    }
    out.family("hephaestus_dependency_duration_seconds", MetricType::Histogram,
               "How long operations on a dependency took, of those that were timed.");
    qsizetype histograms = 0;
    for (const Dependency *dependency : dependencies) {
        if (dependency->isUsed() && histograms++ < MostHistograms)
            out.histogram(dependency->durations(), {{"dependency", dependency->name()}});
    }
}

/// What is built in, and where it was started from.
void writeBuild(Exposition &out, const HealthReport &report)
{
    const ServiceIdentity identity = report.identity.value_or(ServiceIdentity());
    out.family("hephaestus_build_info", MetricType::Info, "Which code this is; always 1.");
    out.sample(1, {{"version", report.version}, {"commit", identity.commit}, {"worktree", identity.worktree}});
}

void writeCode(Exposition &out, const CodeReport &code)
{
    out.family("hephaestus_code_verdict", MetricType::Gauge,
               "1 for how what this process loaded compares with what is on disk, 0 for everything else.");
    for (const CodeVerdict verdict : AllCodeVerdicts)
        out.sample(code.verdict == verdict, {{"verdict", wireName(verdict)}});
    if (code.verdict != CodeVerdict::Unknown)
        out.single("hephaestus_code_stale", "1 if this process runs other code than is on disk.",
                   std::optional(int(code.verdict == CodeVerdict::Stale)));
}

void writeProcess(Exposition &out, const WrappedProcess &process, const QMap<QString, qint64> &deaths)
{
    out.single("hephaestus_process_restarts_total", "How often the wrapped program was started again.",
               std::optional(process.restarts), MetricType::Counter);
    out.family("hephaestus_process_state", MetricType::Gauge,
               "1 for what the wrapped program is in, 0 for everything else.");
    for (const ProcessState state : AllProcessStates)
        out.sample(process.state == state, {{"state", wireName(state)}});
    out.family("hephaestus_process_deaths_total", MetricType::Counter,
               "Ends of the wrapped program that nobody asked for, by reason.");
    for (auto it = deaths.begin(); it != deaths.end(); ++it)
        out.sample(double(it.value()), {{"reason", it.key()}});
}

} // namespace

const char *mediaType(MetricsFormat format)
{
    return format == MetricsFormat::OpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                : "text/plain; version=0.0.4; charset=utf-8";
}

QByteArray metricsText(const ServerState &state, MetricsFormat format, const QMap<QByteArray, qint64> &refusals)
{
    const HealthReport report = state.report();
    Exposition out(format, report.startTime);
    out.family("hephaestus_service_info", MetricType::Info, "What runs here; always 1.");
    out.sample(1, {{"service", report.service}, {"version", report.version}, {"instance_id", report.instanceId}});
    writeBuild(out, report);
    out.single("hephaestus_start_time_seconds", "When the service started, in Unix time.",
               std::optional(double(report.startTime.toMSecsSinceEpoch()) / 1000.0));
    out.single("hephaestus_uptime_seconds", "How long it has been running.", std::optional(report.uptime.count()));
    out.single("hephaestus_shutting_down", "1 from the moment a shutdown is asked for.",
               std::optional(int(report.shouldShutdown)));
    out.single("hephaestus_ready", "1 if it serves, as /health/ready says.", std::optional(int(*report.ready)));
    if (report.process)
        writeProcess(out, *report.process, state.deaths());
    if (const std::optional<Seconds> drained = state.drained())
        out.single("hephaestus_drain_seconds", "How long the drain of a shutdown has lasted, or did.",
                   std::optional(drained->count()));
    out.single("hephaestus_in_flight_requests", "Requests accepted and not yet answered.",
               report.resources.inFlightRequests);
    out.single("hephaestus_open_connections", "Connections open to this service.", report.resources.openConnections);
    out.single("hephaestus_background_tasks", "Running tasks of the service.", report.resources.backgroundTasks);
    writeProcess(out, report);
    if (report.code)
        writeCode(out, *report.code);
    writeDependencies(out, report, state.dependencies());
    out.family("hephaestus_refused_requests_total", MetricType::Counter, "Requests refused, by reason.");
    for (auto it = refusals.begin(); it != refusals.end(); ++it)
        out.sample(double(it.value()), {{"reason", QString::fromLatin1(it.key())}});
    return out.text();
}

} // namespace Hephaestus
