// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetmodel.h"

#include "common/base/duration.h"
#include "common/fleet/servicestate.h"
#include "dashboard/model/alertcells.h"
#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/figurecells.h"

#include <algorithm>
#include <array>
#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;

/// A row, what it looked like when it was last signalled, and what it did over time.
struct FleetModel::Watched
{
    ServiceRow row;
    History history;
    QList<float> latencies;
    FigureCount figures;
    std::array<std::size_t, ColumnCount> shown; ///< hashes of the texts of its cells: of many services these are much
    qint64 ageStep = 0;                         ///< of the age in them
};

namespace {

constexpr std::size_t HistoryMemory = 192 << 20; ///< of all services together, in bytes
constexpr std::size_t LeastHistory = 4 << 10;

bool isNumber(int column)
{
    return column == FleetModel::Uptime || column == FleetModel::InFlight || column == FleetModel::Latency
        || column == FleetModel::LastSeen || isFigureNumber(column);
}

/// Not of one that Prometheus tells of without having scraped it itself: it knows no duration, and none is none.
/// Whether the name is painted grey.
bool isQuiet(ServiceState state) { return state == ServiceState::Stopped || state == ServiceState::Unknown; }

bool knowsLatency(const ServiceRow &row) { return row.isCurrent() && row.reply.latency.count() > 0; }

void appendLatency(QList<float> &latencies, float seconds)
{
    latencies << seconds;
    if (latencies.size() > FleetModel::LatenciesKept)
        latencies.removeFirst();
}

/// Whether a cell of two current rows of one service surely reads the same: most do from one poll to the next, and to
/// write them all out in order to compare them would be most of what a poll allocates.
bool readsTheSame(int column, const ServiceRow &before, const ServiceRow &after)
{
    const auto sameStatus = [](const DependencyReport &one, const DependencyReport &other) {
        return one.status == other.status && one.name == other.name;
    };
    switch (column) {
    case FleetModel::State:
        return !before.activity && !after.activity && before.observed == after.observed
            && before.failure == after.failure && !after.isClosing();
    case FleetModel::Service: return before.entry.name == after.entry.name;
    case FleetModel::Code: return before.code() == after.code();
    case FleetModel::Dependencies:
        return std::ranges::equal(before.report->dependencies, after.report->dependencies, sameStatus);
    case FleetModel::Version: return before.report->version == after.report->version;
    case FleetModel::Alerts: return before.alerts == after.alerts;
    default: return column >= FleetModel::Cpu && readsFigureTheSame(column, before, after);
    }
}

} // namespace

FleetModel::FleetModel(const Clock &time, QObject *parent)
    : QAbstractTableModel(parent)
    , m_time(time)
    , m_whyNoAlerts(tr("No Alertmanager is asked."))
{
}

FleetModel::~FleetModel() = default;

ServiceId FleetModel::add(const FleetEntry &entry) { return addAll({entry}).first(); }

QList<ServiceId> FleetModel::addAll(const QList<FleetEntry> &entries)
{
    QList<ServiceId> ids;
    if (entries.isEmpty())
        return ids;
    beginInsertRows({}, rowCount(), rowCount() + int(entries.size()) - 1);
    for (const FleetEntry &entry : entries) {
        auto added = std::make_unique<Watched>();
        added->row.id = ++m_lastId;
        added->row.entry = entry;
        for (int column = 0; column < ColumnCount; ++column)
            added->shown[std::size_t(column)] = qHash(text(added->row, column));
        added->history.setShare(m_historyShare);
        count(added->row, 1);
        countName(entry.name, 1);
        m_services.push_back(std::move(added));
        ids << m_lastId;
    }
    endInsertRows();
    shareMemory();
    Q_EMIT totalsChanged();
    return ids;
}

/// The more services there are, the shorter is what is kept in memory of each. Shares change rarely: each change looks
/// at all services.
void FleetModel::shareMemory()
{
    const std::size_t fair = std::clamp(HistoryMemory / m_services.size(), LeastHistory, History::LargestShare);
    if (fair >= m_historyShare)
        return;
    while (m_historyShare > fair)
        m_historyShare -= m_historyShare / 4;
    for (const auto &service : m_services)
        service->history.setShare(m_historyShare);
}

