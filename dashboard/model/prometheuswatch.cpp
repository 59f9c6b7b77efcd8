// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/prometheuswatch.h"

#include <set>

namespace Hephaestus {

PrometheusWatch::PrometheusWatch(FleetWatch &watch, std::unique_ptr<PrometheusFleet> server, QObject *parent)
    : QObject(parent), m_watch(watch), m_server(std::move(server))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PrometheusWatch::look);
}

void PrometheusWatch::start() { look(); }

void PrometheusWatch::look()
{
    m_server->ask([this](const Result<QList<PrometheusFleet::Member>> &members) {
        m_timer.start(Interval);
        if (members)
            take(*members);
        else
            loseAll(members.problem().text());
    });
}

void PrometheusWatch::take(const QList<PrometheusFleet::Member> &members)
{
    m_lost = false;
    if (std::exchange(m_pastAsked, true))
        return deliver(members);
    for (const PrometheusFleet::Member &member : members)
        m_watch.addUnasked(member.entry);
    // The past comes before the present, or it would have to be put in between.
    m_server->askPast(Past, PastStep, [this, members](const Result<PrometheusFleet::Past> &past) {
        for (const PrometheusFleet::Member &member : members) {
            const ServiceId id = m_watch.addUnasked(member.entry);
            if (!past)
                continue; // the present is worth having without it
            for (const auto &[at, report] : past->value(member.entry.url))
                m_watch.fleet().remember(id, at, report);
        }
        deliver(members);
    });
}

void PrometheusWatch::deliver(const QList<PrometheusFleet::Member> &members)
{
    const TimeSource &time = TimeSource::machine();
    QList<Arrival> arrivals;
    std::set<ServiceId> present;
    for (const PrometheusFleet::Member &member : members) {
        const ServiceId id = m_watch.addUnasked(member.entry);
        present.insert(id);
        const auto [known, isNew] = m_known.try_emplace(id);
        const bool answered = member.answer.value.has_value();
        if (!isNew && known->second.scraped == member.scraped && known->second.answered == answered)
            continue; // nothing has been scraped since
        known->second = {member.scraped, answered};
        const TimeSource::Wall scraped = answered ? member.scraped : time.wall();
        arrivals.append({id, member.answer, time.steady() - std::chrono::duration_cast<std::chrono::nanoseconds>(time.wall() - scraped), scraped});
    }
    for (auto &[id, known] : m_known) {
        if (present.contains(id) || !std::exchange(known.answered, false))
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
