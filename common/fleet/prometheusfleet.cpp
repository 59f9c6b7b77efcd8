// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusfleet.h"

#include "common/client/httpconnection.h"
#include "common/fleet/prometheusconnection.h"
#include "common/protocol/prometheusreader.h"

#include <QCollator>
#include <QDateTime>
#include <QLocale>
#include <QSet>
#include <QTimeZone>
#include <QUrl>

#include <algorithm>
#include <deque>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype LargestAnswer = 64 * 1024 * 1024;   ///< that is kept
constexpr qsizetype LargestReading = 512 * 1024 * 1024; ///< that is read as it arrives: targets of 50,000 are 75 MB
constexpr qsizetype TargetsAtATime = 2000;              ///< of one query
constexpr auto Patience = 30s;
constexpr auto Job = "hephaestus"_L1; ///< of resources/prometheus: known to be ours even when it never answered

/// Each name whole: alternatives without groups are looked up by Prometheus, others are tried on each name there is.
const QString MetricNames =
    u"hephaestus_service_info|hephaestus_ready|hephaestus_process_state|hephaestus_process_restarts_total|"
    "hephaestus_start_time_seconds|hephaestus_uptime_seconds|hephaestus_shutting_down|hephaestus_in_flight_requests|"
    "hephaestus_open_connections|hephaestus_background_tasks|hephaestus_code_stale|hephaestus_dependency_up|"
    "hephaestus_dependency_operations_total|hephaestus_dependency_last_success_age_seconds|process_open_fds|"
    "process_threads|process_resident_memory_bytes|process_cpu_seconds_total"_s;
/// Those of them that say in which state a service is, beside its service_info.
const QByteArray StateNames = "hephaestus_ready|hephaestus_process_state|hephaestus_process_restarts_total|"
                              "hephaestus_shutting_down|hephaestus_code_stale|hephaestus_dependency_up";
constexpr double LargestValue = 9007199254740992.0; ///< 2^53: what a double counts up to, one by one
constexpr auto LongestExactStep = 30s;              ///< of longer ones every scrape would be too many

/// The services whose series are there, with when each was scraped, and with 0 those that cannot be scraped.
const QByteArray Presence = "timestamp(hephaestus_service_info) or (up{job=\"hephaestus\"} == 0)";

/// Selects the series of these: an expression of RE2 between backticks, in which PromQL has no escapes of its own
/// (https://prometheus.io/docs/prometheus/latest/querying/basics/).
QByteArray matcherOf(const QList<ScrapeTarget> &targets)
{
    QByteArray expression;
    for (const ScrapeTarget &target : targets) {
        if (!expression.isEmpty())
            expression += '|';
        for (const char character : target.instance.toUtf8()) {
            if (QByteArrayView("\\.+*?()|[]{}^$").contains(character))
                expression += '\\';
            if (character != '`')
                expression += character;
        }
    }
    return "instance=~`" + expression + '`';
}