/// Whoever hears of removed rows may look at all others: many runs of them become one first.
void FleetModel::removeAll(const QList<ServiceId> &services)
{
    std::vector<int> lines;
    lines.reserve(std::size_t(services.size()));
    for (const ServiceId id : services) {
        if (const QModelIndex index = indexOf(id); index.isValid())
            lines.push_back(index.row());
    }
    std::ranges::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    if (lines.empty())
        return;
    signalCells(); // which are known by their rows
    const int count = int(lines.size());
    int first = lines.front();
    if (lines.back() - first >= count) {
        putLast(lines);
        first = rowCount() - count;
    }
    beginRemoveRows({}, first, first + count - 1);
    for (int line = first; line < first + count; ++line) {
        this->count(row(line), -1);
        countName(row(line).entry.name, -1);
    }
    m_services.erase(m_services.begin() + first, m_services.begin() + first + count);
    m_going = 0;
    endRemoveRows();
    Q_EMIT totalsChanged();
}

/// Until they are removed.
void FleetModel::putLast(const std::vector<int> &lines)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    std::vector<std::unique_ptr<Watched>> all;
    all.reserve(m_services.size());
    std::vector<int> places(m_services.size(), -1); // where each goes
    for (std::size_t each = 0; each < lines.size(); ++each)
        places[std::size_t(lines[each])] = int(m_services.size() - lines.size() + each);
    for (std::size_t line = 0; line < m_services.size(); ++line) {
        if (places[line] < 0) {
            places[line] = int(all.size());
            all.push_back(std::move(m_services[line]));
        }
    }
    for (const int line : lines)
        all.push_back(std::move(m_services[std::size_t(line)]));
    m_services = std::move(all);
    m_going = lines.size();
    for (const QModelIndex &held : persistentIndexList())
        changePersistentIndex(held, index(places[std::size_t(held.row())], held.column()));
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

FleetModel::Batch::~Batch()
{
    if (--m_fleet.m_batches == 0 && (!m_fleet.m_changed.empty() || m_fleet.m_totalsChanged || m_fleet.m_groupsChanged))
        m_fleet.signalChanges();
}

void FleetModel::changeEntry(ServiceId id, const std::function<void(FleetEntry &)> &edit)
{
    Watched *const known = watched(id);
    if (!known)
        return;
    ServiceRow row = known->row;
    edit(row.entry);
    if (row.entry == known->row.entry)
        return;
    m_groupsChanged |= row.entry.group != known->row.entry.group;
    countName(known->row.entry.name, -1);
    countName(row.entry.name, 1);
    change(*known, std::move(row));
}

void FleetModel::setRestart(ServiceId id, const RestartMethod &restart)
{
    changeEntry(id, [&restart](FleetEntry &entry) { entry.restart = restart; });
}

void FleetModel::setBuild(ServiceId id, const std::optional<RestartByCommand> &build)
{
    changeEntry(id, [&build](FleetEntry &entry) { entry.build = build; });
}

void FleetModel::setEntry(ServiceId id, const FleetEntry &entry)
{
    changeEntry(id, [&entry](FleetEntry &known) {
        FleetEntry taken = entry;
        taken.name = known.name;
        taken.group = known.group;
        taken.token = known.token;
        known = taken;
    });
}

void FleetModel::setGroup(ServiceId id, const QString &group)
{
    changeEntry(id, [&group](FleetEntry &entry) { entry.group = group; });
}

void FleetModel::rename(ServiceId id, const QString &name)
{
    changeEntry(id, [&name](FleetEntry &entry) { entry.name = name; });
}

void FleetModel::countName(const QString &name, int sign)
{
    if ((m_names[name] += sign) == 0)
        m_names.remove(name);
}

void FleetModel::applyAnswer(ServiceId id, const Answer<HealthReport> &answer)
{
    if (const Watched *const known = watched(id))
        applyArrivals({{id, answer, m_time.sinceBoot(), m_time.wall(), known->row.dialect}});
}

