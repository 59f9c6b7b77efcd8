// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/history.h"
#include "dashboard/model/servicerow.h"
#include "dashboard/watch/servicefeed.h"

#include <QAbstractTableModel>

#include <QSet>

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace Hephaestus {

/// The fleet as a table: what is known of each service now. A row whose shown values stay the same is silent. Otherwise
/// the narrowest range of cells is signalled, and nothing ever resets. Cells carry values under the roles, never
/// colours: those are for the delegates.
class FleetModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    /// Settings know them by number: new ones come last.
    enum Column {
        State,
        Service,
        Code,
        Dependencies,
        Version,
        Uptime,
        InFlight,
        Latency,
        LastSeen,
        Cpu, ///< this and all after it are shown to those who choose them (figurecells.h)
        Memory,
        Pid,
        Address,
        Directory,
        Failures,
        Restarts,
        Since,
        Alerts, ///< of Alertmanagers
        ColumnCount
    };
    enum Role {
        IdRole = Qt::UserRole,
        StateRole,        ///< ServiceState
        CodeRole,         ///< CodeVerdict
        DependenciesRole, ///< QList<DependencyReport>
        CurrentRole,      ///< bool; false: the value is old
        SortRole,         ///< comparable, by the cell's value
        FavouriteRole,    ///< bool
        LatenciesRole,    ///< QList<float>: seconds, of the latest polls, oldest first; not a number: nobody answered
        QuietRole,        ///< Quiet
        LastRole = QuietRole,
    };

    static constexpr int LatenciesKept = 60;

    /// How many services there are of each kind.
    struct Totals
    {
        int services = 0;
        int stale = 0;
        int alerted = 0; ///< with alerts that are told
        int cutOff = 0;  ///< there is no connection to their machine
        QHash<ServiceState, int> states;

        bool operator==(const Totals &) const = default;
    };

    /// While one lives, changes are made at once, and signalled together at its end with as few signals as for one.
    class Batch
    {
    public:
        explicit Batch(FleetModel &fleet) : m_fleet(fleet) { ++fleet.m_batches; }
        ~Batch();
        Q_DISABLE_COPY_MOVE(Batch)

    private:
        FleetModel &m_fleet;
    };

    explicit FleetModel(const Clock &time = Clock::machine(), QObject *parent = nullptr);
    ~FleetModel() override;

    ServiceId add(const FleetEntry &entry);
    QList<ServiceId> addAll(const QList<FleetEntry> &entries); ///< with as few signals as for one
    void remove(ServiceId id) { removeAll({id}); }
    void removeAll(const QList<ServiceId> &services); ///< with as few signals as for one
    void rename(ServiceId id, const QString &name);
    void setGroup(ServiceId id, const QString &group);
    void setRestart(ServiceId id, const RestartMethod &restart); ///< its entry says another way now
    void setBuild(ServiceId id, const std::optional<RestartByCommand> &build);
    /// All that its fleet file says now, but the name and the group, which are rename()'s and setGroup()'s, and the
    /// token that a person gave.
    void setEntry(ServiceId id, const FleetEntry &entry);

    /// What the feeds publish, oldest first, with as few signals as for one.
    void applyArrivals(const QList<Arrival> &arrivals);
    /// An answer that came now, in the dialect of the latest.
    void applyAnswer(ServiceId id, const Answer<HealthReport> &answer);
    /// What this dashboard is doing with the service; nothing: it is done.
    void setActivity(ServiceId id, const std::optional<Activity> &activity);
    void setActivities(const QHash<ServiceId, Activity> &activities); ///< with as few signals as for one
    void endActivities(const QList<ServiceId> &services);             ///< with as few signals as for one
    /// What could not be done with it (`restart failed`), which its state tells until it is healthy; empty: somebody
    /// knows.
    void setFailure(ServiceId id, const QString &failure);
    /// It was seen to be gone for good: it is Stopped, not Unreachable, until it answers again.
    void setStopped(ServiceId id);
    /// Its process was seen to end: what it answered last is of the past, and how it is now its next answer tells.
    void setProcessEnded(ServiceId id);
    /// A favourite is listed before the others.
    void setFavourite(ServiceId id, bool favourite) { setFavourites({id}, favourite); }
    void setFavourites(const QList<ServiceId> &services, bool favourite); ///< with as few signals as for one
    /// The alerts of those services that have some, the most severe first; the others have none. `why`: why they are
    /// not known; then no service has any.
    void setAlerts(const QHash<ServiceId, QList<FiringAlert>> &alerts, const std::optional<QString> &why);
    void endAlerts(); ///< nobody is asked for them any more
    /// Somebody is asked for them, and they are not known.
    bool areAlertsLost() const { return m_areAlertsAsked && m_whyNoAlerts; }
    void setQuiet(ServiceId id, const Quiet &quiet);
    /// `note` is called for each of them.
    void setTold(const QList<ServiceId> &services, const std::function<void(AlertsTold &)> &note);
    void setBrokenRules(ServiceId id, const QStringList &rules);
    /// When it answered last, of one that has not answered since it is watched here.
    void setSeenEarlier(ServiceId id, Clock::WallTime at);
    /// How its process was seen to end.
    void setEnd(ServiceId id, const ProcessEnd &end);
    /// As what it answers, unless the row knows better: it has answered since. `isAccepted`: a person says so.
    void setKnown(ServiceId id, const KnownName &known, bool isAccepted = false);
    /// Of polls before those that this has seen, oldest first.
    void prependLatencies(ServiceId id, const QList<float> &earlier);
    /// Ages grow without an answer: signals those that read differently now.
    void updateAges();

    const ServiceRow *find(ServiceId id) const; ///< null: no such service; valid until the next non-const call
    const ServiceRow &row(int row) const;
    const History &history(ServiceId id) const;
    QModelIndex indexOf(ServiceId id) const; ///< its first cell; invalid: no such service
    QList<ServiceId> ids() const;
    int countNamed(const QString &name) const { return m_names.value(name); } ///< services of exactly that name
    const Totals &totals() const { return m_totals; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void answered(Hephaestus::ServiceId id); ///< after every poll, whatever it changed
    /// Its state is as at its latest answer, and its figures were not read anew. That is no answer().
    void confirmed(Hephaestus::ServiceId id);
    void happened(const Hephaestus::Event &event);
    void groupsChanged(); ///< setGroup() did; once for a Batch
    void totalsChanged();
    void settled(); ///< after the signals of everything that changed at once

private:
    struct Watched;

    Watched *watched(ServiceId id) const;
    QList<Event> apply(const Arrival &arrival);
    void confirm(Watched &known, const Arrival &arrival);
    ServiceRow change(Watched &service, ServiceRow row);
    void changeEntry(ServiceId id, const std::function<void(FleetEntry &)> &edit);
    qint64 ageStepOf(const ServiceRow &row) const;
    void signalChanges();
    void signalCells();
    void count(const ServiceRow &row, int sign);
    void countName(const QString &name, int sign);
    void shareMemory();
    void putLast(const std::vector<int> &lines);
    int lineOf(ServiceId id, std::size_t first, std::size_t end) const;
    QString text(const ServiceRow &row, int column) const;
    QString toolTip(const ServiceRow &row, int column) const;
    QVariant sortValue(const ServiceRow &row, int column) const;

    const Clock &m_time;
    std::vector<std::unique_ptr<Watched>> m_services;
    std::size_t m_going = 0; ///< the last so many of m_services are being removed, and stand behind all others
    ServiceId m_lastId = NoService;
    std::map<int, quint32> m_changed; ///< rows, and which of their cells, that are not signalled yet
    Totals m_totals;
    std::size_t m_historyShare = History::LargestShare; ///< of each service, in bytes
    bool m_totalsChanged = false;
    QSet<ServiceId> m_alerted;
    bool m_areAlertsAsked = false;
    std::optional<QString> m_whyNoAlerts; ///< nothing: the rows have them
    int m_batches = 0;                    ///< that live
    bool m_groupsChanged = false;
    QHash<QString, int> m_names; ///< how many services have each
};

} // namespace Hephaestus
