// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"
#include "dashboard/watch/alertmanagerfeed.h"

#include <functional>

namespace Hephaestus {

/// Puts the alerts of Alertmanagers on the rows of the services that they are about, and silences them. One thread.
///
/// An alert is about a service if its label `instance` is what Prometheus calls the service: `HOST:PORT`, with the path
/// that its URL has (scrapeTargets()), or its whole URL. One without `instance` is about the services whose name is its
/// label `service`, or else `job`. What is about no service here is only counted.
class ServiceAlerts : public QObject
{
    Q_OBJECT

public:
    /// What Prometheus calls the service in its label `instance`, if that is another name; may be empty.
    using Instance = std::function<QString(ServiceId)>;
    /// What kept it from being done; nothing: it is.
    using Done = std::function<void(const std::optional<Problem> &)>;

    /// `fleet` outlives this. `servers`: as Alertmanagers::at() accepts them.
    ServiceAlerts(FleetModel &fleet, const QList<PrometheusServer> &servers, const Clock &clock = Clock::machine(),
                  QObject *parent = nullptr);
    ~ServiceAlerts() override; ///< then the rows say that nothing is known

    void setInstances(const Instance &instance) { m_instance = instance; }
    void start() { m_feed.start(); }
    void stop() { m_feed.stop(); }

    bool isKnown() const { return m_reading.isKnown; }
    QString trouble() const; ///< why not all is known; empty: all is
    /// Told of somebody else than the services here.
    qsizetype elsewhere() const { return m_elsewhere; }
    /// Those that hold an alert of the service, or would hold any of its address.
    QList<Silence> silencesOf(ServiceId id) const;

    /// What silences this alert alone: all of its labels.
    static QList<AlertMatcher> matchersOf(const FiringAlert &alert);
    /// What silences every alert of the service that names its instance. Empty: no such service.
    QList<AlertMatcher> matchersOf(ServiceId id) const;
    /// From now until `end`.
    void silence(const QList<AlertMatcher> &matchers, Clock::WallTime end, const QString &author,
                 const QString &comment, const Done &done);
    void endSilence(const QString &id, const Done &done);
    AlertmanagerFeed &feed() { return m_feed; }

Q_SIGNALS:
    void changed();
    void happened(const Hephaestus::Event &event);

private:
    struct Named
    {
        QHash<QString, QList<ServiceId>> instances; ///< as only Prometheus calls them
        QHash<QString, QList<ServiceId>> services;
    };

    void apply(const AlertReading &reading);
    void tellTrouble();
    void place();
    void learnInstances(const QModelIndex &parent, int first, int last);
    void forgetInstances(const QModelIndex &parent, int first, int last);
    QList<ServiceId> servicesOf(const FiringAlert &alert, const Named &names) const;
    Named namedInAlerts() const;

    FleetModel &m_fleet;
    const Clock &m_clock;
    Instance m_instance;
    AlertReading m_reading;
    bool m_isRead = false; ///< at least once, whatever came of it
    QString m_told;        ///< trouble that the journal has
    qsizetype m_elsewhere = 0;
    QHash<QString, QList<ServiceId>> m_byInstance; ///< as `hephaestus targets` calls them, and by URL
    QTimer m_placeTimer;
    AlertmanagerFeed m_feed;
};

} // namespace Hephaestus
