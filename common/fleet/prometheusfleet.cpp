// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusfleet.h"

#include "common/client/httpconnection.h"

#include <QDateTime>
#include <QTimeZone>
#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype LargestAnswer = 64 * 1024 * 1024; ///< the targets of a fleet of tens of thousands
constexpr qsizetype TargetsAtATime = 100;             ///< of one query
constexpr auto Patience = 30s;
constexpr auto Job = "hephaestus"_L1; ///< of resources/prometheus: known to be ours even when it never answered

const QString MetricNames =
    u"hephaestus_(service_info|ready|process_state|process_restarts_total|start_time_seconds|uptime_seconds|shutting_"
    u"down|in_flight_requests|open_connections|"
    "background_tasks|code_stale|dependency_up|dependency_operations_total|dependency_last_success_age_seconds)"
    "|process_(open_fds|threads|resident_memory_bytes|cpu_seconds_total)"_s;
const QString Metrics = u"{__name__=~\"%1\",%2}"_s;
constexpr double LargestValue = 9007199254740992.0; ///< 2^53: what a double counts up to, one by one
constexpr auto LongestExactStep = 30s;              ///< of longer ones every scrape would be too many

/// Selects the series of these: an expression of RE2 between backticks, in which PromQL has no escapes of its own
/// (https://prometheus.io/docs/prometheus/latest/querying/basics/).
QString matcherOf(const QStringList &instances)
{
    QString expression;
    for (const QString &instance : instances) {
        if (!expression.isEmpty())
            expression += u'|';
        for (const QChar character : instance) {
            if (u"\\.+*?()|[]{}^$"_s.contains(character))
                expression += u'\\';
            if (character != u'`')
                expression += character;
        }
    }
    return u"instance=~`"_s + expression + u'`';
}

/// A string of PromQL.
QString quoted(QString text) { return u'"' + text.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"'; }

QByteArray encoded(const QString &query) { return query.toUtf8().toPercentEncoding(); }

QString keyOf(const QString &job, const QString &instance) { return job + u'\n' + instance; }

/// The service's own address: where it is scraped, without the path of the metrics.
QString serviceUrl(const QString &scrapeUrl)
{
    QUrl url(scrapeUrl);
    QString path = url.path();
    if (path.endsWith("/metrics"_L1))
        path.chop(8);
    url.setPath(path);
    url.setQuery(QString());
    return canonicalUrl(url.toString());
}

/// Of the error of a scrape, as Prometheus and Go's net package word it.
ClientError reasonOf(const QString &error)
{
    static const std::pair<QLatin1StringView, ClientError> words[] = {
        {"connection refused"_L1, ClientError::Refused},
        {"deadline exceeded"_L1, ClientError::Timeout},
        {"no such host"_L1, ClientError::HostNotFound},
        {"server returned HTTP status"_L1, ClientError::HttpStatus},
    };
    const auto found = std::ranges::find_if(words, [&error](const auto &word) { return error.contains(word.first); });
    return found != std::end(words) ? found->second
        : error.isEmpty()           ? ClientError::NotAsked
                                    : ClientError::Unreachable;
}

/// What the samples of one service say, one after the other.
class Assembly
{
public:
    void add(const MetricSeries &series, double value)
    {
        if (value < 0 || value > LargestValue)
            return; // a lie
        const QString metric = series.label(u"__name__"_s);
        Resources &resources = m_report.resources;
        if (metric == "hephaestus_service_info"_L1)
            addInfo(series);
        else if (metric == "hephaestus_start_time_seconds"_L1)
            m_report.startTime = QDateTime::fromMSecsSinceEpoch(qint64(value * 1000), QTimeZone::utc());
        else if (metric == "hephaestus_uptime_seconds"_L1)
            m_report.uptime = std::min(Seconds(value), LatestTime);
        else if (metric == "hephaestus_shutting_down"_L1)
            m_report.shouldShutdown = value != 0;
        else if (metric == "hephaestus_ready"_L1)
            m_report.ready = value > 0;
        else if (metric == "hephaestus_process_state"_L1)
            addProcessState(series, value);
        else if (metric == "hephaestus_process_restarts_total"_L1)
            process().restarts = qint64(value);
        else if (metric == "hephaestus_code_stale"_L1)
            m_report.code = CodeReport{value != 0 ? CodeVerdict::Stale : CodeVerdict::Fresh, {}, {}, 0};
        else if (metric == "hephaestus_in_flight_requests"_L1)
            resources.inFlightRequests = qint64(value);
        else if (metric == "hephaestus_open_connections"_L1)
            resources.openConnections = qint64(value);
        else if (metric == "hephaestus_background_tasks"_L1)
            resources.backgroundTasks = qint64(value);
        else if (series.label(u"process"_s) == "wrapper"_L1)
            return; // the numbers of `hephaestus run` itself, beside its program's
        else if (metric == "process_open_fds"_L1)
            resources.openFiles = qint64(value);
        else if (metric == "process_threads"_L1)
            resources.threads = qint64(value);
        else if (metric == "process_resident_memory_bytes"_L1)
            resources.residentBytes = qint64(value);
        else if (metric == "process_cpu_seconds_total"_L1)
            resources.cpuSeconds = value;
        else
            addDependency(metric, series, value);
    }

    bool isOurs() const { return m_isOurs; }

    HealthReport report() const
    {
        HealthReport report = m_report;
        report.status = report.shouldShutdown ? ServiceStatus::ShuttingDown : ServiceStatus::Healthy;
        for (const DependencyReport &dependency : m_dependencies)
            report.dependencies << dependency;
        return report;
    }

private:
    void addInfo(const MetricSeries &series)
    {
        m_isOurs = true;
        // Where the target has a label `service` of its own, Prometheus keeps ours under another name.
        m_report.service = series.labels.contains(u"exported_service"_s) ? series.label(u"exported_service"_s)
                                                                         : series.label(u"service"_s);
        m_report.version = series.label(u"version"_s);
        m_report.instanceId = series.label(u"instance_id"_s);
        m_report.capabilities = QStringList{u"restart"_s, u"check"_s}; // whoever exports this serves these
    }

    WrappedProcess &process() { return m_report.process ? *m_report.process : m_report.process.emplace(); }

    void addProcessState(const MetricSeries &series, double value)
    {
        if (value > 0)
            process().state = WireWord<ProcessState>::read(series.label(u"state"_s), AllProcessStates);
    }

    void addDependency(const QString &metric, const MetricSeries &series, double value)
    {
        const QString name = series.label(u"dependency"_s);
        if (name.isEmpty())
            return;
        DependencyReport &dependency = m_dependencies[name];
        if (dependency.name.isEmpty()) { // of those not used nothing is exported, of those not checked no `up`
            dependency.status = DependencyStatus::Error;
            dependency.error = u"not known: Prometheus has no outcome of a check of it"_s;
        }
        dependency.name = name;
        if (metric == "hephaestus_dependency_up"_L1) {
            dependency.status = value != 0 ? DependencyStatus::Working : DependencyStatus::Error;
            dependency.error = value != 0 ? QString() : u"its latest operation failed; Prometheus does not know why"_s;
        } else if (metric == "hephaestus_dependency_operations_total"_L1) {
            (series.label(u"result"_s) == "success"_L1 ? dependency.successCount : dependency.failureCount) =
                qint64(value);
        } else if (metric == "hephaestus_dependency_last_success_age_seconds"_L1) {
            dependency.lastSuccess = std::min(Seconds(value), LatestTime);
        }
    }

    HealthReport m_report;
    QMap<QString, DependencyReport> m_dependencies;
    bool m_isOurs = false;
};

} // namespace

