// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerts.h"

#include "dashboard/model/displaytext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int MostNamed = 5;
constexpr qsizetype LeastGrowth = 3; ///< services

/// As they stand in the fleet.
QList<ServiceId> inOrder(const QSet<ServiceId> &services)
{
    QList<ServiceId> all(services.cbegin(), services.cend());
    std::ranges::sort(all);
    return all;
}

/// Nobody knows who else it will reach.
bool isGathered(const AlertCause &cause)
{
    return cause.kind == AlertCause::Kind::Itself || cause.kind == AlertCause::Kind::Outage;
}

} // namespace

Alerts::Alerts(FleetModel &fleet, AlertCauses &causes, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_time(time)
    , m_causes(causes)
{
    connect(&fleet, &FleetModel::answered, this, [this](ServiceId id) { m_changed << id; });
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &Alerts::noteChanged);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { noteRows(first, last); });
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this](const QModelIndex &, int first, int last) {
        for (int line = first; line <= last; ++line)
            m_removed << m_fleet.row(line).id;
    });
    noteRows(0, fleet.rowCount() - 1);
    connect(&m_timer, &QTimer::timeout, this, &Alerts::check);
}

void Alerts::Gathering::add(Clock::TimePoint now)
{
    first = first.value_or(now);
    last = now;
}

bool Alerts::Gathering::isOver(Clock::TimePoint now, std::chrono::nanoseconds quiet) const
{
    return last && (now - *last >= quiet || now - *first >= GatheringBound);
}

void Alerts::start() { m_timer.start(1s); }

/// State, service and code are the cells that show what is followed.
void Alerts::noteChanged(const QModelIndex &first, const QModelIndex &last)
{
    if (first.column() <= FleetModel::Code)
        noteRows(first.row(), last.row());
}

void Alerts::noteRows(int first, int last)
{
    for (int line = first; line <= last; ++line)
        m_changed << m_fleet.row(line).id;
}

void Alerts::check()
{
    forgetRemoved();
    m_lookedAt = 0;
    for (const ServiceId id : inOrder(std::exchange(m_changed, {}))) {
        const ServiceRow *const row = m_fleet.find(id);
        if (!row)
            continue;
        follow(*row);
        ++m_lookedAt;
    }
    tellTrouble();
    tellOutagesGrown();
    tellRecovery();
    tellStale();
}

void Alerts::follow(const ServiceRow &row)
{
    Known &known = m_known[row.id];
    if (isTrouble(row.state())) {
        m_troubled << row.id;
        known.since = known.since.value_or(m_time.now());
    } else {
        m_troubled.remove(row.id);
        if (!row.activity) // what is being restarted has not recovered yet
            known.since.reset();
    }
    const bool quiet = isQuiet(row.id);
    if (std::exchange(known.quiet, quiet) && !quiet && isTrouble(row.state()))
        beginAnew(row.id, known);
    const bool isStale = row.code() == CodeVerdict::Stale && !row.quiet.code && !row.quiet.mutedUntil;
    if (isStale && !known.stale)
        m_newlyStale << row.id;
    known.stale = isStale;
}

/// It was not to be told, and now it is: no alert has told of it.
void Alerts::beginAnew(ServiceId id, Known &known)
{
    const auto active = m_active.find(std::exchange(known.cause, {}));
    m_told.remove(id);
    known.since = m_time.now();
    if (active == m_active.end())
        return;
    active->troubled.remove(id);
    active->services.removeOne(id);
    if (active->services.isEmpty())
        m_active.erase(active);
}

bool Alerts::isQuiet(ServiceId id) const
{
    const ServiceRow *const row = m_fleet.find(id);
    return row && (row->quiet.mutedUntil || row->quiet.state);
}

void Alerts::forgetRemoved()
{
    if (m_removed.isEmpty())
        return;
    for (const ServiceId id : std::as_const(m_removed)) {
        m_known.remove(id);
        m_troubled.remove(id);
        m_told.remove(id);
    }
    const auto isRemoved = [removed = std::exchange(m_removed, {})](ServiceId id) { return removed.contains(id); };
    for (Active &active : m_active) {
        active.troubled.removeIf(isRemoved);
        active.services.removeIf(isRemoved);
    }
    m_active.removeIf([](const auto &active) { return active.value().services.isEmpty(); });
}

bool Alerts::isDue(ServiceId id) const
{
    const Known &known = *m_known.constFind(id);
    return known.cause.isEmpty() && known.since && m_time.now() - *known.since >= m_delay;
}

