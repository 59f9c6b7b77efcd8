// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetwatch.h"

#include "common/client/openfiles.h"
#include "common/fleet/filesdfile.h"
#include "common/fleet/fleetfile.h"

#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto DeliveryPause = 250ms; ///< the table changes four times a second,
constexpr qsizetype MostDelivered =
    2'000; ///< or after so many answers, so that the window is never busy with them for long

} // namespace

FleetWatch::FleetWatch(SequenceOptions options, QObject *parent)
    : QObject(parent)
    , m_stateDirectory(options.stateDirectory)
    , m_actions(m_fleet, std::move(options))
    , m_bulk(m_fleet, m_actions)
    , m_poller([this](ServiceId id, const Poller::Done &done) { ask(id, done); }, [this](ServiceId id) { giveUp(id); })
{
    connect(&m_poller, &Poller::answered, this, &FleetWatch::take);
    m_deliveryTimer.setSingleShot(true);
    connect(&m_deliveryTimer, &QTimer::timeout, this, &FleetWatch::deliver);
    connect(&m_fleet, &FleetModel::happened, &m_journal, &EventJournal::append);
    connect(&m_actions, &ServiceActions::happened, &m_journal, &EventJournal::append);
    connect(&m_bulk, &BulkActions::happened, &m_journal, &EventJournal::append);
    connect(&m_actions, &ServiceActions::begun, &m_poller, [this](ServiceId id) { m_poller.setEager(id, true); });
    connect(&m_actions, &ServiceActions::finished, &m_poller, [this](ServiceId id) { m_poller.setEager(id, false); });
    connect(&m_actions, &ServiceActions::answerWanted, &m_poller, &Poller::hurry);
    connect(&m_fleet, &FleetModel::answered, this, &FleetWatch::observe);
    connect(&m_actions, &ServiceActions::begun, this,
            [this](ServiceId id) { m_stale.began(staleName(m_fleet.find(id)->entry)); });
    connect(&m_actions, &ServiceActions::finished, this, [this](ServiceId id, Receipt receipt) {
        if (const ServiceRow *const row = m_fleet.find(id))
            receipt.service = staleName(row->entry);
        m_stale.ended(receipt, Clock::machine().now());
    });
    connect(&m_ageTimer, &QTimer::timeout, &m_fleet, &FleetModel::updateAges);
}

FleetWatch::~FleetWatch() = default;

void FleetWatch::take(ServiceId id, const Answer<HealthReport> &answer)
{
    const Clock &time = Clock::machine();
    m_arrivals.append({id, answer, time.now(), time.wall()});
    const ServiceRow *const row = m_fleet.find(id);
    if (auto &report = m_arrivals.last().answer.value; report && row)
        m_environments.addTo(*report, row->entry);
    if (m_actions.isRunning(id) || m_arrivals.size() >= MostDelivered)
        deliver(); // somebody watches each of its steps; or they would be too many
    else if (!m_deliveryTimer.isActive())
        m_deliveryTimer.start(DeliveryPause);
}

void FleetWatch::deliver()
{
    m_deliveryTimer.stop();
    m_fleet.takeAll(std::exchange(m_arrivals, {}));
    restartStale();
}

void FleetWatch::keepHistory(const QString &file, HistoryLimits limits)
{
    m_store = std::make_unique<HistoryStore>(file, limits);
    m_keeper = std::make_unique<HistoryKeeper>(m_fleet, m_actions, m_journal, *m_store, m_stateDirectory);
    connect(&m_bulk, &BulkActions::happened, m_store.get(), [this](const Event &event) {
        const ServiceRow *const row = m_fleet.find(event.service);
        m_store->record(event, row ? row->entry.url : QString());
    });
}

ServiceId FleetWatch::add(const FleetEntry &entry)
{
    addAll({entry});
    return m_byUrl.value(entry.url);
}

HistorySource *FleetWatch::pastOf(ServiceId id) const { return m_pasts.value(id, m_store.get()); }

QList<ServiceId> FleetWatch::addUnasked(const QList<FleetEntry> &entries, HistorySource &past, const QString &fleetFile)
{
    for (const ServiceId id : insert(entries, fleetFile))
        leaveTo(id, past);
    QList<ServiceId> all;
    for (const FleetEntry &entry : entries)
        all << m_byUrl.value(entry.url);
    return all;
}

void FleetWatch::leaveTo(ServiceId id, HistorySource &past)
{
    if (std::exchange(m_pasts[id], &past) == &past)
        return;
    m_poller.remove(id);
    m_clients.erase(id);
    if (m_keeper)
        m_keeper->leaveOut(id);
}

void FleetWatch::askFromHere(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row || !m_pasts.remove(id))
        return;
    if (m_keeper)
        m_keeper->forget(id); // from now on it is kept here
    m_poller.add(id, row->entry.interval);
}

void FleetWatch::takeAll(const QList<Arrival> &arrivals)
{
    m_fleet.takeAll(arrivals);
    restartStale();
}

