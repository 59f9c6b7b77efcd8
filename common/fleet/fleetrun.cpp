// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetrun.h"

#include "common/base/post.h"

#include <QHash>

#include <algorithm>
#include <set>
#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What keeps these from being ordered: one depends on a name that is not there, or they depend on each other.
Problem whyNoOrder(const QList<FleetEntry> &waiting, const QHash<QString, qsizetype> &names)
{
    QHash<QString, const FleetEntry *> left;
    for (const FleetEntry &entry : waiting)
        left.insert(entry.name, &entry);
    for (const FleetEntry &entry : waiting) {
        for (const QString &name : entry.dependsOn) {
            if (!names.contains(name))
                return Problem{entry.name, u"depends on \"%1\", which is not there"_s.arg(name)};
        }
    }
    // Everything left depends on something left: following the dependencies from anywhere leads into a circle.
    QStringList walk;
    QHash<QString, qsizetype> walked;
    QString name = waiting.first().name;
    while (!walked.contains(name)) {
        walked.insert(name, walk.size());
        walk << name;
        const QStringList &next = left.value(name)->dependsOn;
        name = *std::find_if(next.begin(), next.end(), [&](const QString &each) { return left.contains(each); });
    }
    walk = walk.mid(walked.value(name));
    walk << name;
    return Problem{name, u"the services depend on each other in a circle: %1"_s.arg(walk.join(u" → "_s))};
}

} // namespace

Result<QList<FleetEntry>> inStartOrder(const QList<FleetEntry> &entries)
{
    QHash<QString, qsizetype> names;
    for (qsizetype i = entries.size() - 1; i >= 0; --i)
        names.insert(entries[i].name, i);
    std::vector<std::vector<qsizetype>> dependants(std::size_t(entries.size()));
    std::vector<qsizetype> missing(std::size_t(entries.size()), 0); // how many each still waits for
    std::set<qsizetype> ready;                                      // the first of the file is next
    for (qsizetype i = 0; i < entries.size(); ++i) {
        for (const QString &name : entries[i].dependsOn) {
            ++missing[std::size_t(i)];
            if (const auto found = names.constFind(name); found != names.constEnd())
                dependants[std::size_t(*found)].push_back(i);
        }
        if (entries[i].dependsOn.isEmpty())
            ready.insert(i);
    }
    QList<FleetEntry> order;
    while (!ready.empty()) {
        const qsizetype next = ready.extract(ready.begin()).value();
        order << entries[next];
        for (const qsizetype each : dependants[std::size_t(next)]) {
            if (--missing[std::size_t(each)] == 0)
                ready.insert(each);
        }
    }
    if (order.size() == entries.size())
        return order;
    QList<FleetEntry> waiting;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        if (missing[std::size_t(i)] > 0)
            waiting << entries[i];
    }
    return whyNoOrder(waiting, names);
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
        receipt.host = entry.host.name;
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
