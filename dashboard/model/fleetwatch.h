// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/dialectclient.h"
#include "common/fleet/environmentcomparison.h"
#include "common/fleet/stalerestart.h"
#include "dashboard/model/bulkactions.h"
#include "dashboard/model/eventjournal.h"
#include "dashboard/model/historykeeper.h"
#include "dashboard/model/poller.h"

namespace Hephaestus {

/// A fleet being watched: the table, what feeds it, what acts on it and what happened, wired to each other. This is all
/// the windows know. It restarts by itself those services whose entry asks for it when they turn stale. One thread;
/// nothing blocks.
class FleetWatch : public QObject
{
    Q_OBJECT

public:
    explicit FleetWatch(SequenceOptions options = {}, QObject *parent = nullptr);
    ~FleetWatch() override;

    FleetModel &fleet() { return m_fleet; }
    ServiceActions &actions() { return m_actions; }
    BulkActions &bulk() { return m_bulk; }
    EventJournal &journal() { return m_journal; }
    const Poller &poller() const { return m_poller; }

    /// From now on all is kept in that file, and what it holds from earlier days is there again. Once, before start().
    void keepHistory(const QString &file, HistoryLimits limits = {});
    HistoryKeeper *history() const { return m_keeper.get(); } ///< null: nothing is kept
    HistorySource *pastOf(ServiceId id) const;                ///< null: nowhere
    /// Where programs that are started from here leave their output; empty: the default one.
    const QString &stateDirectory() const { return m_stateDirectory; }

    /// A URL that is watched already is not added again: its row is the answer.
    ServiceId add(const FleetEntry &entry);
    /// `fleetFile`: where they were read; empty: elsewhere.
    void addAll(const QList<FleetEntry> &entries, const QString &fleetFile = {});
    /// As addAll(), of services that are not asked from here: `past`, which keeps their history, feeds their rows by
    /// takeAll() and outlives them, or says so by askFromHere(). Of each entry its row, whoever feeds that.
    QList<ServiceId> addUnasked(const QList<FleetEntry> &entries, HistorySource &past, const QString &fleetFile = {});
    bool isUnasked(ServiceId id) const { return m_pasts.contains(id); }
    void askFromHere(ServiceId id);                  ///< nobody else feeds it any more
    void leaveTo(ServiceId id, HistorySource &past); ///< it is not asked any more, as if it had been added unasked
    /// What became of services that are not asked from here, oldest first.
    void takeAll(const QList<Arrival> &arrivals);
    /// Reads and watches a fleet file, or (`.json`) one of Prometheus' file_sd; what is wrong with it comes back, and
    /// then nothing is added.
    QList<Problem> open(const QString &fleetFile);
    void remove(ServiceId id);
    ServiceId find(const QString &url) const { return m_byUrl.value(url, NoService); } ///< NoService: it is not watched
    QString fleetFileOf(const QString &url) const
    {
        return m_fleetFiles.value(url);
    } ///< it is watched because of; empty: of none

    void start(); ///< begins to poll
    void stop();  ///< no question is asked any more

private:
    void ask(ServiceId id, const Poller::Done &done);
    void giveUp(ServiceId id);
    void take(ServiceId id, const Answer<HealthReport> &answer);
    void deliver();
    void observe(ServiceId id);
    void restartStale();
    QList<ServiceId> insert(const QList<FleetEntry> &entries, const QString &fleetFile);
    QString inFileOf(const FleetEntry &entry, const QString &name) const;
    QString staleName(const FleetEntry &entry) const;

    QString m_stateDirectory;
    FleetModel m_fleet;
    EventJournal m_journal;
    ServiceActions m_actions;
    BulkActions m_bulk;
    std::map<ServiceId, std::unique_ptr<DialectClient>> m_clients;
    Poller m_poller;
    StaleRestart m_stale;
    EnvironmentComparison m_environments;
    QTimer m_ageTimer;
    QTimer m_deliveryTimer;
    QList<Arrival> m_arrivals; ///< not yet delivered to the table
    QHash<QString, ServiceId> m_byUrl;
    QHash<QString, QString> m_fleetFiles;      ///< by URL: of services that were read from one
    QHash<ServiceId, HistorySource *> m_pasts; ///< of those that are not asked from here
    std::unique_ptr<HistoryStore> m_store;
    std::unique_ptr<HistoryKeeper> m_keeper;
};

} // namespace Hephaestus
