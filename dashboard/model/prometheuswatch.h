// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusfleet.h"
#include "dashboard/model/fleetwatch.h"

#include <QThread>
#include <QTimer>

namespace Hephaestus {

/// Feeds the table from a Prometheus server: the services it scrapes are added as they appear, and their history is
/// what it keeps of them, asked for when it is to be shown. While the server does not answer, nothing is known of any
/// of them, and their rows say so. It is asked and read in a thread of its own, and what it says is taken a portion at
/// a time, so that the window never waits for a large fleet.
class PrometheusWatch : public QObject, public HistorySource
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Interval{5};

    /// `watch` outlives this. `url`: one that PrometheusFleet::at() takes.
    PrometheusWatch(FleetWatch &watch, const QString &url, QObject *parent = nullptr);
    ~PrometheusWatch() override;

    /// Services of a fleet file: it says what Prometheus cannot know of them (tokens, how they are restarted and in
    /// which order, whether they are by themselves). Those that Prometheus does not scrape are asked from here, once it
    /// has told what it does. Before start().
    void addAll(const QList<FleetEntry> &entries, const QString &fleetFile);
    void start();

    void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                  const std::function<void(const Result<HistoryRange> &)> &done) override;

private:
    class Worker;

    void look();
    void take(const QList<PrometheusFleet::Member> &members);
    ServiceId idOf(const FleetEntry &entry) const;
    void endLook(const std::optional<Problem> &problem);
    void loseAll(const QString &why);

    struct Known
    {
        Clock::WallTime scraped{}; ///< when the answer in the row came about
        bool answered = false;
        bool present = false; ///< in this look
        QString url;          ///< as Prometheus has it; empty: it was in none
        int looks = 0;        ///< in which it was not, and it never was before
    };

    FleetWatch &m_watch;
    QThread m_thread;
    Worker *m_worker; ///< lives in m_thread
    QTimer m_timer;
    std::map<ServiceId, Known> m_known;
    QHash<QString, ServiceId> m_ofFiles; ///< by the address as such
    bool m_lost = false;
};

} // namespace Hephaestus