/// A string of PromQL.
QString quoted(QString text) { return u'"' + text.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"'; }

QByteArray encoded(const QString &query) { return query.toUtf8().toPercentEncoding(); }

QByteArray keyOf(const ScrapeTarget &target) { return (target.job + u'\n' + target.instance).toUtf8(); }

/// The same of a sample, into `key`, which is used again.
void setKey(QByteArray &key, const InstantSample &sample)
{
    const QByteArrayView job = sample.label("job");
    const QByteArrayView instance = sample.label("instance");
    key.resize(0);
    key.append(job).append('\n').append(instance);
}

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

enum class Metric {
    ServiceInfo,
    StartTime,
    Uptime,
    ShuttingDown,
    Ready,
    ProcessState,
    ProcessRestarts,
    CodeStale,
    InFlightRequests,
    OpenConnections,
    BackgroundTasks,
    OpenFiles,
    Threads,
    ResidentBytes,
    CpuSeconds,
    DependencyUp,
    DependencyOperations,
    DependencyLastSuccess,
};

std::optional<Metric> metricNamed(QByteArrayView name)
{
    static const QHash<QByteArray, Metric> metrics{
        {"hephaestus_service_info", Metric::ServiceInfo},
        {"hephaestus_start_time_seconds", Metric::StartTime},
        {"hephaestus_uptime_seconds", Metric::Uptime},
        {"hephaestus_shutting_down", Metric::ShuttingDown},
        {"hephaestus_ready", Metric::Ready},
        {"hephaestus_process_state", Metric::ProcessState},
        {"hephaestus_process_restarts_total", Metric::ProcessRestarts},
        {"hephaestus_code_stale", Metric::CodeStale},
        {"hephaestus_in_flight_requests", Metric::InFlightRequests},
        {"hephaestus_open_connections", Metric::OpenConnections},
        {"hephaestus_background_tasks", Metric::BackgroundTasks},
        {"process_open_fds", Metric::OpenFiles},
        {"process_threads", Metric::Threads},
        {"process_resident_memory_bytes", Metric::ResidentBytes},
        {"process_cpu_seconds_total", Metric::CpuSeconds},
        {"hephaestus_dependency_up", Metric::DependencyUp},
        {"hephaestus_dependency_operations_total", Metric::DependencyOperations},
        {"hephaestus_dependency_last_success_age_seconds", Metric::DependencyLastSuccess},
    };
    const auto found = metrics.constFind(QByteArray::fromRawData(name.data(), name.size()));
    return found != metrics.cend() ? std::optional(*found) : std::nullopt;
}

/// Of what a sample says of the state of its service; added up it is that of all of them, in whichever order they come.
quint64 stateHash(Metric metric, const InstantSample &sample)
{
    const quint64 seed = quint64(metric) + 1;
    switch (metric) {
    case Metric::ServiceInfo: { // its value is always the same
        quint64 hash = seed;
        for (const char *const label : {"service", "exported_service", "version", "instance_id"})
            hash = qHash(sample.label(label), hash + 1);
        return hash;
    }
    case Metric::DependencyUp: return qHash(*sample.value(), qHash(sample.label("dependency"), seed));
    case Metric::ProcessState: return qHash(*sample.value(), qHash(sample.label("state"), seed));
    case Metric::ProcessRestarts:
    case Metric::ShuttingDown:
    case Metric::Ready:
    case Metric::CodeStale: return qHash(*sample.value(), seed);
    default: return 0; // a figure
    }
}

} // namespace

/// What the samples of one service say, one after the other. `Labels` is called with the name of a label and returns
/// its content in UTF-8, empty if it has none such.
class PrometheusFleet::Assembly
{
public:
    template <typename Labels>
    void add(Metric metric, double value, const Labels &label)
    {
        if (!(value >= 0 && value <= LargestValue))
            return; // a lie
        Resources &resources = m_report.resources;
        const bool isOfProcess = metric >= Metric::OpenFiles && metric <= Metric::CpuSeconds;
        if (isOfProcess && label("process") == "wrapper")
            return; // the numbers of `hephaestus run` itself, beside its program's
        switch (metric) {
        case Metric::ServiceInfo: return addInfo(label);
        case Metric::StartTime:
            m_report.startTime = QDateTime::fromMSecsSinceEpoch(qint64(value * 1000), QTimeZone::utc());
            return;
        case Metric::Uptime: m_report.uptime = std::min(Seconds(value), LatestTime); return;
        case Metric::ShuttingDown: m_report.shouldShutdown = value != 0; return;
        case Metric::Ready: m_report.ready = value > 0; return;
        case Metric::ProcessState:
            if (value > 0)
                process().state = WireWord<ProcessState>::read(QString::fromUtf8(label("state")), AllProcessStates);
            return;
        case Metric::ProcessRestarts: process().restarts = qint64(value); return;
        case Metric::CodeStale:
            m_report.code = CodeReport{value != 0 ? CodeVerdict::Stale : CodeVerdict::Fresh, {}, {}, 0};
            return;
        case Metric::InFlightRequests: resources.inFlightRequests = qint64(value); return;
        case Metric::OpenConnections: resources.openConnections = qint64(value); return;
        case Metric::BackgroundTasks: resources.backgroundTasks = qint64(value); return;
        case Metric::OpenFiles: resources.openFiles = qint64(value); return;
        case Metric::Threads: resources.threads = qint64(value); return;
        case Metric::ResidentBytes: resources.residentBytes = qint64(value); return;
        case Metric::CpuSeconds: resources.cpuSeconds = value; return;
        case Metric::DependencyUp:
        case Metric::DependencyOperations:
        case Metric::DependencyLastSuccess: return addDependency(metric, value, label);
        }
    }

