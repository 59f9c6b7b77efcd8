// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/addressholders.h"

#include <algorithm>
#include <utility>

namespace Hephaestus {

namespace {

/// As it told itself, or else as the acts on it say.
EarlierProcess earlierOf(const ServiceRow &row, const Arrival &arrival, const QString &stateDirectory)
{
    if (!row.report || !row.report->pid || !row.lastSeen)
        return earlierProcessOf(row.entry, stateDirectory);
    return {row.report->pid,
            arrival.wall - std::chrono::duration_cast<Clock::WallTime::duration>(arrival.steady - *row.lastSeen)};
}

} // namespace

AddressHolders::AddressHolders(QString stateDirectory, Find find)
    : m_stateDirectory(std::move(stateDirectory))
    , m_find(std::move(find))
{
    if (!m_find)
        m_find = [](const FleetEntry &entry, const EarlierProcess &earlier) { return addressHolderOf(entry, earlier); };
}

std::optional<AddressHolder> AddressHolders::take(const ServiceRow &row, const Arrival &arrival)
{
    const ServiceReply &reply = arrival.answer.reply;
    if (!mayBeStranger(reply.error)) {
        forget(row.id); // another one may be there after it
        return {};
    }
    if (isDue(row, arrival)) {
        m_looked = arrival.steady;
        m_waiting.remove(row.id);
        m_known[row.id] = {arrival.steady, m_find(row.entry, earlierOf(row, arrival, m_stateDirectory)), reply.error,
                           reply.message};
    }
    if (!m_known.contains(row.id))
        m_waiting << row.id;
    const std::optional<AddressHolder> holder = m_known.value(row.id).holder;
    // Its own process may hang: that says nothing new.
    return holder && (holder->isStranger || isNotUnderstood(reply.error)) ? holder : std::nullopt;
}

void AddressHolders::forget(ServiceId id)
{
    m_known.remove(id);
    m_waiting.remove(id);
}

/// Those come first that were not looked for yet.
bool AddressHolders::isDue(const ServiceRow &row, const Arrival &arrival) const
{
    if (m_looked && arrival.steady - *m_looked < Pause)
        return false;
    const auto known = m_known.constFind(row.id);
    if (known == m_known.cend())
        return true;
    if (!m_waiting.isEmpty())
        return false;
    const ServiceReply &reply = arrival.answer.reply;
    const auto freshFor = std::max<std::chrono::milliseconds>(FreshFor, 2 * m_known.size() * Pause);
    const bool isSame = known->error == reply.error && known->message == reply.message;
    return !isSame || arrival.steady - known->at >= freshFor;
}

} // namespace Hephaestus
