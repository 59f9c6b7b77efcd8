// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/fleetwatch.h"

namespace Hephaestus {

namespace {

constexpr std::chrono::seconds OwnAnswerCounts{5};

} // namespace

FleetWatch::FleetWatch(const Clock &clock, const QString &stateDirectory, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_polling(clock, stateDirectory)
{
    connect(&m_polling, &ServiceFeed::arrived, this, &FleetWatch::takePolled);
}

FleetWatch::~FleetWatch() = default;

PrometheusFeed &FleetWatch::connectPrometheus(const QList<PrometheusServer> &servers)
{
    m_prometheus = std::make_unique<PrometheusFeed>(servers, m_clock);
    connect(m_prometheus.get(), &ServiceFeed::arrived, this, &FleetWatch::takeScraped);
    connect(m_prometheus.get(), &PrometheusFeed::released, this, &FleetWatch::pollInstead);
    connect(m_prometheus.get(), &PrometheusFeed::claimed, this, &FleetWatch::stopPolling);
    return *m_prometheus;
}

void FleetWatch::add(ServiceId id, const SharedEntry &entry, ServiceFeed &feed)
{
    m_services.insert_or_assign(id, Service{entry, &feed});
    feed.add(id, entry);
}

void FleetWatch::setEntry(ServiceId id, const SharedEntry &entry)
{
    const auto service = m_services.find(id);
    if (service == m_services.end())
        return;
    service->second.entry = entry;
    service->second.owner->add(id, entry);
    if (isOpened(id))
        m_polling.add(id, entry);
}

void FleetWatch::remove(ServiceId id)
{
    if (id == m_opened)
        m_opened = NoService;
    m_services.erase(id);
    m_polling.remove(id);
    if (m_prometheus)
        m_prometheus->remove(id);
}

const ServiceFeed *FleetWatch::ownerOf(ServiceId id) const
{
    const auto service = m_services.find(id);
    return service == m_services.end() ? nullptr : service->second.owner;
}

/// Whether its row is open, and it is asked although Prometheus tells of it.
bool FleetWatch::isOpened(ServiceId id) const
{
    const auto service = m_services.find(id);
    return id == m_opened && service != m_services.end() && service->second.owner == m_prometheus.get();
}

void FleetWatch::setOpened(ServiceId id)
{
    if (id == m_opened)
        return;
    if (isOpened(m_opened))
        m_polling.remove(m_opened);
    m_opened = id;
    if (m_prometheus)
        m_prometheus->setOpened(id);
    m_answered.reset();
    if (isOpened(id))
        m_polling.add(id, m_services.at(id).entry);
}

void FleetWatch::setShown(const std::function<QList<ServiceId>()> &shown)
{
    if (m_prometheus)
        m_prometheus->setShown(shown);
}

void FleetWatch::readWhole(ServiceId id)
{
    if (m_prometheus)
        m_prometheus->readWhole(id);
}

/// Of the opened one only what the right instance says: that it cannot be reached from here is no news.
void FleetWatch::takePolled(const QList<Arrival> &arrivals)
{
    if (!m_prometheus) // all are the polling feed's
        return Q_EMIT arrived(arrivals);
    QList<Arrival> wanted;
    for (const Arrival &arrival : arrivals) {
        const auto service = m_services.find(arrival.id);
        if (service == m_services.end() || service->second.owner == &m_polling) {
            wanted << arrival;
        } else if (isOpened(arrival.id) && arrival.answer.value && !service->second.instance.isEmpty()
                   && arrival.answer.value->instanceId == service->second.instance) {
            m_answered = m_clock.now();
            wanted << arrival;
        }
    }
    if (!wanted.isEmpty())
        Q_EMIT arrived(wanted);
}

/// While the opened one answers for itself, that is newer, and more.
void FleetWatch::takeScraped(const QList<Arrival> &arrivals)
{
    const bool hasOwn = m_answered && m_clock.now() - *m_answered < OwnAnswerCounts;
    QList<Arrival> wanted;
    for (const Arrival &arrival : arrivals) {
        const auto service = m_services.find(arrival.id);
        const bool isOther = service != m_services.end() && arrival.answer.value
            && std::exchange(service->second.instance, arrival.answer.value->instanceId)
                != arrival.answer.value->instanceId;
        if (isOther || !hasOwn || !isOpened(arrival.id))
            wanted << arrival;
    }
    if (!wanted.isEmpty())
        Q_EMIT arrived(wanted);
}

void FleetWatch::start()
{
    if (m_prometheus)
        m_prometheus->start();
    m_polling.start();
}

void FleetWatch::stop()
{
    if (m_prometheus)
        m_prometheus->stop();
    m_polling.stop();
}

void FleetWatch::pollInstead(ServiceId id)
{
    Service &service = m_services.at(id);
    service.owner = &m_polling;
    m_polling.add(id, service.entry);
    Q_EMIT ownerChanged(id);
}

void FleetWatch::stopPolling(ServiceId id)
{
    m_services.at(id).owner = m_prometheus.get();
    m_polling.remove(id);
    if (isOpened(id))
        m_polling.add(id, m_services.at(id).entry);
    Q_EMIT ownerChanged(id);
}

} // namespace Hephaestus