    bool isOurs() const { return m_isOurs; }

    HealthReport report(TextPool &texts) const
    {
        HealthReport report = m_report;
        report.version = texts.shared(report.version);
        report.status = report.shouldShutdown ? ServiceStatus::ShuttingDown : ServiceStatus::Healthy;
        report.dependencies.reserve(qsizetype(m_dependencies.size()));
        for (const auto &[name, dependency] : m_dependencies) {
            report.dependencies << dependency;
            report.dependencies.last().name = texts.shared(dependency.name);
        }
        std::ranges::sort(report.dependencies, {}, &DependencyReport::name);
        return report;
    }

private:
    template <typename Labels>
    void addInfo(const Labels &label)
    {
        m_isOurs = true;
        // Where the target has a label `service` of its own, Prometheus keeps ours under another name.
        const QByteArrayView exported = label("exported_service");
        m_report.service = QString::fromUtf8(exported.isNull() ? label("service") : exported);
        m_report.version = QString::fromUtf8(label("version"));
        m_report.instanceId = QString::fromUtf8(label("instance_id"));
        static const QStringList offered{u"restart"_s, u"check"_s}; // by whoever exports this; one list for all
        m_report.capabilities = offered;
    }

    WrappedProcess &process() { return m_report.process ? *m_report.process : m_report.process.emplace(); }

    template <typename Labels>
    void addDependency(Metric metric, double value, const Labels &label)
    {
        const QByteArrayView name = label("dependency");
        if (name.isEmpty())
            return;
        DependencyReport &dependency = dependencyNamed(name);
        if (metric == Metric::DependencyUp) {
            dependency.status = value != 0 ? DependencyStatus::Working : DependencyStatus::Error;
            dependency.error = value != 0 ? QString() : u"its latest operation failed; Prometheus does not know why"_s;
        } else if (metric == Metric::DependencyOperations) {
            (label("result") == "success" ? dependency.successCount : dependency.failureCount) = qint64(value);
        } else {
            dependency.lastSuccess = std::min(Seconds(value), LatestTime);
        }
    }

    DependencyReport &dependencyNamed(QByteArrayView name)
    {
        const auto found = std::ranges::find_if(m_dependencies, [name](const auto &one) { return one.first == name; });
        if (found != m_dependencies.end())
            return found->second;
        DependencyReport dependency; // of those not used nothing is exported, of those not checked no `up`
        dependency.name = QString::fromUtf8(name);
        dependency.status = DependencyStatus::Unknown;
        dependency.error = u"not known: Prometheus has no outcome of a check of it"_s;
        return m_dependencies.emplace_back(name.toByteArray(), dependency).second;
    }

    HealthReport m_report;
    std::vector<std::pair<QByteArray, DependencyReport>> m_dependencies;
    bool m_isOurs = false;
};

Result<std::unique_ptr<PrometheusFleet>> PrometheusFleet::at(const PrometheusServer &server)
{
    Result<std::unique_ptr<PrometheusConnection>> connection = PrometheusConnection::at(server);
    if (!connection)
        return connection.problem();
    return std::unique_ptr<PrometheusFleet>(new PrometheusFleet(std::move(*connection)));
}

PrometheusFleet::PrometheusFleet(std::unique_ptr<PrometheusConnection> connection) : m_connection(std::move(connection))
{
}

PrometheusFleet::~PrometheusFleet() = default;

QString PrometheusFleet::addressOf(const QString &url)
{
    QUrl plain(url);
    if (plain.port() < 0)
        plain.setPort(plain.scheme() == "https"_L1 ? 443 : 80);
    QString text = plain.toString(QUrl::StripTrailingSlash);
    if (plain.path() == "/"_L1)
        text.chop(1); // which is not stripped
    return text;
}

/// One question about all, and what has been told up to now.
class PrometheusFleet::Reading
{
public:
    /// What is known of a service by its service_info.
    struct Presence
    {
        MetricSeries::Time scraped;
        quint64 state = 0;        ///< stateHash()
        bool hasInstance = false; ///< it would be seen that another process answers
    };

    Reading(quint64 question, Portions each, Ended done)
        : question(question)
        , each(std::move(each))
        , done(std::move(done))
    {
    }

