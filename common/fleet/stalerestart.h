// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/fleet/serviceid.h"
#include "common/protocol/health.h"
#include "common/protocol/receipt.h"

#include <QHash>

#include <map>
#include <set>

namespace Hephaestus {

/// Which service to restart because it runs old code: one at a time, of those whose fleet entry says so
/// (`restart_on_stale`).
///
/// A service is due when its changes have been the same for a while: a build or a checkout is over. It must also have
/// been idle at two looks in a row, and what it depends on must be up, and not due itself. After a failed restart it is
/// left alone until it is seen fresh, and what depends on it waits.
///
/// While a large part of the fleet is away (does not answer, or shuts down) nothing is restarted. That is no time for
/// changes, and the cause is not in one service. A dependency that fails is not counted.
///
/// A pure state machine: the time is given, and it asks and restarts nobody itself.
class StaleRestart
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Rules
    {
        double outage =
            0.3; ///< nothing is restarted while more than this share of the fleet, and more than one, is away
        std::chrono::milliseconds settle{2'000};        ///< how long the changes must have been the same
        std::chrono::milliseconds firstPause{5'000};    ///< after a restart, until the next of the same service;
        std::chrono::milliseconds longestPause{60'000}; ///< doubled, up to this, with each that follows within as long
    };

    StaleRestart() : StaleRestart(Rules()) {}
    explicit StaleRestart(Rules rules) : m_rules(rules) {}

    /// Of all services, also those that are not to be restarted: others depend on them. Names are given, and depended
    /// on, within one fleet file; an empty `fleetFile` stands for those that none names.
    void add(ServiceId id, const FleetEntry &entry, const QString &fleetFile = {});
    void remove(ServiceId id);
    /// Is there any to be restarted?
    bool isAsked() const { return !m_asked.empty(); }

    /// What it said of itself; null: it does not answer.
    void observe(ServiceId id, const HealthReport *report, TimePoint now);
    /// The service to restart now, or nothing.
    std::optional<ServiceId> due(TimePoint now) const;
    /// Why a stale service that is to be restarted is not due, as the end of a sentence. Empty if it is, or is not
    /// stale.
    QString waitsFor(ServiceId id, TimePoint now) const;

    /// Of every restart and start, whoever asked for it.
    void began(ServiceId id);
    void ended(ServiceId id, const Receipt &receipt, TimePoint now);

private:
    struct Subject
    {
        QString name;
        QString fleetFile;
        QStringList dependsOn;
        bool isAsked;                 ///< to be restarted
        std::optional<bool> serves{}; ///< it answers, and does not shut down; nothing: nobody looked yet
        bool stale = false;
        QList<CodeChange> changed{};
        qint64 more = 0;
        TimePoint since{}; ///< its changes have been these
        qint64 inFlight = 0;
        int idleLooks = 0;    ///< in a row
        bool running = false; ///< a restart
        QString replaced{};   ///< the instance that the latest restart ended; who reads late may still see it
        QString failure{};    ///< of the latest restart; until it is seen fresh
        TimePoint resting{};  ///< no restart before
        std::chrono::milliseconds pause{0};
    };

    const Subject *find(ServiceId id) const;
    QString waitsFor(const Subject &subject, TimePoint now) const;
    bool isOutage() const;
    /// Stale, or a file changed while it was being loaded: which of the two is loaded only a restart makes certain.
    static bool mayBeOld(const CodeReport &code);
    static bool isAway(const Subject &subject);

    const Rules m_rules;
    std::map<ServiceId, Subject> m_subjects;
    QHash<std::pair<QString, QString>, ServiceId> m_ids; ///< by fleet file and name
    std::set<std::pair<QString, ServiceId>> m_asked;     ///< those to be restarted, by name
    qsizetype m_away = 0;                                ///< of m_subjects
};

} // namespace Hephaestus
