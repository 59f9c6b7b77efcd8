// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/actwatch.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/hookrunner.h"
#include "common/fleet/lastanswers.h"
#include "dashboard/model/addressholders.h"
#include "dashboard/model/alertpush.h"
#include "dashboard/model/bulkactions.h"
#include "dashboard/model/earlierlatencies.h"
#include "dashboard/model/eventjournal.h"
#include "dashboard/model/fleetfilewatch.h"
#include "dashboard/model/fleethistory.h"
#include "dashboard/model/prometheuspast.h"
#include "dashboard/watch/fleetwatch.h"
#include "dashboard/watch/stalerestarts.h"

#include <map>

namespace Hephaestus {

/// One fleet while the dashboard runs: the table, the watch that feeds it, the actions, the journal and the history.
/// They are wired to each other here, and the windows know nothing else. One thread; nothing blocks.
class FleetSession : public QObject
{
    Q_OBJECT

public:
    explicit FleetSession(SequenceOptions options = {}, const Clock &clock = Clock::machine(),
                          QObject *parent = nullptr);
    ~FleetSession() override;

    FleetModel &fleet() { return m_fleet; }
    ServiceActions &actions() { return m_actions; }
    BulkActions &bulk() { return m_bulk; }
    EventJournal &journal() { return m_journal; }
    const FleetWatch &watch() const { return m_watch; }
    /// The service whose row is open: it is asked itself for what Prometheus cannot know. NoService: none.
    void setOpened(ServiceId id);
    /// Those in view, of which Prometheus is asked all, however large the fleet is; called before each question.
    void setShown(const std::function<QList<ServiceId>()> &shown) { m_watch.setShown(shown); }

    /// Keeps the history in that file from now on, and shows what it holds from earlier days. Once, before start().
    void keepHistory(const QString &file, HistoryLimits limits = {});
    FleetHistory *history() const { return m_history.get(); } ///< null: nothing is kept
    HistorySource *pastOf(ServiceId id) const;                ///< null: nowhere
    /// Where programs that are started from here leave their output; empty: the default one.
    const QString &stateDirectory() const { return m_stateDirectory; }

    /// Shows the services that these Prometheus servers scrape, as they see them. Once, before start().
    void connectPrometheus(const QList<PrometheusServer> &servers);

    /// Shows the alerts of these Alertmanagers from now on, instead of earlier ones'; of none: no alerts.
    void connectAlertmanagers(const QList<PrometheusServer> &servers);
    ServiceAlerts *alerts() const { return m_alerts.get(); } ///< null: no Alertmanager is asked
    /// What those are told of the services that are asked from here; nothing: they are told nothing.
    void pushAlerts(const std::optional<PushedRules> &rules);

    /// A URL that is watched already is not added again: its row is the answer.
    ServiceId add(const FleetEntry &entry);
    /// `fleetFile`: where they were read; empty: elsewhere. An address that another project's file names, too, has a
    /// row for each of the projects: at most one of them has it, and the others' is foreign.
    void addAll(const QList<FleetEntry> &entries, const QString &fleetFile = {});
    /// As addAll(), after connectPrometheus(): it reports on those that it scrapes, and the others are polled. The
    /// entries say what it cannot know: tokens, restarts and their order, and services of their own.
    void addScraped(const QList<FleetEntry> &entries, const QString &fleetFile = {});
    /// Reads a fleet file, or (`.json`) one of Prometheus' file_sd, and adds its services. One that is open is read
    /// anew: what it says otherwise is taken, and what it names no more is not watched any more, unless an act on it is
    /// under way. On problems nothing changes.
    QList<Problem> open(const QString &fleetFile);
    void remove(ServiceId id) { removeAll({id}); }
    void removeAll(const QList<ServiceId> &services); ///< each is looked at once, however many there are
    /// Whether the user has agreed to what the fleet file runs for it (FleetTrust). Else it is shown before it is run.
    bool isTrusted(ServiceId id);
    /// Which file that is: of two that name one address, the one that was opened last. Empty: none says how to run it.
    QString restartFileOf(ServiceId id) const { return m_restartFiles.value(id, fleetFileOf(id)); }
    /// Whether the user has agreed to where the token goes that its fleet file names. Else it is not sent.
    bool isTokenTrusted(ServiceId id);
    void trust(ServiceId id); ///< both
    void trustToken(ServiceId id);
    bool isTrusted(const QString &fleetFile, const FleetHook &hook) { return m_trust.isTrusted(fleetFile, hook); }

    /// Of its hosts that are named without services: all are watched that their own fleet files name, once those are
    /// known. What keeps a host from being asked is told in the journal.
    void addHosts(const Fleet &fleet);
    /// Those that could not be asked yet: what is shown is not all.
    QStringList unknownHosts() const;
    /// The hosts of services there is no connection to, and why, a sentence each.
    QStringList lostHosts() const;
    /// In what was told of it, too.
    void rename(ServiceId id, const QString &name);
    /// Of a service that no fleet file names.
    void setGroup(ServiceId id, const QString &group);

    /// One that was added without a file, and its services.
    void removeHost(const QString &name);
    /// The service that answers by that name instead of it is the one that is meant from now on.
    void accept(ServiceId id, const QString &name);
    /// Runs the hooks of this file (HookRunner) while the services are watched and something may be done to them; of
    /// one that is run already, what was read anew.
    void runHooks(const Fleet &fleet);
    QList<Fleet> hookedFleets() const; ///< those files that have hooks
    /// Agrees to the hook, and tries it; hookTested() tells what came of it.
    void testHook(const QString &fleetFile, const FleetHook &hook);

