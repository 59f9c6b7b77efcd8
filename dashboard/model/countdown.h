// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/serviceactions.h"

#include <QTimer>

#include <vector>

namespace Hephaestus {

/// Acts that can still be taken back: each waits three seconds, which its rows count, before it is done.
class Countdown : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Wait{3};

    /// `fleet` outlives this.
    explicit Countdown(FleetModel &fleet, const Clock &time = Clock::machine(), QObject *parent = nullptr);

    /// `act` is called when the time is over.
    void begin(const QList<ServiceId> &services, ServiceAction action, const std::function<void()> &act);
    /// Nothing that waits is done any more. False: nothing waited.
    bool takeBack();
    bool isWaiting(ServiceId id) const;

    void check(); ///< the timer's only deed

private:
    struct Waiting
    {
        QList<ServiceId> services;
        ServiceAction action;
        std::function<void()> act;
        Clock::TimePoint due;
    };

    void show(const Waiting &waiting);

    FleetModel &m_fleet;
    const Clock &m_time;
    std::vector<Waiting> m_waiting;
    QTimer m_timer;
};

} // namespace Hephaestus