Result<std::unique_ptr<PrometheusFleet>> PrometheusFleet::at(const QString &url)
{
    const Result<HttpPeer> peer = parsePeer(url);
    if (!peer)
        return peer.problem();
    return std::unique_ptr<PrometheusFleet>(new PrometheusFleet(std::make_unique<HttpConnection>(*peer)));
}

PrometheusFleet::PrometheusFleet(std::unique_ptr<HttpConnection> connection) : m_connection(std::move(connection)) {}

PrometheusFleet::~PrometheusFleet() = default;

void PrometheusFleet::get(const QByteArray &path, const std::function<void(const Result<QByteArray> &)> &done)
{
    HttpRequest request;
    request.path = path;
    request.timeout = Patience;
    request.maximumBody = LargestAnswer;
    request.repeatable = true;
    m_connection->send(std::move(request), [done](const ServiceReply &reply) {
        if (reply.error != ClientError::None)
            return done(Problem{{}, reply.message});
        // Of a query that it cannot run it says why in the body of a 400.
        if (reply.httpStatus != 200 && reply.httpStatus != 400 && reply.httpStatus != 422)
            return done(Problem{{}, u"Prometheus answered %1"_s.arg(reply.httpStatus)});
        done(reply.body);
    });
}

void PrometheusFleet::ask(const Members &done)
{
    const auto all = std::make_shared<QList<Member>>();
    ask([all](const QList<Member> &some) { *all += some; },
        [all, done](const std::optional<Problem> &problem) {
            done(problem ? Result<QList<Member>>(*problem) : Result<QList<Member>>(*all));
        });
}

void PrometheusFleet::ask(const Portion &each, const Ended &done)
{
    const quint64 question = ++m_question;
    get("/api/v1/targets?state=active", [this, question, each, done](const Result<QByteArray> &body) {
        if (question != m_question)
            return;
        const Result<QList<ScrapeTarget>> targets =
            body ? decodeTargets(*body) : Result<QList<ScrapeTarget>>(body.problem());
        if (!targets)
            return done(targets.problem());
        m_targets.clear();
        for (const ScrapeTarget &target : *targets)
            m_targets.insert(serviceUrl(target.scrapeUrl), {target.job, target.instance});
        askPortion(question, *targets, 0, each, done);
    });
}

