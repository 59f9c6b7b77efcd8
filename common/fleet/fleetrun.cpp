// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetrun.h"

#include "common/base/post.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Result<QList<FleetEntry>> inStartOrder(const QList<FleetEntry> &entries)
{
    QStringList names;
    for (const FleetEntry &entry : entries)
        names << entry.name;
    QList<FleetEntry> waiting = entries;
    QList<FleetEntry> order;
    QStringList done;
    while (!waiting.isEmpty()) {
        const auto next = std::find_if(waiting.begin(), waiting.end(), [&](const FleetEntry &entry) {
            return std::all_of(entry.dependsOn.begin(), entry.dependsOn.end(),
                               [&](const QString &name) { return done.contains(name); });
        });
        if (next == waiting.end())
            break;
        done << next->name;
        order << *next;
        waiting.erase(next);
    }
    if (waiting.isEmpty())
        return order;
    for (const FleetEntry &entry : waiting) {
        for (const QString &name : entry.dependsOn) {
            if (!names.contains(name))
                return Problem{entry.name, u"depends on \"%1\", which is not there"_s.arg(name)};
        }
    }
    // Everything left depends on something left: following the dependencies from anywhere leads into a circle.
    QStringList walk;
    QString name = waiting.first().name;
    while (!walk.contains(name)) {
        walk << name;
        const auto entry =
            std::find_if(waiting.begin(), waiting.end(), [&](const FleetEntry &e) { return e.name == name; });
        name = *std::find_if(entry->dependsOn.begin(), entry->dependsOn.end(),
                             [&](const QString &n) { return !done.contains(n); });
    }
    walk = walk.mid(walk.indexOf(name));
    walk << name;
    return Problem{name, u"the services depend on each other in a circle: %1"_s.arg(walk.join(u" → "_s))};
}

FleetRun::FleetRun(QList<FleetEntry> entries, FleetAction action, SequenceOptions options, QObject *parent)
    : QObject(parent)
    , m_action(action)
    , m_options(std::move(options))
{
    QStringList names;
    for (const FleetEntry &entry : entries)
        names << entry.name;
    for (FleetEntry &entry : entries)
        entry.dependsOn.removeIf([&](const QString &name) { return !names.contains(name); });
    Result<QList<FleetEntry>> order = inStartOrder(entries);
    m_entries = order ? *order : entries; // a circle is an error of the fleet file, told when it is read
    if (action == FleetAction::Stop)
        std::reverse(m_entries.begin(), m_entries.end());
}

FleetRun::~FleetRun() = default;

void FleetRun::start()
{
    if (m_running)
        return;
    m_running = true;
    for (const FleetEntry &entry : std::as_const(m_entries)) {
        m_waiting.push_back(std::make_unique<RestartSequence>(entry, m_action, m_options));
        m_waiting.back()->announce();
    }
    post(this, &FleetRun::next);
}

void FleetRun::cancel()
{
    m_cancelled = true;
    if (m_sequence)
        m_sequence->cancel();
}

void FleetRun::next()
{
    m_sequence.reset();
    if (m_entries.isEmpty()) {
        m_running = false;
        Q_EMIT finished(m_receipts);
        return;
    }
    const FleetEntry entry = m_entries.takeFirst();
    std::unique_ptr<RestartSequence> sequence = std::move(m_waiting.front());
    m_waiting.pop_front();
    const auto broken = std::find_if(entry.dependsOn.begin(), entry.dependsOn.end(),
                                     [this](const QString &name) { return m_failed.contains(name); });
    const bool blocked = m_action != FleetAction::Stop && broken != entry.dependsOn.end();
    if (blocked || m_cancelled) {
        Receipt receipt;
        receipt.service = entry.name;
        receipt.action = m_action;
        receipt.method = methodName(entry.restart);
        receipt.startedAt = QDateTime::currentDateTimeUtc();
        receipt.failure =
            m_cancelled ? u"cancelled before it began"_s : u"not tried: it depends on %1, which failed"_s.arg(*broken);
        return record(receipt);
    }
    m_sequence = std::move(sequence);
    connect(m_sequence.get(), &RestartSequence::finished, this, &FleetRun::record);
    Q_EMIT serviceStarted(m_sequence.get());
    m_sequence->start();
}

void FleetRun::record(const Receipt &receipt)
{
    m_receipts << receipt;
    if (!receipt.ok)
        m_failed << receipt.service;
    Q_EMIT serviceFinished(receipt);
    // Later: the sequence that is telling us must not be destroyed from within its signal.
    post(this, &FleetRun::next);
}

} // namespace Hephaestus
