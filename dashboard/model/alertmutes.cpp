// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertmutes.h"

#include "dashboard/model/alertcause.h"
#include "dashboard/model/displaytext.h"

#include <QSettings>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

qint64 toMilliseconds(Clock::WallTime time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::optional<ServiceState> stateOfName(const QString &name)
{
    const auto found = std::ranges::find(AllServiceStates, name, [](ServiceState state) { return wireName(state); });
    return found == std::end(AllServiceStates) ? std::nullopt : std::optional(*found);
}

} // namespace

AlertMutes::AlertMutes(FleetModel &fleet, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_time(time)
{
    read();
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, &AlertMutes::applyToNew);
    connect(&fleet, &FleetModel::groupsChanged, this, &AlertMutes::applyToAll);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &AlertMutes::followChange);
    connect(&m_timer, &QTimer::timeout, this, &AlertMutes::check);
    applyToAll();
}

void AlertMutes::start() { m_timer.start(1s); }

// ---- mutes ----------------------------------------------------------------------------------------------

void AlertMutes::mute(const QList<ServiceId> &services, Clock::WallTime until)
{
    for (const ServiceId id : services) {
        const ServiceRow *const row = m_fleet.find(id);
        if (!row)
            continue;
        m_services.insert(row->entry.url, until);
        tell(id, row->entry.name, tr("its alerts are muted until %1").arg(momentText(until)));
    }
    keep();
}

void AlertMutes::muteGroup(const QString &group, Clock::WallTime until)
{
    if (group.isEmpty())
        return;
    m_groups.insert(group, until);
    tell(NoService, group, tr("the alerts of this group are muted until %1").arg(momentText(until)));
    keep();
}

void AlertMutes::unmute(const QList<ServiceId> &services)
{
    for (const ServiceId id : services) {
        if (const ServiceRow *const row = m_fleet.find(id); row && m_services.remove(row->entry.url))
            tell(id, row->entry.name, tr("its alerts are no longer muted"));
    }
    keep();
}

void AlertMutes::unmuteGroup(const QString &group)
{
    if (m_groups.remove(group) > 0)
        tell(NoService, group, tr("the alerts of this group are no longer muted"));
    keep();
}

/// Nothing: it is not muted, or no longer.
template <typename Mutes>
static std::optional<Clock::WallTime> untilOf(const Mutes &mutes, const QString &key, Clock::WallTime now)
{
    const auto found = mutes.constFind(key);
    return found == mutes.cend() || *found <= now ? std::nullopt : std::optional(*found);
}

bool AlertMutes::isMutedItself(ServiceId id) const
{
    const ServiceRow *const row = m_services.isEmpty() ? nullptr : m_fleet.find(id);
    return row && untilOf(m_services, row->entry.url, m_time.wall());
}

std::optional<Clock::WallTime> AlertMutes::groupMutedUntil(const QString &group) const
{
    return untilOf(m_groups, group, m_time.wall());
}

QStringList AlertMutes::mutedGroups() const
{
    QStringList groups = m_groups.keys();
    groups.removeIf([this](const QString &group) { return !groupMutedUntil(group); });
    return groups;
}

void AlertMutes::check()
{
    const Clock::WallTime now = m_time.wall();
    const auto isForgotten = [now](Clock::WallTime until) { return now - until >= SaidWithin; };
    bool isOver = false;
    qsizetype gone = m_services.removeIf([&](const auto &mute) {
        isOver |= mute.value() <= now;
        return mute.value() <= now && (sayServiceEnded(mute.key()) || isForgotten(mute.value()));
    });
    for (auto mute = m_groups.begin(); mute != m_groups.end();) {
        const bool isEnded = *mute <= now;
        const bool goes = isEnded && (sayGroupEnded(mute.key()) || isForgotten(*mute));
        isOver |= isEnded;
        gone += goes;
        mute = goes ? m_groups.erase(mute) : std::next(mute);
    }
    if (gone > 0)
        return keep();
    if (isOver) // nobody it was for has been asked yet
        applyTo(0, m_fleet.rowCount() - 1);
}

