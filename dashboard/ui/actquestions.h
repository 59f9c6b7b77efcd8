// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

namespace Hephaestus {

/// What a person is asked before something dangerous: what will happen, to what, where, and to whom it matters.
class ActQuestions
{
public:
    /// `session` outlives this.
    explicit ActQuestions(FleetSession &session) : m_session(session) {}

    QString ofOne(ServiceId id, ServiceAction action) const;
    QString ofAll(const QList<ServiceId> &services, ServiceAction action) const;
    /// What would run from a fleet file of which it was never run before, and which tokens would be sent that never
    /// were, for the user to agree; empty: nothing.
    QString untrusted(const QList<ServiceId> &services, ServiceAction action) const;
    /// The names of the services that depend on one of these, are none of these, and were not stopped: with
    /// `depends_on` in the same fleet file.
    QStringList dependants(const QList<ServiceId> &services) const;

private:
    QString inFlight(const ServiceRow &row) const;
    QString dependantsText(const QList<ServiceId> &services, ServiceAction action) const;
    QString places(const QList<ServiceId> &services) const;

    FleetSession &m_session;
};

} // namespace Hephaestus