    const quint64 question;
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    const Portions each;
    const Ended done;
    QHash<QByteArray, ScrapeTarget> targets; ///< by job and instance: all that may be ours
    QHash<QByteArray, Presence> present;     ///< those whose series are there
    QSet<QByteArray> guessed;                ///< those without a target: their address is only guessed
    std::deque<std::shared_ptr<Part>> parts; ///< whose series are to be asked for, in that order
    std::size_t open = 0;                    ///< questions for these without an answer
    bool isEnded = false;
    QStringList warnings;
    /// The latest that the server's clock showed, and when; nothing: it told no time.
    std::optional<std::pair<MetricSeries::Time, std::chrono::steady_clock::time_point>> clock;

    void readClock(MetricSeries::Time time)
    {
        if (!clock || time > clock->first + (std::chrono::steady_clock::now() - clock->second))
            clock.emplace(time, std::chrono::steady_clock::now());
    }

    /// By the Date of an answer (RFC 9110 section 5.6.7): an engine may evaluate queries at an earlier time.
    void readClock(const QByteArray &date)
    {
        QDateTime time = QLocale::c().toDateTime(QString::fromLatin1(date), u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s);
        time.setTimeZone(QTimeZone::utc());
        if (time.isValid() && time.toMSecsSinceEpoch() > 0)
            readClock(MetricSeries::Time(std::chrono::milliseconds(time.toMSecsSinceEpoch())));
    }

    std::chrono::nanoseconds ageOf(MetricSeries::Time scraped) const
    {
        if (!clock)
            return std::max<std::chrono::nanoseconds>(0ns, std::chrono::system_clock::now() - scraped);
        return std::max<std::chrono::nanoseconds>(0ns, clock->first - scraped)
            + (std::chrono::steady_clock::now() - clock->second);
    }

    InstantSample sample; ///< of the answer that tells which series are there
    QByteArray key;
};

/// Some of those that were chosen, while they are asked for.
struct PrometheusFleet::Part
{
    QList<QByteArray> keys;
    bool isWhole = true;                   ///< all is asked for, not only the state
    std::vector<Assembly> assemblies{};    ///< of whole ones
    std::vector<quint64> states{};         ///< stateHash() of each
    QHash<QByteArray, qsizetype> places{}; ///< in these
    InstantSample sample{};
    QByteArray key{};
};

namespace {

HttpRequest requestFor(const QByteArray &path)
{
    HttpRequest request;
    request.path = path;
    request.timeout = Patience;
    request.maximumBody = LargestAnswer;
    request.repeatable = true;
    return request;
}

/// By POST: its expression may be longer than a URL may be.
HttpRequest requestOf(const QByteArray &expression)
{
    HttpRequest request = requestFor("/api/v1/query");
    request.method = "POST";
    request.body = "query=" + expression.toPercentEncoding();
    request.contentType = "application/x-www-form-urlencoded";
    return request;
}

/// What keeps the body from being read; nothing: it can be. Of a query that it cannot run, Prometheus says why in the
/// body of a 400.
std::optional<Problem> problemOf(const ServiceReply &reply)
{
    if (reply.error != ClientError::None)
        return Problem{{}, reply.message};
    if (reply.httpStatus != 200 && reply.httpStatus != 400 && reply.httpStatus != 422)
        return Problem{{}, u"Prometheus answered %1"_s.arg(reply.httpStatus)};
    return {};
}

/// Of a service whose series nothing is known of but their labels.
ScrapeTarget targetOf(const InstantSample &sample, double value)
{
    ScrapeTarget target;
    target.job = QString::fromUtf8(sample.label("job"));
    target.instance = QString::fromUtf8(sample.label("instance"));
    target.service = QString::fromUtf8(sample.label("service"));
    target.group = QString::fromUtf8(sample.label("fleet_group"));
    target.scrapeUrl = target.instance.contains("://"_L1) ? target.instance : u"http://"_s + target.instance;
    target.up = value > 0;
    if (!target.up)
        target.error = u"it could not be scraped; why is not known"_s;
    if (const std::chrono::duration<double> since(value); since <= LatestTime)
        target.scraped = MetricSeries::Time(std::chrono::duration_cast<MetricSeries::Time::duration>(since));
    return target;
}

} // namespace

