// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/handshakequeue.h"

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds ExpirySpread{1s}; ///< in which as many as there may be come to their end
constexpr std::chrono::nanoseconds MostBehind{2ms};  ///< a thread that is late makes up for so much

/// Of two addresses with as many clients, that is lighter whose first one came later: never one by its name.
bool isLighter(size_t count, quint64 first, size_t otherCount, quint64 otherFirst)
{
    return count != otherCount ? count < otherCount : first > otherFirst;
}

} // namespace

HandshakeQueue::HandshakeQueue(const Bounds &bounds, const Clock &clock)
    : m_bounds(bounds)
    , m_clock(clock)
    , m_pace(std::chrono::nanoseconds(HoldTime) / std::max(1, bounds.underWay))
    , m_expiryPace(ExpirySpread / std::max(1, bounds.underWay + bounds.waiting))
{
}

HandshakeQueue::Id HandshakeQueue::add(const QByteArray &address)
{
    const Id id = ++m_lastId;
    m_clients.emplace(id, Client{address, m_clock.now() + m_bounds.time});
    m_addresses[address].waiting.insert(id);
    return id;
}

void HandshakeQueue::setReady(Id id)
{
    const auto found = m_clients.find(id);
    if (found == m_clients.end() || found->second.place > 0)
        return;
    found->second.place = ++m_lastPlace;
    m_addresses[found->second.address].ready.emplace(m_lastPlace, id);
}

void HandshakeQueue::remove(Id id)
{
    const auto found = m_clients.find(id);
    if (found == m_clients.end())
        return;
    const Client &client = found->second;
    const auto home = m_addresses.find(client.address);
    Address &address = home->second;
    if (client.isUnderWay) {
        address.underWay.erase(client.place);
        --m_underWay;
    } else {
        address.ready.erase(client.place);
        address.waiting.erase(id);
    }
    if (address.waiting.empty() && address.underWay.empty())
        m_addresses.erase(home);
    m_clients.erase(found);
}

std::optional<HandshakeQueue::Id> HandshakeQueue::surplus() const
{
    if (m_clients.size() - m_underWay <= size_t(m_bounds.waiting))
        return {};
    const auto most = std::max_element(m_addresses.begin(), m_addresses.end(), [](const auto &a, const auto &b) {
        const auto &one = a.second.waiting, &other = b.second.waiting;
        return isLighter(one.size(), one.empty() ? 0 : *one.begin(), other.size(), other.empty() ? 0 : *other.begin());
    });
    return *most->second.waiting.begin();
}

/// All have the same time, so the oldest are the first. Those that came at once come again at once: that would be a
/// burst each time, in which others wait.
std::optional<HandshakeQueue::Id> HandshakeQueue::expired()
{
    const auto now = m_clock.now();
    if (m_clients.empty() || m_clients.begin()->second.deadline > now || m_nextExpires > now)
        return {};
    m_nextExpires = std::max(m_nextExpires, now - MostBehind) + m_expiryPace;
    return m_clients.begin()->first;
}

HandshakeQueue::Addresses::const_iterator HandshakeQueue::nextAddress() const
{
    auto next = m_addresses.end();
    for (auto each = m_addresses.begin(); each != m_addresses.end(); ++each) {
        if (each->second.ready.empty())
            continue;
        if (next == m_addresses.end() || each->second.underWay.size() < next->second.underWay.size()
            || (each->second.underWay.size() == next->second.underWay.size()
                && each->second.ready.begin()->first < next->second.ready.begin()->first))
            next = each;
    }
    return next;
}

HandshakeQueue::Addresses::const_iterator HandshakeQueue::heaviestAddress() const
{
    return std::max_element(m_addresses.begin(), m_addresses.end(), [](const auto &a, const auto &b) {
        const Places &one = a.second.underWay, &other = b.second.underWay;
        return isLighter(one.size(), one.empty() ? 0 : one.begin()->first, other.size(),
                         other.empty() ? 0 : other.begin()->first);
    });
}

/// Those that filled the places at once are young.
Clock::TimePoint HandshakeQueue::givesWayTime(const Address &heaviest) const
{
    return std::max(m_nextGivesWay, m_clients.at(heaviest.underWay.begin()->second).begun + HoldTime);
}

std::optional<HandshakeQueue::Turn> HandshakeQueue::next()
{
    const auto address = nextAddress();
    if (address == m_addresses.end())
        return {};
    const bool isFull = m_underWay >= size_t(m_bounds.underWay);
    const Places &ready = address->second.ready;
    Turn turn{!isFull && address->second.takesNewest ? ready.rbegin()->second : ready.begin()->second, {}};
    if (isFull) {
        const auto heaviest = heaviestAddress();
        const auto now = m_clock.now();
        const bool hasLess = address->second.underWay.size() + 1 < heaviest->second.underWay.size();
        if (!hasLess && now < givesWayTime(heaviest->second))
            return {};
        // Those whose address has less than its share need not wait, and put nobody off.
        m_nextGivesWay = std::min(std::max(m_nextGivesWay, now - MostBehind), now) + m_pace;
        turn.givesWay = heaviest->second.underWay.begin()->second;
    }
    Address &home = m_addresses[address->first];
    home.takesNewest = !home.takesNewest;
    Client &client = m_clients.at(turn.begins);
    home.ready.erase(client.place);
    home.waiting.erase(turn.begins);
    client.place = ++m_lastPlace;
    client.begun = m_clock.now();
    client.isUnderWay = true;
    home.underWay.emplace(client.place, turn.begins);
    ++m_underWay;
    return turn;
}

Clock::TimePoint HandshakeQueue::wakeTime() const
{
    Clock::TimePoint wake = Clock::TimePoint::max();
    if (!m_clients.empty())
        wake = std::max(m_clients.begin()->second.deadline, m_nextExpires);
    if (nextAddress() != m_addresses.end())
        wake = std::min(wake, m_underWay > 0 ? givesWayTime(heaviestAddress()->second) : m_nextGivesWay);
    return wake;
}

} // namespace Hephaestus
