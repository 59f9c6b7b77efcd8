// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetwatch.h"

#include "common/fleet/fleetfile.h"

namespace Hephaestus {

using namespace std::chrono_literals;

FleetWatch::FleetWatch(SequenceOptions options, QObject *parent)
    : QObject(parent)
    , m_actions(m_fleet, std::move(options))
    , m_bulk(m_fleet, m_actions)
    , m_poller([this](ServiceId id, const Poller::Done &done) { ask(id, done); })
{
    connect(&m_poller, &Poller::answered, &m_fleet, &FleetModel::take);
    connect(&m_fleet, &FleetModel::happened, &m_journal, &EventJournal::append);
    connect(&m_actions, &ServiceActions::happened, &m_journal, &EventJournal::append);
    connect(&m_bulk, &BulkActions::happened, &m_journal, &EventJournal::append);
    connect(&m_actions, &ServiceActions::begun, &m_poller, [this](ServiceId id) { m_poller.setEager(id, true); });
    connect(&m_actions, &ServiceActions::finished, &m_poller, [this](ServiceId id) { m_poller.setEager(id, false); });
    connect(&m_actions, &ServiceActions::answerWanted, &m_poller, &Poller::hurry);
    connect(&m_ageTimer, &QTimer::timeout, &m_fleet, &FleetModel::updateAges);
}

FleetWatch::~FleetWatch() = default;

ServiceId FleetWatch::add(const FleetEntry &entry)
{
    for (const ServiceId id : m_fleet.ids()) {
        if (m_fleet.find(id)->entry.url == entry.url)
            return id;
    }
    const ServiceId id = m_fleet.add(entry);
    m_poller.add(id, entry.interval);
    return id;
}

void FleetWatch::addAll(const Fleet &fleet)
{
    for (const FleetEntry &entry : fleet.services)
        add(entry);
}

QList<Problem> FleetWatch::open(const QString &fleetFile)
{
    const FleetReading reading = readFleet(fleetFile);
    if (reading.ok())
        addAll(reading.fleet);
    return reading.problems;
}

void FleetWatch::remove(ServiceId id)
{
    m_poller.remove(id);
    m_clients.erase(id);
    m_fleet.remove(id);
}

void FleetWatch::start()
{
    m_poller.start();
    m_ageTimer.start(1s);
}

void FleetWatch::stop()
{
    m_poller.stop();
    m_ageTimer.stop();
}

void FleetWatch::ask(ServiceId id, const Poller::Done &done)
{
    const auto known = m_clients.find(id);
    if (known != m_clients.end())
        return known->second->askStatus(done);
    const Result<ServiceTarget> target = targetOf(m_fleet.find(id)->entry);
    if (target) {
        m_clients[id] = std::make_unique<ServiceClient>(*target);
        return m_clients[id]->askStatus(done);
    }
    // A token that cannot be read now may be there at the next poll.
    Answer<HealthReport> answer;
    answer.reply.error = ClientError::Unauthorized;
    answer.reply.message = target.problem().text();
    QMetaObject::invokeMethod(this, [done, answer] { done(answer); }, Qt::QueuedConnection);
}

} // namespace Hephaestus
