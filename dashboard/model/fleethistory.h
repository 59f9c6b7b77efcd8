// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/obituaries.h"
#include "dashboard/history/recorder.h"
#include "dashboard/model/eventjournal.h"
#include "dashboard/model/fleetmodel.h"
#include "dashboard/model/serviceactions.h"

#include <QSet>

namespace Hephaestus {

/// Connects the models with what is remembered. Their answers, events and receipts go to the store. From the store the
/// journal gets what happened before, and services get their last receipts back.
class FleetHistory : public QObject
{
    Q_OBJECT

public:
    /// All outlive this. `stateDirectory`: where programs started from here leave their output; empty: the default one.
    FleetHistory(FleetModel &fleet, ServiceActions &actions, EventJournal &journal, HistoryStore &store,
                 const QString &stateDirectory, const Clock &clock = Clock::machine(),
                 Obituaries::Holds holds = isHeldBy, QObject *parent = nullptr);
    ~FleetHistory() override;

    HistoryStore &store() { return m_store; }
    void forget(ServiceId id);
    /// Its answers are kept elsewhere; until it is forgotten.
    void leaveOut(ServiceId id) { m_leftOut << id; }
    /// The process that answers for it is one of this machine, and is watched.
    bool isLocal(ServiceId id) const { return m_obituaries.isLocal(id); }

    /// Its process `pid` is killed from here, as `by` asked.
    void expectKill(ServiceId id, qint64 pid, const QString &by) { m_obituaries.expectKill(id, pid, by); }

    /// What is remembered of the service at that address; an empty one: nothing, or not yet.
    KnownService knownOf(const QString &url) const { return m_known.value(url); }
    bool isPastKnown() const { return m_isPastKnown; }
    void forgetPast(const QString &url); ///< what answers there next is a service that nobody knows

    /// Something that the journal shows already, for the store.
    void record(const Event &event);
    /// The same of one that the journal does not show yet, unless an earlier day told it and nothing changed since.
    void publishIfNew(const Event &event);
    /// Something that the models do not see, for the journal and the store.
    void publish(const Event &event);

Q_SIGNALS:
    /// Its process was seen to end: how the service is now is to be asked.
    void ended(Hephaestus::ServiceId id);
    void pastKnown(); ///< knownOf() tells what there is; once, also if nothing can be read
    /// An obituary was recorded.
    void buried(Hephaestus::ServiceId id);

private:
    void connectStore();
    void askEarlierEvents();
    void askEarlierReceipts();
    void askKnown();
    void recordKnown(const ServiceRow &row);
    void handOutReceipts(int first, int last);
    void handOutEvents(int first, int last);
    bool isToldAlready(const Event &event) const;
    void observe(ServiceId id);
    QString urlOf(ServiceId id) const;

    FleetModel &m_fleet;
    ServiceActions &m_actions;
    EventJournal &m_journal;
    HistoryStore &m_store;
    const Clock &m_clock;
    Recorder m_recorder;
    Obituaries m_obituaries;
    QSet<ServiceId> m_leftOut;
    QHash<QString, Receipt> m_earlierReceipts;    ///< by URL: of services that are not there yet
    QHash<QString, QList<Event>> m_earlierEvents; ///< by URL, oldest first: of services that are not there yet
    QHash<ServiceId, QList<Event>> m_toldEarlier; ///< oldest first: of those that are
    QList<Event> m_firstLooks;                    ///< which wait for what was told earlier
    bool m_isEarlierKnown = false;
    QHash<QString, KnownService> m_known; ///< by URL
    bool m_isPastKnown = false;
};

} // namespace Hephaestus
