// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/bulkactions.h"

#include "common/base/post.h"
#include "common/fleet/fleetrun.h"
#include "dashboard/model/sharedtext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

bool isSequence(ServiceAction action)
{
    return action == ServiceAction::Restart || action == ServiceAction::Start || action == ServiceAction::ShutDown;
}

} // namespace

BulkActions::BulkActions(FleetModel &fleet, ServiceActions &actions, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_actions(actions)
    , m_time(time)
{
    connect(&actions, &ServiceActions::finished, this, &BulkActions::take);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_progress.total -= int(m_waiting.removeIf([this](const Task &task) { return !m_fleet.find(task.service); }));
    });
}

void BulkActions::perform(const QList<ServiceId> &services, ServiceAction action, std::optional<Seconds> delay)
{
    QList<ServiceId> able;
    for (const ServiceId id : services) {
        if (m_actions.whyNot(id, action).isEmpty())
            able << id;
    }
    if (!isSequence(action)) {
        for (const ServiceId id : able)
            m_actions.perform(id, action, delay);
        return;
    }
    if (m_progress.total == 0)
        m_summary.clear();
    for (const ServiceId id : inOrder(able, action))
        m_waiting << Task{id, action};
    m_progress.total += int(able.size());
    showWaiting();
    if (!m_running)
        next();
    Q_EMIT progressChanged();
}

QList<ServiceId> BulkActions::inOrder(const QList<ServiceId> &services, ServiceAction action) const
{
    QList<FleetEntry> entries;
    for (const ServiceId id : services)
        entries << m_fleet.find(id)->entry;
    const Result<QList<FleetEntry>> ordered = inStartOrder(entries);
    if (!ordered) // a circle, or two files with the same names: then in the order of the table
        return services;
    QList<ServiceId> ids;
    for (const FleetEntry &entry : *ordered)
        ids << services[entries.indexOf(entry)];
    if (action == ServiceAction::ShutDown)
        std::ranges::reverse(ids);
    return ids;
}

/// The first of its dependencies that could not be started just now; empty: none.
QString BulkActions::failedDependency(const ServiceRow &row) const
{
    const auto failed =
        std::ranges::find_if(row.entry.dependsOn, [this](const QString &name) { return m_failed.contains(name); });
    return failed == row.entry.dependsOn.end() ? QString() : *failed;
}

bool BulkActions::wasCalledOff(const QString &name) const
{
    return std::ranges::any_of(m_outcomes,
                               [&name](const Outcome &each) { return each.name == name && each.isCalledOff; });
}

void BulkActions::next()
{
    while (!m_waiting.isEmpty()) {
        const Task task = m_waiting.takeFirst();
        m_fleet.setActivity(task.service, {});
        const ServiceRow &row = *m_fleet.find(task.service);
        QString why = m_actions.whyNot(task.service, task.action);
        if (const QString failed = failedDependency(row); !failed.isEmpty() && task.action != ServiceAction::ShutDown)
            why = wasCalledOff(failed) ? tr("it depends on %1, which was called off").arg(failed)
                                       : tr("it depends on %1, which failed").arg(failed);
        if (why.isEmpty()) {
            m_running = task;
            showWaiting();
            return m_actions.perform(task.service, task.action);
        }
        note(task, row.entry.name, why);
        Q_EMIT happened(
            {m_time.wall(), task.service, row.entry.name, EventKind::Trouble, tr("not tried: %1").arg(why)});
    }
    endIfEmpty();
}

void BulkActions::take(ServiceId id, const Receipt &receipt)
{
    if (!m_running || m_running->service != id)
        return;
    const Task task = *m_running;
    m_running.reset();
    note(task, receipt.service,
         receipt.ok                      ? QString()
             : receipt.failure.isEmpty() ? tr("failed")
                                         : translated(receipt.failure),
         m_actions.wasCalledOff(id));
    // Not from within the signal that ended the last one: it still looks at its service.
    post(this, [this] {
        if (!m_running)
            next();
        Q_EMIT progressChanged();
    });
}

void BulkActions::endIfEmpty()
{
    if (m_running || !m_waiting.isEmpty())
        return;
    if (m_outcomes.size() > 1)
        m_summary = summarize();
    m_progress = {};
    m_failed.clear();
    m_outcomes.clear();
}