    /// Of several rows for one address the oldest. NoService: it is not watched.
    ServiceId find(const QString &url) const;
    /// The file because of which it is watched; empty: none.
    QString fleetFileOf(ServiceId id) const { return m_fleetFiles.value(id); }
    QList<ServiceId> servicesOf(const QString &fleetFile) const; ///< oldest first
    int servicesOfFiles() const { return int(m_fleetFiles.size()); }

    void start();
    void stop(); ///< no question is asked any more

Q_SIGNALS:
    void alertmanagersChanged(); ///< alerts() is another one
    void hooksChanged();
    /// A fleet file has a service, too, that was added without one: how it is started is taken from there.
    void describedByFile(Hephaestus::ServiceId id, const QString &fleetFile, const Hephaestus::FleetEntry &entry);
    void hookTested(const QString &fleetFile, const QString &hook, const QString &failure); ///< empty: it was sent

private:
    struct LoneHost
    {
        RemoteHost host;
        QString fleetFile;
        bool isAsked = false;
        QString told{}; ///< why it could not be asked, which the journal says already
    };
    void connectParts();
    void insert(const QList<FleetEntry> &entries, const QString &fleetFile, ServiceFeed &feed);
    void removeUnnamed(const Fleet &fleet);
    void applyAgain(const Fleet &fleet);
    bool forget(ServiceId id);
    void tellProjectsApart();
    void askLoneHosts();
    void addFleetOf(const LoneHost &asked, const Result<Fleet> &there);
    ServiceId rowOf(const FleetEntry &entry, const QString &fleetFile) const;
    void chooseRecorded(ServiceId id);
    void applyArrivals(const QList<Arrival> &arrivals);
    void tell(const Event &event);
    void tellOfHosts(const QList<Arrival> &arrivals);
    std::optional<PlannedEnd> whyGone(const ServiceRow &row);
    void refuseStranger(const ServiceRow &row, Arrival &arrival) const;
    void applyPast(ServiceId id);
    void applyHeld();
    void hurryAfterSleep();
    void rememberStopped(ServiceId id);
    void rememberAnswer(ServiceId id);
    void forgetAnswer(ServiceId id);
    void saveAnswers();
    void seeActs(const QString &record);
    void learnAct(ServiceId id);
    bool learnBrokenOff(const ServiceRow &row, bool isGone);
    bool remember(const ServiceRow &row, const Receipt &receipt);
    void restartStale(ServiceId id);
    void watchForStale(ServiceId id);
    void tellUntrusted(ServiceId id);
    void updateOwner(ServiceId id);
    void boundOutputs();
    void showToHooks(ServiceId id);
    void checkHooks();
    void tellOfHook(const QString &hook, EventKind kind, const QString &text);

    const Clock &m_clock;
    const Clock::WallTime m_since; ///< what ended before is no news
    QString m_stateDirectory;
    FleetModel m_fleet;
    EventJournal m_journal;
    ServiceActions m_actions;
    BulkActions m_bulk;
    StaleRestarts m_stale;
    FleetTrust m_trust;
    FleetFileWatch m_fileWatch; ///< of those that open() has read
    AddressHolders m_holders;
    LastAnswers m_lastAnswers;
    QHash<ServiceId, QString> m_learned; ///< the instance that m_lastAnswers has
    QTimer m_learnTimer;                 ///< until what was learned is saved
    QHash<ServiceId, bool> m_stopped;    ///< whether it is recorded as stopped on purpose, as far as was seen
    QSet<ServiceId> m_untrusted; ///< to be restarted when stale by a file that is not trusted, which was not yet told
    std::map<QString, std::unique_ptr<HookRunner>> m_hooks; ///< by fleet file
    QTimer m_hookTimer;
    QTimer m_hostTimer;
    QList<LoneHost> m_loneHosts; ///< whose services are not known yet
    QSet<QString> m_lostHosts;   ///< of which the journal says so, by name
    QTimer m_ageTimer;
    QTimer m_outputTimer;
    std::chrono::nanoseconds m_slept{0};      ///< the machine, until the latest look
    QTimer m_pastTimer;                       ///< so long answers wait for what is remembered
    QList<Arrival> m_heldArrivals;            ///< which wait for that
    QHash<QString, QList<ServiceId>> m_byUrl; ///< oldest first; none is empty
    QMultiHash<QString, ServiceId> m_byActs;  ///< by recordOfActs(), of those that are polled
    ActWatch m_acts;
    QHash<QString, ServiceId> m_recorded;     ///< by URL with several rows: whose answers are its history
    QHash<ServiceId, QString> m_ownGroups;    ///< as their fleet files say, of services that were read from one
    QHash<ServiceId, QString> m_fleetFiles;   ///< of services that were read from one
    QHash<ServiceId, QString> m_restartFiles; ///< where another one says how to run it
    std::unique_ptr<HistoryStore> m_store;
    std::unique_ptr<FleetHistory> m_history;
    std::unique_ptr<EarlierLatencies> m_earlierLatencies;
    std::unique_ptr<PrometheusPast> m_prometheusPast;
    std::optional<PushedRules> m_pushed;
    bool m_isRunning = false;
    FleetWatch m_watch; ///< last but these: its feeds end before what they answer to
    std::unique_ptr<ServiceAlerts> m_alerts;
    std::unique_ptr<AlertPush> m_push; ///< to those of m_alerts
};

} // namespace Hephaestus
