// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/prometheuswatch.h"

#include "dashboard/model/momentrange.h"

#include <QUrl>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Of all ways to write the URL of a service one.
QString plainUrl(const QString &url)
{
    QUrl plain(url);
    if (plain.port() < 0)
        plain.setPort(plain.scheme() == "https"_L1 ? 443 : 80);
    QString text = plain.toString(QUrl::StripTrailingSlash);
    if (plain.path() == "/"_L1)
        text.chop(1); // which is not stripped
    return text;
}

constexpr int LooksUntilStrange = 2; ///< a server that has just started does not know yet what it scrapes

} // namespace

/// The other side of the thread.
class PrometheusWatch::Worker : public QObject
{
public:
    Worker(PrometheusWatch *watch, const QString &url) : m_watch(watch), m_url(url) {}

    void look()
    {
        server().ask(
            [watch = m_watch](const QList<PrometheusFleet::Member> &members) {
                QMetaObject::invokeMethod(
                    watch, [watch, members] { watch->take(members); }, Qt::QueuedConnection);
            },
            [watch = m_watch](const std::optional<Problem> &problem) {
                QMetaObject::invokeMethod(
                    watch, [watch, problem] { watch->endLook(problem); }, Qt::QueuedConnection);
            });
    }

    void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                  const std::function<void(const Result<HistoryRange> &)> &done)
    {
        server().askPast(
            url, from, to, step, [watch = m_watch, step, done](const Result<QList<PrometheusFleet::Sample>> &samples) {
                const auto range = samples ? Result<HistoryRange>(rangeOf(*samples, step)) : samples.problem();
                QMetaObject::invokeMethod(
                    watch, [done, range] { done(range); }, Qt::QueuedConnection);
            });
    }

private:
    PrometheusFleet &server()
    {
        if (!m_server)
            m_server = *PrometheusFleet::at(m_url); // in the thread in which it is used
        return *m_server;
    }

    PrometheusWatch *const m_watch;
    const QString m_url;
    std::unique_ptr<PrometheusFleet> m_server;
};

PrometheusWatch::PrometheusWatch(FleetWatch &watch, const QString &url, QObject *parent)
    : QObject(parent)
    , m_watch(watch)
    , m_worker(new Worker(this, url))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PrometheusWatch::look);
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(QStringLiteral("prometheus"));
    m_thread.start();
}

PrometheusWatch::~PrometheusWatch()
{
    m_thread.quit();
    m_thread.wait();
}

void PrometheusWatch::start() { look(); }

void PrometheusWatch::look()
{
    QMetaObject::invokeMethod(
        m_worker, [worker = m_worker] { worker->look(); }, Qt::QueuedConnection);
}

void PrometheusWatch::addAll(const QList<FleetEntry> &entries, const QString &fleetFile)
{
    const QList<ServiceId> ids = m_watch.addUnasked(entries, *this, fleetFile);
    for (qsizetype each = 0; each < ids.size(); ++each) {
        m_known.try_emplace(ids[each]);
        m_ofFiles.insert(plainUrl(entries[each].url), ids[each]);
    }
}

void PrometheusWatch::askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                               const std::function<void(const Result<HistoryRange> &)> &done)
{
    const auto known = m_known.find(m_watch.find(url));
    const QString scraped = known == m_known.end() ? QString() : known->second.url;
    QMetaObject::invokeMethod(
        m_worker, [=, worker = m_worker] { worker->askRange(scraped, from, to, step, done); }, Qt::QueuedConnection);
}

/// NoService: it has no row yet.
ServiceId PrometheusWatch::idOf(const FleetEntry &entry) const
{
    const auto ofFile = m_ofFiles.constFind(plainUrl(entry.url));
    return ofFile != m_ofFiles.cend() && m_watch.fleet().find(*ofFile) ? *ofFile : m_watch.find(entry.url);
}

void PrometheusWatch::take(const QList<PrometheusFleet::Member> &members)
{
    const Clock &time = Clock::machine();
    QList<FleetEntry> added;
    for (const PrometheusFleet::Member &member : members) {
        if (idOf(member.entry) == NoService)
            added << member.entry;
    }
    m_watch.addUnasked(added, *this);
    QList<Arrival> arrivals;
    for (const PrometheusFleet::Member &member : members) {
        const ServiceId id = idOf(member.entry);
        if (m_ofFiles.contains(plainUrl(member.entry.url)))
            m_watch.leaveTo(id, *this); // it may have been a stranger before
        if (!m_watch.isUnasked(id))
            continue; // somebody added it here, too
        const auto [place, isNew] = m_known.try_emplace(id);
        Known &known = place->second;
        known.present = true;
        known.url = member.entry.url;
        const bool answered = member.answer.value.has_value();
        if (!isNew && known.scraped == member.scraped && known.answered == answered)
            continue; // nothing has been scraped since
        known.scraped = member.scraped;
        known.answered = answered;
        const Clock::WallTime scraped = answered ? member.scraped : time.wall();
        arrivals.append({id, member.answer,
                         time.now() - std::chrono::duration_cast<std::chrono::nanoseconds>(time.wall() - scraped),
                         scraped});
    }
    m_watch.takeAll(arrivals);
}

void PrometheusWatch::endLook(const std::optional<Problem> &problem)
{
    m_timer.start(Interval);
    if (problem)
        return loseAll(problem->text());
    m_lost = false;
    const Clock &time = Clock::machine();
    QList<Arrival> arrivals;
    QList<ServiceId> strangers;
    for (auto &[id, known] : m_known) {
        if (known.url.isEmpty() && ++known.looks >= LooksUntilStrange)
            strangers << id;
        if (std::exchange(known.present, false) || !std::exchange(known.answered, false))
            continue;
        Answer<HealthReport> gone;
        gone.reply.error = ClientError::NotAsked;
        gone.reply.message = tr("Prometheus does not scrape it any more");
        arrivals.append({id, gone, time.now(), time.wall()});
    }
    m_watch.takeAll(arrivals);
    for (const ServiceId id : strangers) {
        m_known.erase(id);
        m_watch.askFromHere(id);
    }
}

void PrometheusWatch::loseAll(const QString &why)
{
    const Clock &time = Clock::machine();
    if (!std::exchange(m_lost, true))
        m_watch.journal().append({time.wall(), NoService, tr("Prometheus"), EventKind::Trouble, why});
    QList<Arrival> arrivals;
    for (auto &[id, known] : m_known) {
        known = {.url = known.url};
        Answer<HealthReport> unknown;
        unknown.reply.error = ClientError::NotAsked;
        unknown.reply.message = tr("Prometheus does not answer: %1").arg(why);
        arrivals.append({id, unknown, time.now(), time.wall()});
    }
    m_watch.takeAll(arrivals);
}

} // namespace Hephaestus
