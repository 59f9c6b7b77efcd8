// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusfleet.h"
#include "dashboard/model/fleetwatch.h"

#include <QThread>
#include <QTimer>

namespace Hephaestus {

/// Feeds the table from a Prometheus server: the services it scrapes are added as they appear, and its samples of the last half hour are
/// their history. While the server does not answer, nothing is known of any of them, and their rows say so. It is asked and read in a
/// thread of its own, and what it says is taken a portion at a time, so that the window never waits for a large fleet.
class PrometheusWatch : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Interval{5};
    static constexpr std::chrono::seconds Past{1800};
    static constexpr std::chrono::seconds PastStep{15};

    /// `watch` outlives this. `url`: one that PrometheusFleet::at() takes.
    PrometheusWatch(FleetWatch &watch, const QString &url, QObject *parent = nullptr);
    ~PrometheusWatch() override;

    void start();

private:
    class Worker;

    void look();
    void take(const QList<PrometheusFleet::Member> &members, const PrometheusFleet::Past &past);
    void endLook(const std::optional<Problem> &problem);
    void loseAll(const QString &why);

    struct Known
    {
        TimeSource::Wall scraped; ///< when the answer in the row came about
        bool answered = false;
        bool present = false; ///< in this look
    };

    FleetWatch &m_watch;
    QThread m_thread;
    Worker *m_worker; ///< lives in m_thread
    QTimer m_timer;
    std::map<ServiceId, Known> m_known;
    bool m_lost = false;
};

} // namespace Hephaestus