void PrometheusFleet::askPortion(quint64 question, const QList<ScrapeTarget> &targets, qsizetype first,
                                 const Portion &each, const Ended &done)
{
    if (first >= targets.size())
        return done({});
    const QList<ScrapeTarget> portion = targets.mid(first, TargetsAtATime);
    QStringList instances;
    for (const ScrapeTarget &target : portion)
        instances << target.instance;
    get("/api/v1/query?query=" + encoded(Metrics.arg(MetricNames, matcherOf(instances))),
        [this, question, targets, portion, next = first + portion.size(), each, done](const Result<QByteArray> &body) {
            if (question != m_question)
                return;
            const Result<QList<MetricSeries>> metrics =
                body ? decodeSeries(*body) : Result<QList<MetricSeries>>(body.problem());
            if (!metrics)
                return done(metrics.problem());
            each(membersOf(portion, *metrics));
            askPortion(question, targets, next, each, done);
        });
}

QList<PrometheusFleet::Member> PrometheusFleet::membersOf(const QList<ScrapeTarget> &targets,
                                                          const QList<MetricSeries> &metrics)
{
    QHash<QString, Assembly> assemblies;
    for (const MetricSeries &series : metrics) {
        if (!series.points.empty())
            assemblies[keyOf(series.label(u"job"_s), series.label(u"instance"_s))].add(series,
                                                                                       series.points.back().second);
    }
    QList<Member> members;
    for (const ScrapeTarget &target : targets) {
        const auto found = assemblies.constFind(keyOf(target.job, target.instance));
        const bool known = found != assemblies.cend() && found->isOurs();
        if (!known && target.job != Job)
            continue; // somebody else's
        Member member;
        member.scraped = target.scraped;
        member.entry.url = serviceUrl(target.scrapeUrl);
        member.entry.group = target.group;
        member.entry.restart = RestartByService{};
        member.answer.reply.latency = std::chrono::duration_cast<std::chrono::nanoseconds>(target.duration);
        if (known && target.up) {
            member.answer.value = found->report();
            if (member.answer.value->service.isEmpty())
                member.answer.value->service = target.service;
            member.answer.reply.httpStatus = 200;
        } else if (target.up) {
            member.answer.reply.error = ClientError::NotUnderstood;
            member.answer.reply.message = u"it answers Prometheus, but exports no metrics of Hephaestus"_s;
        } else {
            member.answer.reply.error = reasonOf(target.error);
            member.answer.reply.message =
                target.error.isEmpty() ? u"Prometheus has not scraped it yet"_s : u"Prometheus: "_s + target.error;
        }
        member.entry.name = !target.service.isEmpty() ? target.service
            : known                                   ? found->report().service
                                                      : target.instance;
        members << member;
    }
    return members;
}

void PrometheusFleet::askPast(const QString &url, std::chrono::system_clock::time_point from,
                              std::chrono::system_clock::time_point to, std::chrono::seconds step, const Past &done)
{
    const auto target = m_targets.constFind(url);
    if (target == m_targets.cend())
        return done(Problem{{}, u"Prometheus does not scrape it"_s});
    const QString series = u"{__name__=~\"%1|up|scrape_duration_seconds\",job=%2,instance=%3}"_s.arg(
        MetricNames, quoted(target->first), quoted(target->second));
    const auto seconds = [](std::chrono::system_clock::time_point time) {
        return QByteArray::number(std::chrono::duration<double>(time.time_since_epoch()).count(), 'f', 3);
    };
    const qint64 span = std::chrono::ceil<std::chrono::seconds>(to - from).count();
    get(step <= LongestExactStep
            ? "/api/v1/query?query=" + encoded(series + u"[%1s]"_s.arg(span)) + "&time=" + seconds(to)
            : "/api/v1/query_range?query=" + encoded(series) + "&start=" + seconds(from) + "&end=" + seconds(to)
                + "&step=" + QByteArray::number(qint64(step.count())),
        [done](const Result<QByteArray> &body) {
            const Result<QList<MetricSeries>> all =
                body ? decodeSeries(*body) : Result<QList<MetricSeries>>(body.problem());
            done(all ? Result<QList<Sample>>(samplesOf(*all)) : all.problem());
        });
}

/// Of the series of one service.
QList<PrometheusFleet::Sample> PrometheusFleet::samplesOf(const QList<MetricSeries> &all)
{
    QMap<MetricSeries::Time, Assembly> assemblies;
    QMap<MetricSeries::Time, std::chrono::nanoseconds> durations;
    for (const MetricSeries &series : all) {
        const bool isDuration = series.label(u"__name__"_s) == "scrape_duration_seconds"_L1;
        for (const auto &[at, value] : series.points) {
            if (isDuration)
                durations.insert(at,
                                 std::chrono::duration_cast<std::chrono::nanoseconds>(
                                     std::clamp(Seconds(value), Seconds(0), LatestTime)));
            else
                assemblies[at].add(series, value);
        }
    }
    QList<Sample> samples;
    for (auto assembly = assemblies.cbegin(); assembly != assemblies.cend(); ++assembly) {
        Sample sample{assembly.key(), {}};
        sample.answer.reply.latency = durations.value(assembly.key());
        if (assembly->isOurs())
            sample.answer.value = assembly->report();
        else
            sample.answer.reply.error = ClientError::Unreachable; // why, Prometheus does not keep
        samples << sample;
    }
    return samples;
}

} // namespace Hephaestus