void FleetModel::applyArrivals(const QList<Arrival> &arrivals)
{
    QList<Event> events;
    ++m_batches;
    for (const Arrival &arrival : arrivals)
        events << apply(arrival);
    --m_batches;
    signalCells();
    for (const Event &event : events)
        Q_EMIT happened(event);
    for (const Arrival &arrival : arrivals) {
        if (watched(arrival.id))
            arrival.confirms ? Q_EMIT confirmed(arrival.id) : Q_EMIT answered(arrival.id);
    }
    Q_EMIT settled();
}

QList<Event> FleetModel::apply(const Arrival &arrival)
{
    Watched *const known = watched(arrival.id);
    if (!known)
        return {};
    if (arrival.confirms) {
        confirm(*known, arrival);
        return {};
    }
    if (arrival.answer.value)
        known->history.take(arrival.wall, *arrival.answer.value);
    else
        known->history.miss();
    appendLatency(known->latencies,
                  arrival.answer.value ? float(Seconds(arrival.answer.reply.latency).count())
                                       : std::numeric_limits<float>::quiet_NaN());
    ServiceRow after = afterAnswer(known->row, arrival.answer, arrival.steady, arrival.planned, arrival.holder);
    if (!after.figures.watched)
        after.figures.watched = arrival.wall;
    if (arrival.answer.value)
        known->figures.take(*arrival.answer.value, arrival.steady, after.figures);
    else
        known->figures.miss(after.figures);
    if (arrival.answer.value)
        after.dialect = arrival.dialect;
    const ServiceRow before = change(*known, std::move(after));
    const QList<Event> events = eventsBetween(before, known->row, arrival.wall);
    for (const Event &event : events) {
        if (!event.mark.isEmpty())
            known->history.mark(event.at, event.mark);
    }
    return events;
}

/// Unless the row says meanwhile what something else told.
void FleetModel::confirm(Watched &known, const Arrival &arrival)
{
    if (!known.row.isCurrent() || known.row.read != arrival.confirms)
        return;
    Answer<HealthReport> answer{known.row.report, arrival.answer.reply};
    if (answer.value->uptime > Seconds(0)) // of the same process
        answer.value->uptime += arrival.steady - *known.row.lastSeen;
    appendLatency(known.latencies, float(Seconds(arrival.answer.reply.latency).count()));
    ServiceRow after = afterAnswer(known.row, answer, arrival.steady);
    after.read = known.row.read;
    change(known, std::move(after));
}

void FleetModel::setActivity(ServiceId id, const std::optional<Activity> &activity)
{
    Watched *const known = watched(id);
    if (!known)
        return;
    ServiceRow row = known->row;
    row.activity = activity;
    change(*known, std::move(row));
}

void FleetModel::setActivities(const QHash<ServiceId, Activity> &activities)
{
    const Batch together(*this);
    for (auto it = activities.cbegin(); it != activities.cend(); ++it)
        setActivity(it.key(), it.value());
}

void FleetModel::endActivities(const QList<ServiceId> &services)
{
    const Batch together(*this);
    for (const ServiceId id : services)
        setActivity(id, {});
}

void FleetModel::setFailure(ServiceId id, const QString &failure)
{
    Watched *const known = watched(id);
    if (!known || known->row.failure == failure)
        return;
    ServiceRow row = known->row;
    row.failure = failure;
    if (!failure.isEmpty() && row.observed == ServiceState::Stopped)
        row.observed = ServiceState::Unreachable;
    change(*known, std::move(row));
}

void FleetModel::setAlerts(const QHash<ServiceId, QList<FiringAlert>> &alerts, const std::optional<QString> &why)
{
    const bool isKnownAnew = m_whyNoAlerts.has_value() != why.has_value() || !m_areAlertsAsked;
    m_areAlertsAsked = true;
    m_whyNoAlerts = why;
    const QSet<ServiceId> before = std::exchange(m_alerted, QSet<ServiceId>(alerts.keyBegin(), alerts.keyEnd()));
    ++m_batches;
    for (const ServiceId id : before + m_alerted) {
        Watched *const known = watched(id);
        if (!known || known->row.alerts == alerts.value(id))
            continue;
        ServiceRow row = known->row;
        row.alerts = alerts.value(id);
        m_totalsChanged |= (row.worstAlert() == nullptr) != (known->row.worstAlert() == nullptr);
        m_changed[indexOf(id).row()] |= 1U << Alerts; // also if another one reads the same
        change(*known, std::move(row));
    }
    --m_batches;
    signalChanges();
    if (isKnownAnew && rowCount() > 0) {
        Q_EMIT dataChanged(index(0, Alerts), index(rowCount() - 1, Alerts));
        Q_EMIT settled();
    }
    if (isKnownAnew)
        Q_EMIT totalsChanged();
}

