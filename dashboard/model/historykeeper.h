// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/portholders.h"
#include "dashboard/model/answerspan.h"
#include "dashboard/model/deathwatch.h"
#include "dashboard/model/eventjournal.h"
#include "dashboard/model/fleetmodel.h"
#include "dashboard/model/historystore.h"
#include "dashboard/model/serviceactions.h"

#include <deque>

namespace Hephaestus {

/// Hands what the models learn to the store: every answer, every event, every receipt, and, when a process of the fleet
/// dies, its last words. At its start it fills the journal with what happened before, and gives services their last
/// receipts back.
class HistoryKeeper : public QObject
{
    Q_OBJECT

public:
    /// Does that process of this machine hold the socket at that address?
    using Holds = std::function<bool(const ServiceAddress &, qint64 pid)>;

    /// All outlive this. `stateDirectory`: where programs started from here leave their output; empty: the default one.
    HistoryKeeper(FleetModel &fleet, ServiceActions &actions, EventJournal &journal, HistoryStore &store,
                  const QString &stateDirectory, const Clock &time = Clock::machine(), Holds holds = isHeldBy,
                  QObject *parent = nullptr);
    ~HistoryKeeper() override;

    HistoryStore &store() { return m_store; }
    void forget(ServiceId id);
    /// What it answers is kept elsewhere; until it is forgotten.
    void leaveOut(ServiceId id) { m_seen[id].leftOut = true; }
    /// Something happened that the models do not see: for the journal and the store.
    void tell(const Event &event);
    /// The process that answers for it is one of this machine, and is watched.
    bool isLocal(ServiceId id) const;

Q_SIGNALS:
    /// An obituary was recorded.
    void buried(Hephaestus::ServiceId id);

private:
    /// What is known of a service from its latest answers.
    struct Seen
    {
        AnswerSpans spans;
        History::Time recorded; ///< operations up to here are in the store
        std::optional<WrappedProcess> process;
        QList<KeptBody> bodies;
        QByteArray log; ///< the end of its output when it was last asked for
        Clock::TimePoint logAsked{};
        bool logWaits = false; ///< in m_logsWaiting
        qint64 foreignPid = 0; ///< not seen to hold the service's socket when it was looked for
        Clock::TimePoint looked{};
        bool leftOut = false;
    };

    void askEarlierEvents();
    void handOutReceipts();
    void take(ServiceId id);
    void observe(const ServiceRow &row, Seen &seen, History::Time now);
    void watchProcess(const ServiceRow &row, Seen &seen);
    void readLogs();
    void askLog(const ServiceRow &row, const std::function<void(const QByteArray &)> &done);
    void missed(const ServiceRow &row, Seen &seen);
    void wrappedProgramChanged(const ServiceRow &row, Seen &seen);
    void bury(ServiceId id, qint64 pid, const std::optional<ExitStatus> &exit, const QString &reason,
              const QByteArray &log);
    QByteArray keptOutput(const QString &name) const;

    FleetModel &m_fleet;
    ServiceActions &m_actions;
    EventJournal &m_journal;
    HistoryStore &m_store;
    QString m_stateDirectory;
    const Clock &m_time;
    const Holds m_holds;
    DeathWatch m_deaths;
    std::map<ServiceId, Seen> m_seen;
    std::deque<ServiceId> m_logsWaiting; ///< whose output is to be asked for
    int m_logsInFlight = 0;
    QHash<QString, Receipt> m_earlierReceipts; ///< by URL: of services that are not there yet
};

} // namespace Hephaestus