/// True: it was said. It waits until the service is watched and has been asked once.
bool AlertMutes::sayServiceEnded(const QString &url)
{
    bool isSaid = false;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (row.entry.url != url || !row.figures.watched)
            continue;
        tell(row.id, row.entry.name,
             tr("its alerts are no longer muted: it is %1").arg(visibleText(stateText(row), 80)));
        isSaid = true;
    }
    return isSaid;
}

bool AlertMutes::sayGroupEnded(const QString &group)
{
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        if (m_fleet.row(line).entry.group != group || !m_fleet.row(line).figures.watched)
            continue;
        tell(NoService, group, tr("the alerts of this group are no longer muted"));
        return true;
    }
    return false;
}

// ---- acknowledgements -----------------------------------------------------------------------------------

bool AlertMutes::canAcknowledge(const ServiceRow &row)
{
    return (isTrouble(row.state()) && !row.quiet.state) || (row.code() == CodeVerdict::Stale && !row.quiet.code)
        || std::ranges::any_of(row.brokenRules, [&](const QString &rule) { return !row.quiet.rules.contains(rule); });
}

void AlertMutes::acknowledge(const QList<ServiceId> &services)
{
    for (const ServiceId id : services) {
        const ServiceRow *const row = m_fleet.find(id);
        if (!row || !canAcknowledge(*row))
            continue;
        Acknowledged &known = m_acknowledged[row->entry.url];
        if (isTrouble(row->state()))
            known.state = row->state();
        known.code |= row->code() == CodeVerdict::Stale;
        for (const QString &rule : row->brokenRules) {
            if (!known.rules.contains(rule))
                known.rules << rule;
        }
        QStringList amiss;
        if (known.state)
            amiss << stateText(*row);
        if (known.code)
            amiss << tr("old code");
        amiss << known.rules;
        tell(id, row->entry.name, tr("acknowledged: %1").arg(visibleText(amiss.join(u"; "_s), 300)));
    }
    keep();
}

void AlertMutes::withdraw(const QList<ServiceId> &services)
{
    for (const ServiceId id : services) {
        if (const ServiceRow *const row = m_fleet.find(id); row && m_acknowledged.remove(row->entry.url))
            tell(id, row->entry.name, tr("no longer acknowledged"));
    }
    keep();
}

void AlertMutes::endRule(ServiceId id, const QString &rule)
{
    const ServiceRow *const row = m_fleet.find(id);
    const auto known = row ? m_acknowledged.find(row->entry.url) : m_acknowledged.end();
    if (known == m_acknowledged.end() || !known->rules.removeOne(rule))
        return;
    if (known->isEmpty())
        m_acknowledged.erase(known);
    keep();
}

/// Ends what is no longer so. What is being done with it here says nothing yet, nor does a row that nobody asked.
bool AlertMutes::follow(const ServiceRow &row)
{
    const auto known = m_acknowledged.find(row.entry.url);
    if (known == m_acknowledged.end() || row.activity || row.observed == ServiceState::Unknown)
        return false;
    const Acknowledged before = *known;
    if (known->state && *known->state != row.observed)
        known->state.reset();
    known->code &= row.code() != CodeVerdict::Fresh;
    const bool isChanged = *known != before;
    if (known->isEmpty())
        m_acknowledged.erase(known);
    return isChanged;
}

void AlertMutes::followChange(const QModelIndex &first, const QModelIndex &last)
{
    if (m_acknowledged.isEmpty() || first.column() > FleetModel::Code)
        return;
    bool isChanged = false;
    for (int line = first.row(); line <= last.row(); ++line)
        isChanged |= follow(m_fleet.row(line));
    applyTo(first.row(), last.row());
    if (!isChanged)
        return;
    write();
    Q_EMIT changed();
}

// ---- rows and settings ----------------------------------------------------------------------------------

