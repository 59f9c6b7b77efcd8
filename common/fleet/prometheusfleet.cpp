// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusfleet.h"

#include "common/client/httpconnection.h"

#include <QDateTime>
#include <QTimeZone>
#include <QUrl>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype LargestAnswer = 64 * 1024 * 1024; ///< the targets of a fleet of tens of thousands
constexpr qsizetype TargetsAtATime = 100; ///< of one query
constexpr auto Patience = 30s;
constexpr auto Job = "hephaestus"_L1; ///< of resources/prometheus: known to be ours even when it never answered

const QString Metrics = u"{__name__=~\"hephaestus_(service_info|start_time_seconds|uptime_seconds|shutting_down|in_flight_requests|open_connections|"
                           "background_tasks|code_stale|dependency_up|dependency_operations_total|dependency_last_success_age_seconds)"
                        "|process_(open_fds|threads|resident_memory_bytes|cpu_seconds_total)\",%1}"_s;
const QString Operations = u"hephaestus_dependency_operations_total{%1}"_s;

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
    return url.toString();
}

/// What the samples of one service say, one after the other.
class Assembly
{
public:
    void add(const MetricSeries &series)
    {
        if (series.points.empty())
            return;
        const QString metric = series.label(u"__name__"_s);
        const double value = series.points.back().second;
        Resources &resources = m_report.resources;
        if (metric == "hephaestus_service_info"_L1)
            addInfo(series);
        else if (metric == "hephaestus_start_time_seconds"_L1)
            m_report.startTime = QDateTime::fromMSecsSinceEpoch(qint64(value * 1000), QTimeZone::utc());
        else if (metric == "hephaestus_uptime_seconds"_L1)
            m_report.uptime = Seconds(value);
        else if (metric == "hephaestus_shutting_down"_L1)
            m_report.shouldShutdown = value != 0;
        else if (metric == "hephaestus_code_stale"_L1)
            m_report.code = CodeReport{value != 0 ? CodeVerdict::Stale : CodeVerdict::Fresh, {}, {}, 0};
        else if (metric == "hephaestus_in_flight_requests"_L1)
            resources.inFlightRequests = qint64(value);
        else if (metric == "hephaestus_open_connections"_L1)
            resources.openConnections = qint64(value);
        else if (metric == "hephaestus_background_tasks"_L1)
            resources.backgroundTasks = qint64(value);
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
        m_report.service = series.labels.contains(u"exported_service"_s) ? series.label(u"exported_service"_s) : series.label(u"service"_s);
        m_report.version = series.label(u"version"_s);
        m_report.instanceId = series.label(u"instance_id"_s);
        m_report.capabilities = QStringList{u"restart"_s, u"check"_s}; // whoever exports this serves these
    }