void FleetModel::endAlerts()
{
    setAlerts({}, tr("No Alertmanager is asked."));
    m_areAlertsAsked = false;
    Q_EMIT totalsChanged();
}

void FleetModel::setStopped(ServiceId id)
{
    Watched *const known = watched(id);
    if (!known)
        return;
    ServiceRow row = known->row;
    row.observed = ServiceState::Stopped;
    change(*known, std::move(row));
}

/// Of one that was shutting down that is as expected.
void FleetModel::setProcessEnded(ServiceId id)
{
    Watched *const known = watched(id);
    if (!known || !known->row.isCurrent())
        return;
    ServiceRow row = known->row;
    row.answered = false;
    if (!known->row.isClosing())
        row.observed = ServiceState::Unknown;
    change(*known, std::move(row));
}

void FleetModel::setFavourites(const QList<ServiceId> &services, bool favourite)
{
    for (const ServiceId id : services) {
        Watched *const known = watched(id);
        if (known && std::exchange(known->row.favourite, favourite) != favourite)
            m_changed[indexOf(id).row()] |= 1U << Service;
    }
    signalChanges();
}

void FleetModel::setQuiet(ServiceId id, const Quiet &quiet)
{
    Watched *const known = watched(id);
    if (!known || known->row.quiet == quiet)
        return;
    known->row.quiet = quiet;
    m_changed[indexOf(id).row()] |= 1U << Service;
    signalChanges();
}

void FleetModel::setTold(const QList<ServiceId> &services, const std::function<void(AlertsTold &)> &note)
{
    for (const ServiceId id : services) {
        Watched *const known = watched(id);
        if (!known)
            continue;
        const AlertsTold before = known->row.told;
        note(known->row.told);
        if (known->row.told != before)
            m_changed[indexOf(id).row()] |= 1U << Service;
    }
    signalChanges();
}

void FleetModel::setBrokenRules(ServiceId id, const QStringList &rules)
{
    Watched *const known = watched(id);
    if (!known || known->row.brokenRules == rules)
        return;
    known->row.brokenRules = rules;
    if (rules.isEmpty())
        known->row.told.rules.reset();
    m_changed[indexOf(id).row()] |= 1U << Service;
    signalChanges();
}

void FleetModel::prependLatencies(ServiceId id, const QList<float> &earlier)
{
    Watched *const known = watched(id);
    if (!known)
        return;
    known->latencies =
        (earlier + known->latencies).last(std::min<qsizetype>(LatenciesKept, earlier.size() + known->latencies.size()));
    m_changed[indexOf(id).row()] |= 1U << Latency;
    signalChanges();
}

void FleetModel::setSeenEarlier(ServiceId id, Clock::WallTime at)
{
    Watched *const known = watched(id);
    if (!known || known->row.lastSeen || at > m_time.wall()) // the clock was set back: how long ago nobody knows
        return;
    ServiceRow row = known->row;
    row.lastSeen = m_time.sinceBoot() - (m_time.wall() - at);
    change(*known, std::move(row));
}

void FleetModel::setEnd(ServiceId id, const ProcessEnd &end)
{
    Watched *const known = watched(id);
    if (!known)
        return;
    ServiceRow row = known->row;
    row.end = end;
    change(*known, std::move(row));
    m_changed[indexOf(id).row()] |= 1U << State;
    signalChanges();
}

void FleetModel::setKnown(ServiceId id, const KnownName &known, bool isAccepted)
{
    Watched *const service = watched(id);
    if (service && (isAccepted || service->row.known.name.isEmpty()))
        service->row.known = known;
}

void FleetModel::updateAges()
{
    for (std::size_t line = 0; line < m_services.size(); ++line) {
        Watched &service = *m_services[line];
        if (service.row.isCurrent() || !service.row.lastSeen)
            continue;
        if (const qint64 step = ageStepOf(service.row); std::exchange(service.ageStep, step) != step)
            m_changed[int(line)] |= 1U << LastSeen | 1U << Dependencies;
    }
    signalChanges();
}