void PrometheusFleet::ask(const Members &done)
{
    m_known.clear();
    const auto all = std::make_shared<QList<Member>>();
    ask([all](const Portion &portion) { *all += portion.changed; },
        [all, done](const End &end) {
            done(end.problem ? Result<QList<Member>>(*end.problem) : Result<QList<Member>>(*all));
        });
}

void PrometheusFleet::ask(const Portions &each, const Ended &done)
{
    const auto reading = std::make_shared<Reading>(++m_question, each, done);
    // Not every engine has targets: then the series alone say which services there are.
    read(
        reading, requestFor("/api/v1/targets?state=active"), "activeTargets",
        [reading = reading.get()](QByteArrayView element) {
            ScrapeTarget target;
            if (readTarget(element, target))
                reading->targets.insert(keyOf(target), target);
        },
        [this, reading] { askPresence(reading); }, true);
}

/// Reads the list `name` of an answer as it arrives, and calls `then` when it was whole. `mayLack`: 404 is an empty
/// list.
void PrometheusFleet::read(const std::shared_ptr<Reading> &reading, HttpRequest request, const QByteArray &name,
                           const std::function<void(QByteArrayView)> &element, const std::function<void()> &then,
                           bool mayLack)
{
    const auto reader = std::make_shared<PrometheusListReader>(name, element);
    request.maximumBody = LargestReading;
    request.sink = [reading, reader](QByteArrayView bytes) { reader->feed(bytes); };
    request.wantsHead = true;
    m_connection->send(std::move(request), [this, reading, reader, then, mayLack](const ServiceReply &reply) {
        if (reading->question != m_question || reading->isEnded)
            return;
        if (mayLack && reply.error == ClientError::None && reply.httpStatus == 404)
            return then();
        if (const auto problem = problemOf(reply))
            return end(*reading, problem);
        reader->feed(reply.body); // of a refusal, which is not passed on as it arrives
        const Result<QStringList> warnings = reader->end();
        if (!warnings)
            return end(*reading, warnings.problem());
        reading->warnings += *warnings;
        reading->readClock(reply.field("date"));
        then();
    });
}

void PrometheusFleet::askPresence(const std::shared_ptr<Reading> &reading)
{
    read(
        reading, requestOf(Presence), "result",
        [reading = reading.get()](QByteArrayView element) {
            InstantSample &sample = reading->sample;
            if (!sample.read(element) || !sample.value())
                return;
            setKey(reading->key, sample);
            if (sample.time())
                reading->readClock(*sample.time());
            // Each of a pair of servers may tell of the same service: the fresher one counts.
            const ScrapeTarget target = targetOf(sample, *sample.value());
            const bool isGuessed = reading->guessed.contains(reading->key);
            const auto known = reading->targets.constFind(reading->key);
            if (known == reading->targets.cend() || (isGuessed && known->scraped < target.scraped)) {
                reading->guessed.insert(reading->key);
                reading->targets.insert(reading->key, target);
            }
            if (!target.up)
                return;
            Reading::Presence &present = reading->present[reading->key];
            present.scraped = std::max(present.scraped, target.scraped);
            present.state += stateHash(Metric::ServiceInfo, sample);
            present.hasInstance = !sample.label("instance_id").isEmpty();
        },
        [this, reading] { choose(reading); });
}

/// New ones by their name, as somebody looks for them; then the others, in the order in which they were scraped.
QList<QByteArray> PrometheusFleet::inOrder(const Reading &reading) const
{
    struct Place
    {
        QByteArray key;
        MetricSeries::Time scraped;
        std::optional<QCollatorSortKey> name; ///< of a new one
    };
    QCollator collator(QLocale::English); // that of "C" knows no numbers
    collator.setNumericMode(true);
    std::vector<Place> places;
    places.reserve(std::size_t(reading.targets.size()));
    for (auto target = reading.targets.begin(); target != reading.targets.end(); ++target) {
        places.push_back({target.key(), target->scraped, {}});
        if (!m_known.contains(target.key()))
            places.back().name = collator.sortKey(target->service + u' ' + target->instance);
    }
    std::ranges::sort(places, [](const Place &one, const Place &other) {
        if (one.name && other.name)
            return one.name->compare(*other.name) < 0;
        return one.name || other.name ? bool(one.name) : one.scraped < other.scraped;
    });
    QList<QByteArray> keys;
    keys.reserve(qsizetype(places.size()));
    for (Place &place : places)
        keys << std::move(place.key);
    return keys;
}