void AlertMutes::applyTo(int first, int last)
{
    const FleetModel::Batch together(m_fleet);
    for (int line = first; line <= last; ++line)
        apply(m_fleet.row(line).id);
}

void AlertMutes::apply(ServiceId id)
{
    const ServiceRow &row = *m_fleet.find(id);
    Quiet quiet;
    const auto own = untilOf(m_services, row.entry.url, m_time.wall());
    quiet.mutedUntil = std::max(own, groupMutedUntil(row.entry.group)); // nothing is less
    if (const auto known = m_acknowledged.constFind(row.entry.url); known != m_acknowledged.cend()) {
        quiet.state = known->state == row.observed && isTrouble(row.observed);
        quiet.code = known->code && row.code() == CodeVerdict::Stale;
        quiet.rules = known->rules;
    }
    m_fleet.setQuiet(id, quiet);
}

void AlertMutes::applyToNew(const QModelIndex &, int first, int last)
{
    if (m_services.isEmpty() && m_groups.isEmpty() && m_acknowledged.isEmpty())
        return;
    applyTo(first, last);
    Q_EMIT changed();
}

void AlertMutes::applyToAll()
{
    applyTo(0, m_fleet.rowCount() - 1);
    Q_EMIT changed();
}

void AlertMutes::keep()
{
    write();
    applyToAll();
}

void AlertMutes::tell(ServiceId id, const QString &name, const QString &text)
{
    Q_EMIT happened({m_time.wall(), id, name, EventKind::Information, text});
}

void AlertMutes::read()
{
    QSettings settings;
    const int mutes = settings.beginReadArray(u"alerts/mutes"_s);
    for (int each = 0; each < mutes; ++each) {
        settings.setArrayIndex(each);
        const Clock::WallTime until(std::chrono::milliseconds(settings.value(u"until"_s).toLongLong()));
        if (const QString group = settings.value(u"group"_s).toString(); !group.isEmpty())
            m_groups.insert(group, until);
        else
            m_services.insert(settings.value(u"url"_s).toString(), until);
    }
    settings.endArray();
    const int acknowledged = settings.beginReadArray(u"alerts/acknowledged"_s);
    for (int each = 0; each < acknowledged; ++each) {
        settings.setArrayIndex(each);
        const Acknowledged known{stateOfName(settings.value(u"state"_s).toString()), settings.value(u"code"_s).toBool(),
                                 settings.value(u"rules"_s).toStringList()};
        if (!known.isEmpty())
            m_acknowledged.insert(settings.value(u"url"_s).toString(), known);
    }
    settings.endArray();
}

void AlertMutes::write() const
{
    QSettings settings;
    settings.remove(u"alerts"_s);
    settings.beginWriteArray(u"alerts/mutes"_s, int(m_services.size() + m_groups.size()));
    int place = 0;
    const auto writeMute = [&](const QString &key, const QString &name, Clock::WallTime until) {
        settings.setArrayIndex(place++);
        settings.setValue(key, name);
        settings.setValue(u"until"_s, toMilliseconds(until));
    };
    for (auto mute = m_services.cbegin(); mute != m_services.cend(); ++mute)
        writeMute(u"url"_s, mute.key(), *mute);
    for (auto mute = m_groups.cbegin(); mute != m_groups.cend(); ++mute)
        writeMute(u"group"_s, mute.key(), *mute);
    settings.endArray();
    place = 0;
    settings.beginWriteArray(u"alerts/acknowledged"_s, int(m_acknowledged.size()));
    for (auto known = m_acknowledged.cbegin(); known != m_acknowledged.cend(); ++known) {
        settings.setArrayIndex(place++);
        settings.setValue(u"url"_s, known.key());
        settings.setValue(u"state"_s, known->state ? wireName(*known->state) : QString());
        settings.setValue(u"code"_s, known->code);
        settings.setValue(u"rules"_s, known->rules);
    }
    settings.endArray();
}

} // namespace Hephaestus