void BulkActions::note(const Task &task, const QString &name, const QString &why, bool isCalledOff)
{
    ++m_progress.done;
    m_outcomes << Outcome{task.action, name, why, isCalledOff};
    if (why.isEmpty())
        return;
    if (!isCalledOff)
        ++m_progress.failed;
    m_failed << name;
}

void BulkActions::dismissSummary()
{
    m_summary.clear();
    Q_EMIT progressChanged();
}

QString BulkActions::summarize() const
{
    QStringList parts;
    constexpr std::pair<ServiceAction, const char *> words[] = {
        {ServiceAction::Restart, QT_TRANSLATE_N_NOOP("Hephaestus::BulkActions", "%n restarted")},
        {ServiceAction::Start, QT_TRANSLATE_N_NOOP("Hephaestus::BulkActions", "%n started")},
        {ServiceAction::ShutDown, QT_TRANSLATE_N_NOOP("Hephaestus::BulkActions", "%n shut down")}};
    for (const auto &[action, word] : words) {
        const auto count = std::ranges::count_if(m_outcomes, [action = action](const Outcome &each) {
            return each.action == action && each.why.isEmpty() && !each.isCalledOff;
        });
        if (count > 0)
            parts << tr(word, nullptr, int(count));
    }
    const auto calledOff = std::ranges::count_if(m_outcomes, &Outcome::isCalledOff);
    if (const QString left = whyOfAll(true); calledOff > 0)
        parts << (left.isEmpty() ? tr("%n called off", nullptr, int(calledOff))
                                 : tr("%n called off: %1", nullptr, int(calledOff)).arg(left));
    const auto failed =
        std::ranges::count_if(m_outcomes, [](const Outcome &each) { return !each.why.isEmpty() && !each.isCalledOff; });
    if (failed > 0)
        parts << tr("%n failed: %1", nullptr, int(failed)).arg(whyOfAll(false));
    return parts.join(u", "_s);
}

/// Of those that were called off, or of those that failed; each names its service.
QString BulkActions::whyOfAll(bool calledOff) const
{
    QStringList reasons;
    for (const Outcome &each : m_outcomes) {
        if (!each.why.isEmpty() && each.isCalledOff == calledOff) // most sentences name the service themselves
            reasons << (each.why.startsWith(each.name + u' ') ? each.why : each.name + u": "_s + each.why);
    }
    return reasons.join(u"; "_s);
}

void BulkActions::showWaiting()
{
    QHash<ServiceId, Activity> activities;
    for (qsizetype place = 0; place < m_waiting.size(); ++place) {
        const Task &task = m_waiting[place];
        const qsizetype before = place + (m_running ? 1 : 0);
        const QString text = task.action == ServiceAction::Restart ? tr("restart, %1 before it")
            : task.action == ServiceAction::Start                  ? tr("start, %1 before it")
                                                                   : tr("shutdown, %1 before it");
        activities.insert(task.service, Activity{m_fleet.find(task.service)->observed, text.arg(before)});
    }
    m_fleet.setActivities(activities);
}

bool BulkActions::isWaiting(ServiceId id) const
{
    return std::ranges::any_of(m_waiting, [id](const Task &task) { return task.service == id; });
}

void BulkActions::cancel(const QList<ServiceId> &services)
{
    takeOut({services.cbegin(), services.cend()});
    for (const ServiceId id : services)
        m_actions.cancel(id);
}

void BulkActions::cancelWaiting()
{
    QSet<ServiceId> all;
    for (const Task &task : std::as_const(m_waiting))
        all << task.service;
    takeOut(all);
}

/// Of `services` those that wait.
void BulkActions::takeOut(const QSet<ServiceId> &services)
{
    QList<ServiceId> taken;
    m_waiting.removeIf([&](const Task &task) {
        if (!services.contains(task.service))
            return false;
        taken << task.service;
        m_outcomes << Outcome{task.action, m_fleet.find(task.service)->entry.name, {}, true};
        return true;
    });
    if (taken.isEmpty())
        return;
    m_progress.total -= int(taken.size());
    m_fleet.endActivities(taken);
    showWaiting();
    endIfEmpty();
    Q_EMIT progressChanged();
}

} // namespace Hephaestus
