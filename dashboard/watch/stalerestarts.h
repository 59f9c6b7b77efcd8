// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/fleet/stalerestart.h"

#include <QObject>

namespace Hephaestus {

/// Says which service is to be restarted now because it runs old code, for the entries that ask for it. The rules are
/// those of StaleRestart; this gives them the time and their facts. It restarts nobody itself.
class StaleRestarts : public QObject
{
    Q_OBJECT

public:
    explicit StaleRestarts(const Clock &clock = Clock::machine(), QObject *parent = nullptr);

    /// `fleetFile` says which entry names belong together; empty: no file names this one.
    void add(ServiceId id, const FleetEntry &entry, const QString &fleetFile);
    void remove(ServiceId id);

    /// The latest report of a service; null: it does not answer.
    void observe(ServiceId id, const HealthReport *report);
    /// Emits due() if a service is due. Called once after a batch of observations, so that the batch counts as a whole.
    void decide();

    /// Of every start and restart, whoever asked for it.
    void noteBegin(ServiceId id);
    void noteEnd(ServiceId id, const Receipt &receipt);

Q_SIGNALS:
    void due(Hephaestus::ServiceId id);

private:
    const Clock &m_clock;
    StaleRestart m_rules;
};

} // namespace Hephaestus
