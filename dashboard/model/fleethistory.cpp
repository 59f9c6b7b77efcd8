// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleethistory.h"

#include <QPointer>

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr int OldEvents = 500;

} // namespace

FleetHistory::FleetHistory(FleetModel &fleet, ServiceActions &actions, EventJournal &journal, HistoryStore &store,
                           const QString &stateDirectory, const Clock &clock, Obituaries::Holds holds, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_actions(actions)
    , m_journal(journal)
    , m_store(store)
    , m_clock(clock)
    , m_recorder(store)
    , m_obituaries(store, stateDirectory, clock, std::move(holds))
{
    connect(&fleet, &FleetModel::answered, this, &FleetHistory::observe);
    connect(&actions, &ServiceActions::happened, this, &FleetHistory::record);
    connect(&actions, &ServiceActions::finished, this, [this](ServiceId id, const Receipt &receipt) {
        m_store.record(receipt, urlOf(id));
        m_store.flush();
    });
    connect(&m_obituaries, &Obituaries::ended, this, &FleetHistory::ended);
    connect(&m_obituaries, &Obituaries::died, this,
            [this](ServiceId id, qint64 pid, const QString &word, const QString &text) {
                m_fleet.setEnd(id, {pid, word, text});
            });
    connect(&m_obituaries, &Obituaries::happened, this, &FleetHistory::publish);
    connect(&m_obituaries, &Obituaries::buried, this, &FleetHistory::buried);
    connectStore();
    askKnown();
    askEarlierEvents();
    askEarlierReceipts();
}

FleetHistory::~FleetHistory() = default;

/// What goes wrong with the store is not recorded: there it failed.
void FleetHistory::connectStore()
{
    connect(&m_store, &HistoryStore::trouble, this, [this](const QString &sentence) {
        m_journal.append({m_clock.wall(), NoService, tr("History"), EventKind::Trouble, sentence});
    });
    connect(&m_store, &HistoryStore::recovered, this, [this] {
        m_journal.append(
            {m_clock.wall(), NoService, tr("History"), EventKind::Recovery, tr("the history is kept again")});
    });
}

void FleetHistory::askEarlierEvents()
{
    const QPointer<FleetHistory> self(this);
    m_store.askEvents(OldEvents, [self](const Result<HistoryStore::StoredEvents> &events) {
        if (!self)
            return;
        QList<Event> ours; // of no service
        for (const auto &[event, url] : events ? *events : HistoryStore::StoredEvents())
            (url.isEmpty() ? ours : self->m_earlierEvents[url]) << event;
        self->m_journal.insertEarlier(ours);
        self->m_isEarlierKnown = true;
        self->handOutEvents(0, self->m_fleet.rowCount() - 1);
        connect(&self->m_fleet, &FleetModel::rowsInserted, self,
                [self](const QModelIndex &, int first, int last) { self->handOutEvents(first, last); });
        for (const Event &event : std::exchange(self->m_firstLooks, {}))
            self->publishIfNew(event);
    });
}

/// To the services that are watched: what other fleets did is not told here.
void FleetHistory::handOutEvents(int first, int last)
{
    QList<Event> known;
    for (int line = first; line <= last && !m_earlierEvents.isEmpty(); ++line) {
        const ServiceId id = m_fleet.row(line).id;
        QList<Event> events = m_earlierEvents.take(m_fleet.row(line).entry.url);
        for (Event &event : events) {
            event.service = id;
            event.serviceName = m_fleet.row(line).entry.name; // as it is called now
        }
        known << events;
        if (!events.isEmpty())
            m_toldEarlier.insert(id, events);
    }
    std::ranges::stable_sort(known, {}, &Event::at);
    m_journal.insertEarlier(known);
}

bool FleetHistory::isToldAlready(const Event &event) const
{
    const QList<Event> earlier = m_toldEarlier.value(event.service);
    for (auto each = earlier.crbegin(); each != earlier.crend(); ++each) {
        if (each->text == event.text || (!event.about.isEmpty() && each->about == event.about))
            return true;
        if (each->kind == EventKind::Recovery)
            return false; // it was well in between
    }
    return false;
}

void FleetHistory::publishIfNew(const Event &event)
{
    if (!m_isEarlierKnown)
        m_firstLooks << event;
    else if (!isToldAlready(event))
        publish(event);
}

void FleetHistory::askEarlierReceipts()
{
    const QPointer<FleetHistory> self(this);
    m_store.askReceipts([self](const Result<QHash<QString, Receipt>> &receipts) {
        if (!self || !receipts)
            return;
        self->m_earlierReceipts = *receipts;
        self->handOutReceipts(0, self->m_fleet.rowCount() - 1);
        connect(&self->m_fleet, &FleetModel::rowsInserted, self,
                [self](const QModelIndex &, int first, int last) { self->handOutReceipts(first, last); });
    });
}

void FleetHistory::handOutReceipts(int first, int last)
{
    for (int line = first; line <= last && !m_earlierReceipts.isEmpty(); ++line) {
        if (const auto found = m_earlierReceipts.constFind(m_fleet.row(line).entry.url);
            found != m_earlierReceipts.cend()) {
            m_actions.remember(m_fleet.row(line).id, *found);
            m_earlierReceipts.erase(found);
        }
    }
}

void FleetHistory::askKnown()
{
    const QPointer<FleetHistory> self(this);
    m_store.askKnown([self](const Result<QHash<QString, KnownService>> &known) {
        if (!self)
            return;
        if (known)
            self->m_known = *known;
        self->m_isPastKnown = true;
        Q_EMIT self->pastKnown();
    });
}

/// Written when it changes: once for each process of a service.
void FleetHistory::recordKnown(const ServiceRow &row)
{
    if (!m_isPastKnown || row.observed == ServiceState::Foreign)
        return;
    KnownService &known = m_known[row.entry.url];
    const bool tellsHealth = known.tellsHealth || !row.report->isPage;
    if (known.name == row.known && known.tellsHealth == tellsHealth)
        return;
    known.name = row.known;
    known.tellsHealth = tellsHealth;
    m_store.record(known, row.entry.url);
}

void FleetHistory::forgetPast(const QString &url)
{
    const auto known = m_known.find(url);
    if (known == m_known.end())
        return;
    *known = {{}, false, known->seen};
    m_store.record(*known, url);
}

void FleetHistory::forget(ServiceId id)
{
    m_recorder.forget(id);
    m_obituaries.forget(id);
    m_leftOut.remove(id);
    m_toldEarlier.remove(id);
}

void FleetHistory::observe(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row || m_leftOut.contains(id))
        return;
    if (row->isCurrent()) {
        recordKnown(*row);
        m_recorder.record(id, row->entry, *row->report, row->reply.latency, m_fleet.history(id), m_clock.wall());
        if (row->observed == ServiceState::Foreign) // its end is no death of the entry's
            m_obituaries.forget(id);
        else
            m_obituaries.observe(id, row->entry, *row->report, row->reply.body);
    } else {
        m_recorder.miss(id);
        m_obituaries.miss(id, row->reply, row->observed == ServiceState::Stopped);
    }
}

QString FleetHistory::urlOf(ServiceId id) const
{
    const ServiceRow *const row = m_fleet.find(id);
    return row ? row->entry.url : QString();
}

void FleetHistory::record(const Event &event) { m_store.record(event, urlOf(event.service)); }

void FleetHistory::publish(const Event &event)
{
    m_journal.append(event);
    record(event);
}

} // namespace Hephaestus
