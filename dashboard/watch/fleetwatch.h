// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/watch/pollingfeed.h"
#include "dashboard/watch/prometheusfeed.h"

namespace Hephaestus {

/// Knows which feed owns which service, and joins what the feeds publish into one stream. Services belong to the
/// polling feed, or to that of a Prometheus server, which leaves to the polling feed what it does not scrape.
///
/// Of one service, whose row is open, the service itself is asked as well: for what Prometheus cannot know. What it
/// answers counts only if it is the instance that Prometheus scrapes: an address may lead elsewhere from here.
class FleetWatch : public QObject
{
    Q_OBJECT

public:
    /// `stateDirectory` as for targetOf().
    explicit FleetWatch(const Clock &clock = Clock::machine(), const QString &stateDirectory = {},
                        QObject *parent = nullptr);
    ~FleetWatch() override;

    /// Once, before start(). `servers`: as PrometheusGroup::at() accepts them.
    PrometheusFeed &connectPrometheus(const QList<PrometheusServer> &servers);

    PollingFeed &polling() { return m_polling; }
    const PollingFeed &polling() const { return m_polling; }
    PrometheusFeed *prometheus() const { return m_prometheus.get(); } ///< null: there is none

    /// `feed`: one of the two above. For an id that is there already, `entry` replaces the earlier one.
    void add(ServiceId id, const SharedEntry &entry, ServiceFeed &feed);
    void setEntry(ServiceId id, const SharedEntry &entry);
    void remove(ServiceId id);
    const ServiceFeed *ownerOf(ServiceId id) const; ///< null: no such service
    void setOpened(ServiceId id);                   ///< NoService: none
    /// Those that Prometheus is asked all of at each question, as PrometheusFeed::setShown() has it. After
    /// connectPrometheus(); without it nothing.
    void setShown(const std::function<QList<ServiceId>()> &shown);
    void readWhole(ServiceId id); ///< its row says what did not come from here

    void start();
    void stop();

Q_SIGNALS:
    void arrived(const QList<Hephaestus::Arrival> &arrivals);
    void ownerChanged(Hephaestus::ServiceId id); ///< not for the first owner

private:
    struct Service
    {
        SharedEntry entry;
        ServiceFeed *owner = nullptr;
        QString instance{}; ///< as Prometheus scraped it last; empty: it says none
    };

    void takePolled(const QList<Arrival> &arrivals);
    void takeScraped(const QList<Arrival> &arrivals);
    bool isOpened(ServiceId id) const;
    void pollInstead(ServiceId id);
    void stopPolling(ServiceId id);

    const Clock &m_clock;
    std::map<ServiceId, Service> m_services;
    PollingFeed m_polling;
    std::unique_ptr<PrometheusFeed> m_prometheus;
    ServiceId m_opened = NoService;
    std::optional<Clock::TimePoint> m_answered; ///< when the opened one answered last
};

} // namespace Hephaestus