/// They wait, once more as long at most, for others whose trouble has just begun: a whole outage is one alert.
QSet<ServiceId> Alerts::dueWithoutCause(const QHash<ServiceId, AlertCause> &causes) const
{
    QSet<ServiceId> due;
    bool isSpreading = false;
    bool isLate = false;
    for (const ServiceId id : m_troubled) {
        if (!isGathered(causes.value(id)))
            continue;
        const Known &known = *m_known.constFind(id);
        isSpreading |= known.cause.isEmpty() && !isDue(id);
        isLate |= isDue(id) && m_time.now() - *known.since >= 2 * m_delay;
        if (isDue(id))
            due << id;
    }
    return isSpreading && !isLate ? QSet<ServiceId>() : due;
}

void Alerts::tellTrouble()
{
    if (std::ranges::none_of(m_troubled, [this](ServiceId id) { return isDue(id); }))
        return;
    const QHash<ServiceId, AlertCause> causes = m_causes.of(m_troubled);
    const QSet<ServiceId> alone = dueWithoutCause(causes);
    QSet<QString> fresh;
    for (const ServiceId id : inOrder(m_troubled)) {
        if (!isDue(id))
            continue;
        const AlertCause cause = causes.value(id);
        const QString key = cause.key();
        if (isGathered(cause) && !m_active.contains(key) && !alone.contains(id))
            continue; // a little later
        if (cause.kind != AlertCause::Kind::Itself && !m_active.contains(key))
            fresh << key;
        Active &active = m_active[key];
        if (active.services.isEmpty() || cause.kind != AlertCause::Kind::Itself)
            active.cause = cause;
        active.troubled << id;
        active.services << id;
        active.reached.add(m_time.now());
        m_known[id].cause = key;
        m_told << id;
    }
    QList<ServiceId> single;
    for (const ServiceId id : inOrder(alone)) {
        const QString key = m_known.value(id).cause;
        const Active active = m_active.value(key);
        if (active.services.value(0) != id || fresh.contains(key))
            continue;
        if (active.services.size() == 1)
            single << id;
        else
            fresh << key;
    }
    for (const QString &key : std::as_const(fresh))
        raiseFresh(key, single);
    raise(Alert::Kind::Trouble, single);
}

void Alerts::raiseFresh(const QString &key, QList<ServiceId> &single)
{
    Active &active = m_active[key];
    active.told = active.services.size();
    active.reached = {};
    if (active.cause.kind == AlertCause::Kind::Outage && active.services.size() == 1)
        single << active.services; // of the others people know
    else
        raise(Alert::Kind::Trouble, active);
}

/// A few more are not worth another interruption.
void Alerts::tellOutagesGrown()
{
    for (Active &active : m_active) {
        if (active.cause.kind != AlertCause::Kind::Outage || !active.reached.isOver(m_time.now(), m_delay))
            continue;
        active.reached = {};
        if (active.services.size() < active.told + std::max<qsizetype>(LeastGrowth, active.told / 2))
            continue;
        active.told = active.services.size();
        raise(Alert::Kind::Trouble, active);
    }
}

/// What one cause explained is over when the last of it is healthy.
void Alerts::tellRecovery()
{
    QList<ServiceId> single;
    for (const ServiceId id : inOrder(m_told)) {
        Active &active = m_active[m_known[id].cause];
        if (active.cause.kind == AlertCause::Kind::Outage) {
            followOutage(id, active);
            continue;
        }
        if (!isWell(m_fleet.find(id)->state()))
            continue;
        const QString key = std::exchange(m_known[id].cause, {});
        m_told.remove(id);
        active.troubled.remove(id);
        if (!active.troubled.isEmpty())
            continue;
        const Active over = m_active.take(key);
        if (over.services.size() == 1)
            single << id;
        else
            raise(Alert::Kind::Recovery, over);
    }
    raise(Alert::Kind::Recovery, single);
    tellOutagesOver();
}

/// Who falls silent again before its recovery was told goes on with the outage.
void Alerts::followOutage(ServiceId id, Active &active)
{
    if (!isWell(m_fleet.find(id)->state())) {
        active.troubled << id;
    } else if (active.troubled.remove(id)) {
        active.healthy.add(m_time.now());
    }
}

/// Who has not recovered by then is still in it: of its end people are told later.
void Alerts::tellOutagesOver()
{
    for (Active &active : m_active) {
        const bool isAny =
            active.cause.kind == AlertCause::Kind::Outage && active.troubled.size() < active.services.size();
        if (isAny && (active.troubled.isEmpty() || active.healthy.isOver(m_time.now(), GatheringQuiet)))
            tellOutageOver(active);
    }
    m_active.removeIf([](const auto &active) { return active.value().services.isEmpty(); });
}