    void addDependency(const QString &metric, const MetricSeries &series, double value)
    {
        const QString name = series.label(u"dependency"_s);
        if (name.isEmpty())
            return;
        DependencyReport &dependency = m_dependencies[name];
        if (dependency.name.isEmpty())
            dependency.status = DependencyStatus::Working; // of those not used nothing is exported
        dependency.name = name;
        if (metric == "hephaestus_dependency_up"_L1) {
            dependency.status = value != 0 ? DependencyStatus::Working : DependencyStatus::Error;
            dependency.error = value != 0 ? QString() : u"its latest operation failed; Prometheus does not know why"_s;
        } else if (metric == "hephaestus_dependency_operations_total"_L1) {
            (series.label(u"result"_s) == "success"_L1 ? dependency.successCount : dependency.failureCount) = qint64(value);
        } else if (metric == "hephaestus_dependency_last_success_age_seconds"_L1) {
            dependency.lastSuccess = Seconds(value);
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
        [all, done](const std::optional<Problem> &problem) { done(problem ? Result<QList<Member>>(*problem) : Result<QList<Member>>(*all)); });
}

void PrometheusFleet::ask(const Portion &each, const Ended &done)
{
    const quint64 question = ++m_question;
    get("/api/v1/targets?state=active", [this, question, each, done](const Result<QByteArray> &body) {
        if (question != m_question)
            return;
        const Result<QList<ScrapeTarget>> targets = body ? decodeTargets(*body) : Result<QList<ScrapeTarget>>(body.problem());
        if (!targets)
            return done(targets.problem());
        m_urls.clear();
        m_instances.clear();
        for (const ScrapeTarget &target : *targets) {
            const QString url = serviceUrl(target.scrapeUrl);
            m_urls.insert(keyOf(target.job, target.instance), url);
            m_instances.insert(url, target.instance);
        }
        askPortion(question, *targets, 0, each, done);
    });
}

void PrometheusFleet::askPortion(quint64 question, const QList<ScrapeTarget> &targets, qsizetype first, const Portion &each, const Ended &done)
{
    if (first >= targets.size())
        return done({});
    const QList<ScrapeTarget> portion = targets.mid(first, TargetsAtATime);
    QStringList instances;
    for (const ScrapeTarget &target : portion)
        instances << target.instance;
    get("/api/v1/query?query=" + encoded(Metrics.arg(matcherOf(instances))),
        [this, question, targets, portion, next = first + portion.size(), each, done](const Result<QByteArray> &body) {
            if (question != m_question)
                return;
            const Result<QList<MetricSeries>> metrics = body ? decodeSeries(*body) : Result<QList<MetricSeries>>(body.problem());
            if (!metrics)
                return done(metrics.problem());
            each(membersOf(portion, *metrics));
            askPortion(question, targets, next, each, done);
        });
}

QList<PrometheusFleet::Member> PrometheusFleet::membersOf(const QList<ScrapeTarget> &targets, const QList<MetricSeries> &metrics)
{
    QHash<QString, Assembly> assemblies;
    for (const MetricSeries &series : metrics)
        assemblies[keyOf(series.label(u"job"_s), series.label(u"instance"_s))].add(series);
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
            member.answer.reply.error = target.error.contains("refused"_L1) ? ClientError::Refused : ClientError::Unreachable;
            member.answer.reply.message = target.error.isEmpty() ? u"Prometheus has not scraped it yet"_s : u"Prometheus: "_s + target.error;
        }
        member.entry.name = !target.service.isEmpty() ? target.service : known ? found->report().service : target.instance;
        members << member;
    }
    return members;
}

void PrometheusFleet::askPast(const QStringList &urls, std::chrono::seconds span, std::chrono::seconds step,
                              const std::function<void(const Result<Past> &)> &done)
{
    QStringList instances;
    for (const QString &url : urls)
        instances << m_instances.value(url);
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    get("/api/v1/query_range?query=" + encoded(Operations.arg(matcherOf(instances))) + "&start=" + QByteArray::number(now - span.count())
            + "&end=" + QByteArray::number(now) + "&step=" + QByteArray::number(qint64(step.count())),
        [this, done](const Result<QByteArray> &body) {
            const Result<QList<MetricSeries>> series = body ? decodeSeries(*body) : Result<QList<MetricSeries>>(body.problem());
            if (!series)
                return done(series.problem());
            QHash<QString, QMap<MetricSeries::Time, Assembly>> assemblies;
            for (const MetricSeries &each : *series) {
                const QString url = m_urls.value(keyOf(each.label(u"job"_s), each.label(u"instance"_s)));
                MetricSeries one{each.labels, {}};
                one.labels.insert(u"__name__"_s, u"hephaestus_dependency_operations_total"_s);
                for (const auto &point : each.points) {
                    one.points = {point};
                    assemblies[url][point.first].add(one);
                }
            }
            Past past;
            for (auto service = assemblies.cbegin(); service != assemblies.cend(); ++service) {
                for (auto moment = service->cbegin(); moment != service->cend(); ++moment)
                    past[service.key()].append({moment.key(), moment->report()});
            }
            done(past);
        });
}

} // namespace Hephaestus
