// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusfleet.h"
#include "dashboard/model/fleetwatch.h"

#include <QTimer>

namespace Hephaestus {

/// Feeds the table from a Prometheus server: the services it scrapes are added as they appear, and its samples of the last half hour are
/// their history. While the server does not answer, nothing is known of any of them, and their rows say so. One thread.
class PrometheusWatch : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Interval{5};
    static constexpr std::chrono::seconds Past{1800};
    static constexpr std::chrono::seconds PastStep{15};

    /// `watch` outlives this.
    PrometheusWatch(FleetWatch &watch, std::unique_ptr<PrometheusFleet> server, QObject *parent = nullptr);

    void start();

private:
    void look();
    void take(const QList<PrometheusFleet::Member> &members);
    void loseAll(const QString &why);
    void deliver(const QList<PrometheusFleet::Member> &members);

    struct Known
    {
        TimeSource::Wall scraped; ///< when the answer in the row came about
        bool answered = false;
    };

    FleetWatch &m_watch;
    std::unique_ptr<PrometheusFleet> m_server;
    QTimer m_timer;
    std::map<ServiceId, Known> m_known;
    bool m_pastAsked = false;
    bool m_lost = false;
};

} // namespace Hephaestus