void Alerts::tellOutageOver(Active &active)
{
    Active over = active;
    over.services.removeIf([&active](ServiceId id) { return active.troubled.contains(id); });
    for (const ServiceId id : std::as_const(over.services)) {
        m_known[id].cause.clear();
        m_told.remove(id);
        active.services.removeOne(id);
    }
    active.healthy = {};
    active.told = active.services.size();
    if (over.services.size() == 1)
        raise(Alert::Kind::Recovery, over.services);
    else
        raise(Alert::Kind::Recovery, over);
}

void Alerts::tellStale() { raise(Alert::Kind::Stale, std::exchange(m_newlyStale, {})); }

QString Alerts::namesOf(const QList<ServiceId> &services, bool states) const
{
    QStringList lines;
    for (const ServiceId id : services.mid(0, MostNamed)) {
        const ServiceRow &row = *m_fleet.find(id);
        const QString name = visibleText(row.entry.name, 80);
        lines << (states ? u"%1: %2"_s.arg(name, stateText(row)) : name);
    }
    if (services.size() > MostNamed)
        lines << tr("and %n more", nullptr, int(services.size() - MostNamed));
    return lines.join(u'\n');
}

QString Alerts::titleOf(Alert::Kind kind, const Active &active) const
{
    const int count = int(active.services.size());
    const ServiceRow *const root = m_fleet.find(active.cause.root);
    const QString name = visibleText(root ? root->entry.name : active.cause.name, 80);
    const bool isOutage = active.cause.kind == AlertCause::Kind::Outage;
    if (kind == Alert::Kind::Recovery && !isOutage)
        return tr("%1: over, %n service(s) are healthy again", nullptr, count).arg(name);
    if (kind == Alert::Kind::Recovery && active.troubled.isEmpty())
        return tr("%n service(s) are healthy again", nullptr, count);
    if (kind == Alert::Kind::Recovery)
        return tr("%n service(s) are healthy again, %1 still in trouble", nullptr, count).arg(active.troubled.size());
    if (isOutage)
        return tr("%1 of %n service(s) do not answer", nullptr, m_fleet.rowCount()).arg(count);
    if (root)
        return u"%1: %2"_s.arg(name, stateText(*root));
    return active.cause.kind == AlertCause::Kind::Dependency
        ? tr("%1 fails for %n service(s)", nullptr, count).arg(name)
        : tr("No service answers on %1").arg(name);
}

/// Of several that one cause explains.
void Alerts::raise(Alert::Kind kind, const Active &active)
{
    if (isQuiet(active.cause.root)
        || std::ranges::all_of(active.services, [this](ServiceId id) { return isQuiet(id); }))
        return;
    Alert alert{kind, active.services, titleOf(kind, active), {}, active.cause.key()};
    const ServiceRow *const root = m_fleet.find(active.cause.root);
    if (root && !alert.services.contains(root->id))
        alert.services.prepend(root->id);
    QStringList lines;
    QList<ServiceId> reached = active.services;
    if (root && kind == Alert::Kind::Trouble) {
        lines << visibleText(stateReason(*root)) << tr("What depends on it:");
        reached.removeOne(root->id);
    }
    alert.text = (lines << namesOf(reached, kind == Alert::Kind::Trouble)).join(u'\n');
    publish(alert);
}

void Alerts::publish(const Alert &alert)
{
    if (isMuted())
        Q_EMIT heldBack(alert);
    else
        Q_EMIT raised(alert);
}

void Alerts::raise(Alert::Kind kind, QList<ServiceId> services)
{
    if (kind != Alert::Kind::Stale) // that looks for itself
        services.removeIf([this](ServiceId id) { return isQuiet(id); });
    if (services.isEmpty())
        return;
    const ServiceRow &first = *m_fleet.find(services.first());
    const QString name = visibleText(first.entry.name, 80);
    const qsizetype count = services.size();
    Alert alert{kind, services, {}, {}};
    switch (kind) {
    case Alert::Kind::Trouble:
        alert.title = count == 1 ? u"%1: %2"_s.arg(name, stateText(first))
                                 : tr("%n service(s) are in trouble", nullptr, int(count));
        break;
    case Alert::Kind::Recovery:
        alert.title = count == 1 ? tr("%1 is healthy again").arg(name)
                                 : tr("%n service(s) are healthy again", nullptr, int(count));
        break;
    case Alert::Kind::Stale:
        alert.title =
            count == 1 ? tr("%1 runs old code").arg(name) : tr("%n service(s) run old code", nullptr, int(count));
        break;
    }
    if (count == 1) {
        alert.text = kind == Alert::Kind::Trouble ? visibleText(stateReason(first))
                                                  : visibleText(Hephaestus::placeOf(first.entry), 120);
    } else {
        alert.text = namesOf(services, kind == Alert::Kind::Trouble);
    }
    publish(alert);
}

} // namespace Hephaestus
