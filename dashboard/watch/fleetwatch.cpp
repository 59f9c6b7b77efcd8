// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/fleetwatch.h"

namespace Hephaestus {

FleetWatch::FleetWatch(const Clock &clock, QObject *parent) : QObject(parent), m_clock(clock), m_polling(clock)
{
    connect(&m_polling, &ServiceFeed::arrived, this, &FleetWatch::arrived);
}

FleetWatch::~FleetWatch() = default;

PrometheusFeed &FleetWatch::connectPrometheus(const QList<PrometheusServer> &servers)
{
    m_prometheus = std::make_unique<PrometheusFeed>(servers, m_clock);
    connect(m_prometheus.get(), &ServiceFeed::arrived, this, &FleetWatch::arrived);
    connect(m_prometheus.get(), &PrometheusFeed::released, this, &FleetWatch::pollInstead);
    connect(m_prometheus.get(), &PrometheusFeed::claimed, this, &FleetWatch::stopPolling);
    return *m_prometheus;
}

void FleetWatch::add(ServiceId id, const FleetEntry &entry, ServiceFeed &feed)
{
    m_services[id] = {entry, &feed};
    feed.add(id, entry);
}

void FleetWatch::setEntry(ServiceId id, const FleetEntry &entry)
{
    const auto service = m_services.find(id);
    if (service == m_services.end())
        return;
    service->second.entry = entry;
    service->second.owner->add(id, entry);
}

void FleetWatch::remove(ServiceId id)
{
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
    Q_EMIT ownerChanged(id);
}

} // namespace Hephaestus
