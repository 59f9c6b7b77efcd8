// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/servicesnapshot.h"
#include "server/cli/survey.h"

#include <QDeadlineTimer>

namespace Hephaestus {

/// Waits until services are so: healthy, or ready and running the code on disk, or both.
class ServiceWait
{
public:
    struct Wish
    {
        bool healthy = true;
        bool fresh = false;
    };

    ServiceWait(QList<FleetEntry> services, Wish wish, std::chrono::milliseconds timeout);

    /// Asks all once, and returns those that are not so. Runs an event loop.
    QList<ServiceSnapshot> look();
    /// Until the next look is due; at the deadline at once. Runs an event loop.
    void pause();
    /// No other look is due.
    bool isOver() const;

    /// Why this one will not become ready: its program ended while it was waited for. Empty: it may.
    QString whyNever(const ServiceSnapshot &snapshot);

private:
    struct Known
    {
        QString instance;
        qint64 restarts = 0; ///< at the first look at this instance
    };

    bool isSo(const ServiceSnapshot &snapshot) const;

    const QList<FleetEntry> m_services;
    const Wish m_wish;
    const QDeadlineTimer m_deadline;
    SurveyMemory m_memory;
    QHash<QString, Known> m_known;
};

} // namespace Hephaestus