void FleetWatch::addAll(const QList<FleetEntry> &entries, const QString &fleetFile)
{
    const QList<ServiceId> ids = insert(entries, fleetFile);
    OpenFiles::allow(int(m_byUrl.size()));
    for (const ServiceId id : ids)
        m_poller.add(id, m_fleet.find(id)->entry.interval);
}

/// Of those that are new: their rows.
QList<ServiceId> FleetWatch::insert(const QList<FleetEntry> &entries, const QString &fleetFile)
{
    QList<FleetEntry> added;
    QSet<QString> urls; // one may be named twice
    for (const FleetEntry &entry : entries) {
        if (!m_byUrl.contains(entry.url) && !urls.contains(entry.url))
            added << entry;
        urls << entry.url;
    }
    const QList<ServiceId> ids = m_fleet.addAll(added);
    for (qsizetype each = 0; each < ids.size(); ++each) {
        m_byUrl.insert(added[each].url, ids[each]);
        if (!fleetFile.isEmpty())
            m_fleetFiles.insert(added[each].url, fleetFile);
        FleetEntry entry = added[each];
        entry.name = staleName(added[each]);
        for (QString &dependency : entry.dependsOn)
            dependency = inFileOf(added[each], dependency);
        m_stale.add(entry);
    }
    return ids;
}

/// Names are given, and depended on, within one fleet file.
QString FleetWatch::inFileOf(const FleetEntry &entry, const QString &name) const
{
    return name + u'\n' + m_fleetFiles.value(entry.url);
}

/// What m_stale knows it by: of those that no file names, two may have one name.
QString FleetWatch::staleName(const FleetEntry &entry) const
{
    const QString name = inFileOf(entry, entry.name);
    return m_fleetFiles.contains(entry.url) ? name : name + entry.url;
}

QList<Problem> FleetWatch::open(const QString &fleetFile)
{
    const bool isFileSd = QStringList{u"json"_s, u"yml"_s, u"yaml"_s}.contains(QFileInfo(fleetFile).suffix().toLower());
    const FleetReading reading = isFileSd ? readFileSd(fleetFile) : readFleet(fleetFile);
    if (!reading.ok())
        return reading.problems;
    for (const FleetEntry &entry :
         reading.fleet.services) { // read again, perhaps: how a service is started may have changed
        if (const auto known = m_byUrl.constFind(entry.url); known != m_byUrl.cend())
            m_fleet.setRestart(*known, entry.restart);
    }
    addAll(reading.fleet.services, reading.fleet.path);
    return reading.problems;
}

void FleetWatch::remove(ServiceId id)
{
    m_poller.remove(id);
    m_clients.erase(id);
    m_pasts.remove(id);
    if (const ServiceRow *const row = m_fleet.find(id)) {
        m_stale.remove(staleName(row->entry));
        m_byUrl.remove(row->entry.url);
        m_fleetFiles.remove(row->entry.url);
    }
    if (m_keeper)
        m_keeper->forget(id);
    m_fleet.remove(id);
}

void FleetWatch::observe(ServiceId id)
{
    if (!m_stale.isAsked())
        return;
    const ServiceRow *const row = m_fleet.find(id);
    m_stale.observe(staleName(row->entry), row->isCurrent() ? &*row->report : nullptr, Clock::machine().now());
}

void FleetWatch::restartStale()
{
    const auto name = m_stale.due(Clock::machine().now());
    if (!name)
        return;
    const QList<ServiceId> ids = m_fleet.ids();
    const auto id = std::find_if(ids.begin(), ids.end(),
                                 [&](ServiceId each) { return staleName(m_fleet.find(each)->entry) == *name; });
    if (id == ids.end() || !m_actions.whyNot(*id, ServiceAction::Restart).isEmpty())
        return;
    m_journal.append({Clock::machine().wall(), *id, m_fleet.find(*id)->entry.name, EventKind::Action,
                      tr("runs old code and is idle: restarted by itself, as its fleet entry says")});
    m_actions.perform(*id, ServiceAction::Restart);
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

void FleetWatch::giveUp(ServiceId id)
{
    if (const auto client = m_clients.find(id); client != m_clients.end())
        client->second->abort();
}

void FleetWatch::ask(ServiceId id, const Poller::Done &done)
{
    auto known = m_clients.find(id);
    const Result<ServiceTarget> target = known == m_clients.end() ? targetOf(m_fleet.find(id)->entry) : ServiceTarget();
    if (target) {
        if (known == m_clients.end())
            known = m_clients.emplace(id, std::make_unique<DialectClient>(*target)).first;
        DialectClient *const client = known->second.get();
        return client->askStatus([this, id, client, done](const Answer<HealthReport> &answer) {
            if (answer.value)
                m_fleet.setDialect(id, client->dialect());
            done(answer);
        });
    }
    // A token that cannot be read now may be there at the next poll.
    Answer<HealthReport> answer;
    answer.reply.error = ClientError::Unauthorized;
    answer.reply.message = target.problem().text();
    QMetaObject::invokeMethod(
        this, [done, answer] { done(answer); }, Qt::QueuedConnection);
}

} // namespace Hephaestus
