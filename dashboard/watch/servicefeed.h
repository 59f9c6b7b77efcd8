// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/reply.h"
#include "common/fleet/addressholder.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/serviceid.h"
#include "common/fleet/sharedentry.h"
#include "common/protocol/dialect.h"

#include <QObject>

namespace Hephaestus {

/// The outcome of one poll of one service, and when it came.
struct Arrival
{
    ServiceId id = NoService;
    Answer<HealthReport> answer;
    Clock::TimePoint steady; ///< by Clock::sinceBoot(): ages go on while the machine sleeps
    Clock::WallTime wall;
    Dialect dialect = Dialect::Hephaestus; ///< of answer.value
    std::optional<PlannedEnd> planned{};   ///< why nobody answers, or it shuts down; no feed knows it
    std::optional<AddressHolder> holder{}; ///< who answers what is not understood; likewise
    /// Not an answer, but that the one of this time still holds for the state of the service: `answer` has no value,
    /// and its figures were not read anew.
    std::optional<Clock::TimePoint> confirms{};
};

/// A way to learn how services are: by asking each (PollingFeed), or by asking somebody who knows (PrometheusFeed).
/// Lives in one thread and blocks nobody. Asks from start() to stop(); what was asked before stop() may arrive after
/// it.
class ServiceFeed : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Reports on `id` from now on. For an id that the feed has already, `entry` replaces the earlier one.
    virtual void add(ServiceId id, const SharedEntry &entry) = 0;
    /// Arrivals that are under way for `id` may still come once.
    virtual void remove(ServiceId id) = 0;
    virtual void start() = 0;
    virtual void stop() = 0;

Q_SIGNALS:
    /// What was learned since the last signal, oldest first.
    void arrived(const QList<Hephaestus::Arrival> &arrivals);
};

} // namespace Hephaestus