qint64 FleetModel::ageStepOf(const ServiceRow &row) const { return ageStep(m_time.sinceBoot() - *row.lastSeen); }

/// Replaces a row, which it returns, and signals the runs of cells that read differently now. A change of the state or
/// of whether the values are current changes how every cell is painted.
ServiceRow FleetModel::change(Watched &service, ServiceRow row)
{
    const ServiceState stateBefore = service.row.state();
    const CodeVerdict codeBefore = service.row.code();
    const bool all = service.row.isCurrent() != row.isCurrent() || service.row.entry != row.entry;
    std::array<bool, ColumnCount> changed{};
    changed[State] = stateBefore != row.state();
    changed[Service] = isQuiet(stateBefore) != isQuiet(row.state());
    if (changed[State]) {
        row.figures.since = m_time.wall();
        row.figures.wasSo = stateBefore == ServiceState::Unknown && !service.row.report;
    }
    changed[Code] = codeBefore != row.code();
    if (isWell(row.state()))
        row.told.state.reset();
    if (row.code() != CodeVerdict::Stale)
        row.told.code.reset();
    count(service.row, -1);
    ServiceRow before = std::exchange(service.row, std::move(row));
    count(service.row, 1);
    const bool current = before.isCurrent() && service.row.isCurrent();
    for (int column = 0; column < ColumnCount; ++column) {
        if (!all && current && readsTheSame(column, before, service.row))
            continue;
        const std::size_t now = qHash(text(service.row, column));
        changed[std::size_t(column)] |= all || now != service.shown[std::size_t(column)];
        service.shown[std::size_t(column)] = now;
    }
    if (service.row.lastSeen)
        service.ageStep = ageStepOf(service.row);
    quint32 cells = 0;
    for (int column = 0; column < ColumnCount; ++column)
        cells |= changed[std::size_t(column)] ? 1U << column : 0;
    if (cells)
        m_changed[indexOf(service.row.id).row()] |= cells;
    m_totalsChanged |= stateBefore != service.row.state() || before.isStale() != service.row.isStale();
    signalChanges();
    return before;
}

/// Unless more may follow.
void FleetModel::signalChanges()
{
    if (m_batches > 0)
        return;
    signalCells();
    Q_EMIT settled();
    if (std::exchange(m_groupsChanged, false))
        Q_EMIT groupsChanged();
}

/// Neighbouring rows that changed in the same cells are signalled together.
void FleetModel::signalCells()
{
    const auto changed = std::exchange(m_changed, {});
    for (auto first = changed.begin(); first != changed.end();) {
        const quint32 cells = first->second;
        int last = first->first;
        auto next = std::next(first);
        for (; next != changed.end() && next->first == last + 1 && next->second == cells; ++next)
            ++last;
        for (int left = 0; left < ColumnCount; ++left) {
            if (!(cells >> left & 1))
                continue;
            int right = left;
            while (cells >> (right + 1) & 1)
                ++right;
            Q_EMIT dataChanged(index(first->first, left), index(last, right));
            left = right;
        }
        first = next;
    }
    if (std::exchange(m_totalsChanged, false))
        Q_EMIT totalsChanged();
}

FleetModel::Watched *FleetModel::watched(ServiceId id) const
{
    const QModelIndex index = indexOf(id);
    return index.isValid() ? m_services[std::size_t(index.row())].get() : nullptr;
}

const ServiceRow *FleetModel::find(ServiceId id) const
{
    const Watched *const known = watched(id);
    return known ? &known->row : nullptr;
}

const ServiceRow &FleetModel::row(int row) const { return m_services.at(std::size_t(row))->row; }

const History &FleetModel::history(ServiceId id) const
{
    static const History none;
    const Watched *const known = watched(id);
    return known ? known->history : none;
}

QModelIndex FleetModel::indexOf(ServiceId id) const
{
    const std::size_t staying = m_services.size() - m_going;
    int line = lineOf(id, 0, staying);
    if (line < 0)
        line = lineOf(id, staying, m_services.size());
    return line < 0 ? QModelIndex() : index(line, 0);
}