/// Hands out what can be told without more questions.
void PrometheusFleet::choose(const std::shared_ptr<Reading> &reading)
{
    Portion portion;
    QList<QByteArray> chosen;
    for (const QByteArray &key : inOrder(*reading)) {
        const auto target = reading->targets.find(key);
        const auto present = reading->present.constFind(key);
        const bool isPresent = present != reading->present.cend();
        if (isPresent) // some engines answer from data that is older than the latest scrape
            target->scraped = std::min(target->scraped, present->scraped);
        auto known = m_known.find(target.key());
        if (!isPresent && target->job != Job && known == m_known.end())
            continue; // somebody else's
        if (known == m_known.end())
            known = m_known.insert(target.key(), {});
        known->question = reading->question;
        // A target that is gone keeps its address, while its series last.
        const bool isGuess = reading->guessed.contains(target.key()) && !known->scrapeUrl.isEmpty();
        if (known->scrapeUrl != target->scrapeUrl && !isGuess) {
            m_targets.remove(known->url);
            known->scrapeUrl = target->scrapeUrl;
            known->url = serviceUrl(target->scrapeUrl);
            known->address = addressOf(known->url);
            known->isTold = false;
        }
        m_targets.insert(known->url, {m_texts.shared(target->job), target->instance});
        if (known->isTold && known->scraped == target->scraped && known->up == target->up)
            portion.unchanged << known->address;
        else if (isPresent && target->up)
            chosen << target.key();
        else
            portion.changed << tell(*reading, *target, *known, nullptr);
        if (portion.isFull())
            reading->each(std::exchange(portion, {}));
    }
    for (auto known = m_known.begin(); known != m_known.end();) {
        const bool isGone = known->question != reading->question;
        if (isGone)
            m_targets.remove(known->url);
        known = isGone ? m_known.erase(known) : std::next(known);
    }
    reading->each(portion);
    divide(*reading, chosen);
    askDetails(reading);
}

/// Of which of them all is read: of few it is of each. Else of those whose state may not be confirmed, of those that
/// are wanted, and of those whose figures are the oldest.
std::vector<bool> PrometheusFleet::chooseWhole(const QList<QByteArray> &chosen)
{
    const auto now = std::chrono::steady_clock::now();
    std::vector<bool> isWhole(std::size_t(chosen.size()), chosen.size() <= m_pace.wholeAtOnce);
    std::vector<std::pair<std::chrono::steady_clock::time_point, std::size_t>> due; // and when it was read
    for (std::size_t i = 0; i < isWhole.size(); ++i) {
        Known &known = m_known[chosen[qsizetype(i)]];
        const bool isWanted = m_wanted.contains(known.address);
        const bool wasWanted = std::exchange(known.isWanted, isWanted);
        if (!known.isTold || known.state == 0 || isWanted || wasWanted)
            isWhole[i] = true;
        else if (now - known.read >= m_pace.figuresEvery)
            due.emplace_back(known.read, i);
    }
    const std::size_t most = std::min(due.size(), std::size_t(m_figures));
    std::ranges::partial_sort(due, due.begin() + std::ptrdiff_t(most));
    for (std::size_t i = 0; i < most; ++i)
        isWhole[due[i].second] = true;
    return isWhole;
}

/// Into the questions that are to be asked. Their order is kept: what was scraped first is told first.
void PrometheusFleet::divide(Reading &reading, const QList<QByteArray> &chosen)
{
    const std::vector<bool> isWhole = chooseWhole(chosen);
    for (qsizetype first = 0; first < chosen.size(); first += TargetsAtATime) {
        Part whole{.keys = {}, .isWhole = true};
        Part state{.keys = {}, .isWhole = false};
        for (qsizetype i = first; i < std::min(first + TargetsAtATime, chosen.size()); ++i)
            (isWhole[std::size_t(i)] ? whole : state).keys << chosen[i];
        for (Part *const part : {&state, &whole}) {
            if (!part->keys.isEmpty())
                reading.parts.push_back(std::make_shared<Part>(std::move(*part)));
        }
    }
}

