// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/prometheuswatch.h"

#include <QSet>

namespace Hephaestus {

/// The other side of the thread.
class PrometheusWatch::Worker : public QObject
{
public:
    Worker(PrometheusWatch *watch, const QString &url) : m_watch(watch), m_url(url) {}

    void look()
    {
        if (!m_server)
            m_server = *PrometheusFleet::at(m_url); // in the thread in which it is used
        m_ended = false;
        m_server->ask([this](const QList<PrometheusFleet::Member> &members) { take(members); },
                      [this](const std::optional<Problem> &problem) {
                          m_ended = true;
                          m_problem = problem;
                          endLook();
                      });
    }

private:
    /// The past of those that are new comes before their present, or it would have to be put in between.
    void take(const QList<PrometheusFleet::Member> &members)
    {
        QStringList added;
        for (const PrometheusFleet::Member &member : members) {
            if (!m_known.contains(member.entry.url))
                added << member.entry.url;
        }
        if (added.isEmpty())
            return handOver(members, {});
        m_known += QSet<QString>(added.begin(), added.end());
        ++m_pastsAwaited;
        m_server->askPast(added, Past, PastStep, [this, members](const Result<PrometheusFleet::Past> &past) {
            --m_pastsAwaited;
            handOver(members, past ? *past : PrometheusFleet::Past()); // the present is worth having without it
            endLook();
        });
    }

    void handOver(const QList<PrometheusFleet::Member> &members, const PrometheusFleet::Past &past)
    {
        QMetaObject::invokeMethod(m_watch, [watch = m_watch, members, past] { watch->take(members, past); }, Qt::QueuedConnection);
    }

    void endLook()
    {
        if (m_ended && m_pastsAwaited == 0)
            QMetaObject::invokeMethod(m_watch, [watch = m_watch, problem = m_problem] { watch->endLook(problem); }, Qt::QueuedConnection);
    }

    PrometheusWatch *const m_watch;
    const QString m_url;
    std::unique_ptr<PrometheusFleet> m_server;
    QSet<QString> m_known; ///< by URL: those whose past was asked for
    int m_pastsAwaited = 0;
    bool m_ended = false;
    std::optional<Problem> m_problem;
};

PrometheusWatch::PrometheusWatch(FleetWatch &watch, const QString &url, QObject *parent)
    : QObject(parent), m_watch(watch), m_worker(new Worker(this, url))
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
    QMetaObject::invokeMethod(m_worker, [worker = m_worker] { worker->look(); }, Qt::QueuedConnection);
}

void PrometheusWatch::take(const QList<PrometheusFleet::Member> &members, const PrometheusFleet::Past &past)
{
    const TimeSource &time = TimeSource::machine();
    QList<Arrival> arrivals;
    for (const PrometheusFleet::Member &member : members) {
        const ServiceId id = m_watch.addUnasked(member.entry);
        const auto [place, isNew] = m_known.try_emplace(id);
        Known &known = place->second;
        known.present = true;
        const bool answered = member.answer.value.has_value();
        if (!isNew && known.scraped == member.scraped && known.answered == answered)
            continue; // nothing has been scraped since
        for (const auto &[at, report] : past.value(member.entry.url)) {
            if (at < member.scraped)
                m_watch.fleet().remember(id, at, report);
        }
        known.scraped = member.scraped;
        known.answered = answered;
        const TimeSource::Wall scraped = answered ? member.scraped : time.wall();
        arrivals.append({id, member.answer, time.steady() - std::chrono::duration_cast<std::chrono::nanoseconds>(time.wall() - scraped), scraped});
    }
    m_watch.fleet().takeAll(arrivals);
}

void PrometheusWatch::endLook(const std::optional<Problem> &problem)
{
    m_timer.start(Interval);
    if (problem)
        return loseAll(problem->text());
    m_lost = false;
    const TimeSource &time = TimeSource::machine();
    QList<Arrival> arrivals;
    for (auto &[id, known] : m_known) {
        if (std::exchange(known.present, false) || !std::exchange(known.answered, false))
            continue;
        Answer<HealthReport> gone;
        gone.reply.error = ClientError::Unreachable;
        gone.reply.message = tr("Prometheus does not scrape it any more");
        arrivals.append({id, gone, time.steady(), time.wall()});
    }
    m_watch.fleet().takeAll(arrivals);
}

void PrometheusWatch::loseAll(const QString &why)
{
    const TimeSource &time = TimeSource::machine();
    if (!std::exchange(m_lost, true))
        m_watch.journal().append({time.wall(), NoService, tr("Prometheus"), EventKind::Trouble, why});
    QList<Arrival> arrivals;
    for (auto &[id, known] : m_known) {
        known = {};
        Answer<HealthReport> unknown;
        unknown.reply.error = ClientError::Unreachable;
        unknown.reply.message = tr("Prometheus does not answer: %1").arg(why);
        arrivals.append({id, unknown, time.steady(), time.wall()});
    }
    m_watch.fleet().takeAll(arrivals);
}

} // namespace Hephaestus