/// From `first` up to `end` ids rise from row to row; -1: it is not there.
int FleetModel::lineOf(ServiceId id, std::size_t first, std::size_t end) const
{
    if (first == end)
        return -1;
    // They rise by one but where services were removed: so many rows may it stand above where it would otherwise.
    const auto idOf = [](const auto &service) { return qint64(service->row.id); };
    const auto begin = m_services.begin() + std::ptrdiff_t(first);
    const qint64 least = idOf(*begin);
    const qint64 size = qint64(end - first);
    const qint64 removed = idOf(m_services[end - 1]) - least + 1 - size;
    const auto at = [&](qint64 row) { return begin + std::clamp<qint64>(row, 0, size); };
    const auto last = at(id - least + 1);
    const auto found = std::ranges::lower_bound(at(id - least - removed), last, qint64(id), {}, idOf);
    return found == last || idOf(*found) != id ? -1 : int(found - m_services.begin());
}

QList<ServiceId> FleetModel::ids() const
{
    QList<ServiceId> ids;
    for (const auto &service : m_services)
        ids << service->row.id;
    return ids;
}

void FleetModel::count(const ServiceRow &row, int sign)
{
    m_totals.services += sign;
    if ((m_totals.states[row.state()] += sign) == 0)
        m_totals.states.remove(row.state());
    m_totals.stale += row.isStale() ? sign : 0;
    m_totals.alerted += row.worstAlert() ? sign : 0;
    m_totals.cutOff += row.reply.error == ClientError::HostLost ? sign : 0;
}

int FleetModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_services.size()); }

int FleetModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString FleetModel::text(const ServiceRow &row, int column) const
{
    if (column == Alerts)
        return alertsText(row, m_whyNoAlerts);
    if (column >= Cpu)
        return figureText(row, column);
    const auto dash = u"–"_s;
    switch (column) {
    case State: return visibleText(stateText(row), 80);
    case Service: return visibleText(row.entry.name, 80);
    case LastSeen: return row.lastSeen ? formatAge(m_time.sinceBoot() - *row.lastSeen) : tr("not seen here");
    default: break;
    }
    if (column == Dependencies && !row.isCurrent() && row.lastSeen)
        return tr("last seen %1").arg(formatAge(m_time.sinceBoot() - *row.lastSeen));
    if (!row.report)
        return dash;
    switch (column) {
    case Code:
        switch (row.code()) {
        case CodeVerdict::Fresh: return tr("fresh");
        case CodeVerdict::Stale: return tr("stale");
        case CodeVerdict::Unknown: return dash;
        }
        Q_UNREACHABLE();
    case Dependencies: {
        QStringList words;
        for (const DependencyReport &dependency : row.report->dependencies) {
            if (dependency.status == DependencyStatus::NotUsed)
                break; // they come last
            words << visibleText(dependency.name, 40) + u' ' + DependencyModel::statusWord(dependency.status);
        }
        return words.isEmpty() ? dash : words.join(u", "_s);
    }
    case Version: return row.report->version.isEmpty() ? dash : visibleText(row.report->version, 40);
    case Uptime: {
        return row.isCurrent() && tellsUptime(*row.report) ? durationText(wholeSeconds(row.report->uptime)) : dash;
    }
    case InFlight: {
        const std::optional<qint64> inFlight = row.report->resources.inFlightRequests;
        return row.isCurrent() && inFlight ? formatCount(*inFlight) : dash;
    }
    case Latency: return knowsLatency(row) ? durationText(row.reply.latency) : dash;
    default: return {};
    }
}