/// Keeps a few questions under way until all that were chosen are told: a query takes one core of the server.
void PrometheusFleet::askDetails(const std::shared_ptr<Reading> &reading)
{
    while (!reading->parts.empty() && reading->open < PrometheusConnection::AtOnce) {
        const std::shared_ptr<Part> part = reading->parts.front();
        reading->parts.pop_front();
        askPart(reading, part);
    }
    if (reading->open == 0)
        end(*reading, {});
}

void PrometheusFleet::askPart(const std::shared_ptr<Reading> &reading, const std::shared_ptr<Part> &part)
{
    QList<ScrapeTarget> targets;
    part->states.resize(std::size_t(part->keys.size()));
    part->assemblies.resize(part->isWhole ? part->states.size() : 0);
    for (qsizetype i = 0; i < part->keys.size(); ++i) {
        part->places.insert(part->keys[i], i);
        targets << reading->targets.value(part->keys[i]);
    }
    ++reading->open;
    const QByteArray names = part->isWhole ? MetricNames.toLatin1() : StateNames;
    read(
        reading, requestOf("{__name__=~\"" + names + "\"," + matcherOf(targets) + '}'), "result",
        [part](QByteArrayView element) {
            InstantSample &sample = part->sample;
            if (!sample.read(element) || !sample.value())
                return;
            setKey(part->key, sample);
            const auto place = part->places.constFind(part->key);
            const std::optional<Metric> metric = metricNamed(sample.metric());
            if (place == part->places.cend() || !metric)
                return;
            if (*metric != Metric::ServiceInfo) // which was read with all others'
                part->states[std::size_t(*place)] += stateHash(*metric, sample);
            if (part->isWhole)
                part->assemblies[std::size_t(*place)].add(
                    *metric, *sample.value(), [&sample](QByteArrayView label) { return sample.label(label); });
        },
        [this, reading, part] {
            part->isWhole ? tellPart(*reading, *part) : confirmPart(*reading, *part);
            --reading->open;
            askDetails(reading);
        });
}

void PrometheusFleet::tellPart(const Reading &reading, const Part &part)
{
    Portion portion;
    for (std::size_t i = 0; i < part.assemblies.size(); ++i) {
        const QByteArray &key = part.keys[qsizetype(i)];
        const Reading::Presence present = reading.present.value(key);
        Known &known = m_known[key];
        if (part.assemblies[i].isOurs()) {
            known.read = std::chrono::steady_clock::now();
            known.state = present.hasInstance ? present.state + part.states[i] : 0;
            portion.changed << tell(reading, reading.targets[key], known, &part.assemblies[i]);
        } else {
            portion.unchanged << known.address; // its series have ended since: the next reading tells
        }
        if (portion.isFull())
            reading.each(std::exchange(portion, {}));
    }
    reading.each(portion);
}

/// Of those that say something else than before all is asked next.
void PrometheusFleet::confirmPart(Reading &reading, const Part &part)
{
    Portion portion;
    Part changed{.keys = {}, .isWhole = true};
    for (std::size_t i = 0; i < part.states.size(); ++i) {
        const QByteArray &key = part.keys[qsizetype(i)];
        Known &known = m_known[key];
        if (reading.present.value(key).state + part.states[i] != known.state) {
            changed.keys << key;
            continue;
        }
        const ScrapeTarget target = reading.targets.value(key);
        known.scraped = target.scraped;
        portion.confirmed << Confirmation{known.address, target.scraped, reading.ageOf(target.scraped),
                                          std::chrono::duration_cast<std::chrono::nanoseconds>(target.duration)};
        if (portion.isFull())
            reading.each(std::exchange(portion, {}));
    }
    reading.each(portion);
    if (!changed.keys.isEmpty())
        reading.parts.push_front(std::make_shared<Part>(std::move(changed)));
}

void PrometheusFleet::setPace(const Pace &pace)
{
    if (pace.mostFigures != m_pace.mostFigures)
        m_figures = pace.mostFigures;
    m_pace = pace;
}

/// While all is read, rows get older: a server that takes long is asked for fewer figures, and for more again.
void PrometheusFleet::keepPace(const Reading &reading)
{
    const auto took = std::chrono::steady_clock::now() - reading.begun;
    if (took > m_pace.within)
        m_figures = std::max((m_pace.mostFigures + 9) / 10, m_figures * 3 / 4);
    else if (took < m_pace.within / 2)
        m_figures = std::min(m_pace.mostFigures, m_figures * 5 / 4 + 1);
}

void PrometheusFleet::end(Reading &reading, const std::optional<Problem> &problem)
{
    reading.isEnded = true;
    if (problem) { // whoever is told of it may forget all
        for (Known &known : m_known)
            known.isTold = false;
    }
    keepPace(reading);
    QStringList warnings = reading.warnings;
    warnings.removeDuplicates();
    reading.done({problem, warnings});
}

/// `assembly`: what its series say; null: they are not there.
PrometheusFleet::Member PrometheusFleet::tell(const Reading &reading, const ScrapeTarget &target, Known &known,
                                              const Assembly *assembly)
{
    known.isTold = true;
    known.scraped = target.scraped;
    known.up = target.up;
    Member member;
    member.scraped = target.scraped;
    member.age = reading.ageOf(target.scraped);
    known.state = assembly ? known.state : 0;
    member.state = known.state;
    member.address = known.address;
    member.instance = target.instance;
    member.entry.url = known.url;
    member.entry.group = m_texts.shared(target.group);
    member.entry.restart = RestartByService{};
    member.answer.reply.latency = std::chrono::duration_cast<std::chrono::nanoseconds>(target.duration);
    if (assembly) {
        member.answer.value = assembly->report(m_texts);
        if (member.answer.value->service.isEmpty())
            member.answer.value->service = target.service;
        member.answer.reply.httpStatus = 200;
        known.service = member.answer.value->service;
    } else if (target.up) {
        member.answer.reply.error = ClientError::NotUnderstood;
        member.answer.reply.message = u"it answers Prometheus, but exports no metrics of Hephaestus"_s;
    } else {
        member.answer.reply.error = reasonOf(target.error);
        member.answer.reply.message =
            target.error.isEmpty() ? u"Prometheus has not scraped it yet"_s : u"Prometheus: "_s + target.error;
    }
    member.entry.name = !target.service.isEmpty() ? target.service
        : !known.service.isEmpty()                ? known.service
                                                  : target.instance;
    return member;
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
    HttpRequest request =
        requestFor(step <= LongestExactStep
                       ? "/api/v1/query?query=" + encoded(series + u"[%1s]"_s.arg(span)) + "&time=" + seconds(to)
                       : "/api/v1/query_range?query=" + encoded(series) + "&start=" + seconds(from)
                           + "&end=" + seconds(to) + "&step=" + QByteArray::number(qint64(step.count())));
    m_connection->send(std::move(request), [done](const ServiceReply &reply) {
        if (const auto problem = problemOf(reply))
            return done(*problem);
        const Result<QList<MetricSeries>> all = decodeSeries(reply.body);
        done(all ? Result<QList<Sample>>(samplesOf(*all)) : all.problem());
    });
}

/// Of the series of one service.
QList<PrometheusFleet::Sample> PrometheusFleet::samplesOf(const QList<MetricSeries> &all)
{
    QMap<MetricSeries::Time, Assembly> assemblies;
    QMap<MetricSeries::Time, std::chrono::nanoseconds> durations;
    for (const MetricSeries &series : all) {
        const QByteArray name = series.label(u"__name__"_s).toUtf8();
        const bool isDuration = name == "scrape_duration_seconds";
        const std::optional<Metric> metric = metricNamed(name);
        QByteArray content;
        const auto label = [&series, &content](const char *wanted) -> QByteArrayView {
            content = series.label(QString::fromLatin1(wanted)).toUtf8(); // null where there is none
            return content;
        };
        for (const auto &[at, value] : series.points) {
            if (isDuration)
                durations.insert(at,
                                 std::chrono::duration_cast<std::chrono::nanoseconds>(
                                     std::clamp(Seconds(value), Seconds(0), LatestTime)));
            else if (Assembly &assembly = assemblies[at]; metric)
                assembly.add(*metric, value, label);
        }
    }
    QList<Sample> samples;
    TextPool texts;
    for (auto assembly = assemblies.cbegin(); assembly != assemblies.cend(); ++assembly) {
        Sample sample{assembly.key(), {}};
        sample.answer.reply.latency = durations.value(assembly.key());
        if (assembly->isOurs())
            sample.answer.value = assembly->report(texts);
        else
            sample.answer.reply.error = ClientError::Unreachable; // why, Prometheus does not keep
        samples << sample;
    }
    return samples;
}

} // namespace Hephaestus