QString FleetModel::toolTip(const ServiceRow &row, int column) const
{
    if (column == Alerts)
        return alertsToolTip(row, m_whyNoAlerts);
    const bool isFigure = column == InFlight || column == Cpu || column == Memory || column == Failures;
    const QString age = isFigure && row.isCurrent() && *row.read < *row.lastSeen
        ? u'\n' + tr("As of %1.").arg(formatAge(m_time.sinceBoot() - *row.read))
        : QString();
    if (column >= Cpu)
        return figureToolTip(row, column) + age;
    QStringList lines;
    switch (column) {
    case State:
        lines << stateWord(row.state());
        if (const QString reason = stateReason(row); !reason.isEmpty())
            lines << visibleText(reason, 1000);
        break;
    case Service:
        lines << visibleText(row.entry.name) << visibleText(placeOf(row.entry)) << quietTexts(row.quiet);
        for (const QString &rule : row.brokenRules)
            lines << tr("Breaks the alert rule: %1").arg(visibleText(rule, 200));
        break;
    case Code:
        if (!row.report || !row.report->code)
            return tr("This service does not say which code it runs.");
        for (const CodeChange &change : row.report->code->changed.mid(0, 20))
            lines << visibleText(change.path) + u' ' + visibleText(change.change, 40);
        if (lines.isEmpty())
            lines << tr("Runs the code on disk.");
        break;
    case InFlight:
        if (row.isCurrent() && row.report->resources.inFlightRequests)
            lines << tr("%1 request(s) in flight", nullptr, int(*row.report->resources.inFlightRequests))
                         .arg(formatCount(*row.report->resources.inFlightRequests));
        else
            lines << tr("Requests in flight: not known");
        lines.last() += age;
        break;
    case Uptime:
        if (row.report && row.report->startTime.isValid())
            lines << tr("Started %1 local").arg(row.report->startTime.toLocalTime().toString(Qt::ISODate))
                  << row.report->startTime.toString(Qt::ISODateWithMs);
        break;
    default: return text(row, column);
    }
    if (!row.isCurrent() && row.lastSeen)
        lines << tr("Last answered %1.").arg(formatAge(m_time.sinceBoot() - *row.lastSeen));
    return lines.join(u'\n');
}

QVariant FleetModel::sortValue(const ServiceRow &row, int column) const
{
    switch (column) {
    case State: return -int(row.state()); // trouble first
    case Code: return int(row.code());
    case Dependencies: return row.report ? failingDependencies(*row.report).size() : -1;
    case Uptime: return row.report ? row.report->uptime.count() : -1.0;
    case InFlight: return row.isCurrent() ? double(row.report->resources.inFlightRequests.value_or(-1)) : -1.0;
    case Latency: return knowsLatency(row) ? double(row.reply.latency.count()) : -1.0;
    case LastSeen:
        return row.lastSeen ? -double(row.lastSeen->time_since_epoch().count())
                            : 1e300;                                               // by age, without moving as it grows
    case Alerts: return -double(row.alerts.size()) - (row.worstAlert() ? 1e6 : 0); // what is told first
    default: return column >= Cpu ? figureSortValue(row, column) : QVariant(text(row, column));
    }
}

QVariant FleetModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ServiceRow &row = this->row(index.row());
    switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case Qt::ToolTipRole: return toolTip(row, index.column());
    case Qt::AccessibleTextRole: {
        const QString cell = text(row, index.column());
        const QString name = headerData(index.column(), Qt::Horizontal).toString();
        const QStringList more = index.column() == Service ? quietTexts(row.quiet) : QStringList();
        return (QStringList{u"%1: %2"_s.arg(name, cell)} + more).join(u". "_s);
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case IdRole: return row.id;
    case StateRole: return QVariant::fromValue(row.state());
    case CodeRole: return QVariant::fromValue(row.code());
    case DependenciesRole:
        return QVariant::fromValue(row.report ? row.report->dependencies : QList<DependencyReport>());
    case CurrentRole: return row.isCurrent();
    case LatenciesRole: return QVariant::fromValue(m_services[std::size_t(index.row())]->latencies);
    case SortRole: return sortValue(row, index.column());
    case FavouriteRole: return row.favourite;
    case QuietRole: return QVariant::fromValue(row.quiet);
    default: return {};
    }
}

QVariant FleetModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case State: return tr("State");
    case Service: return tr("Service");
    case Code: return tr("Code");
    case Dependencies: return tr("Dependencies");
    case Version: return tr("Version");
    case Uptime: return tr("Up");
    case InFlight: return tr("Busy");
    case Latency: return tr("Latency");
    case LastSeen: return tr("Last seen");
    case Alerts: return tr("Alerts");
    default: return figureHeader(section);
    }
}

} // namespace Hephaestus
