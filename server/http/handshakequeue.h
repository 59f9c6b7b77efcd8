// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QByteArray>
#include <QtGlobal>

#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace Hephaestus {

/// Who of the clients that want a TLS handshake is next, and who gives way. Knows nothing of sockets; for one thread.
///
/// A client is silent until its first message is here as a whole: it costs a descriptor. Then it is ready, and waits to
/// be begun. Next is one of the address that has the fewest under way. As long as no more are under way than may, it is
/// begun at once: one that has our answer costs memory alone. Then it is in turn the one that has waited longest and
/// the newest, which need not wait for a burst that came before it.
///
/// When all places are taken, the one that has waited longest is next, and each that is begun brings a newer one: who
/// was passed over would be for ever. The oldest of the address that has the most gives way, one each HoldTime /
/// places. So each keeps its place for HoldTime at least, however many come again at once, and they take a bounded
/// share of the processor. A client whose address holds less than its share does not wait for that, and cuts the
/// HoldTime of the address that has the most. Of addresses with as many, that has the most whose oldest client came
/// first.
class HandshakeQueue
{
public:
    using Id = quint64; ///< ascends with the acceptance
    struct Bounds
    {
        int underWay;
        int waiting;                    ///< silent or ready
        std::chrono::milliseconds time; ///< for one, from its acceptance
    };
    static constexpr std::chrono::milliseconds HoldTime{500};

    /// `clock` outlives it.
    explicit HandshakeQueue(const Bounds &bounds, const Clock &clock = Clock::machine());

    Id add(const QByteArray &address);
    /// Without effect if it was ready already.
    void setReady(Id id);
    void remove(Id id);
    size_t underWay() const { return m_underWay; }

    /// More wait than may: who goes, which is the oldest of the address that has the most. The caller removes it.
    std::optional<Id> surplus() const;
    /// Whose time is over; the caller removes it. Not more than so many at once that their coming again disturbs.
    std::optional<Id> expired();

    struct Turn
    {
        Id begins;
        std::optional<Id> givesWay; ///< the caller removes it
    };
    /// Who is begun now, which counts as under way from now on. Nothing: nobody is ready, or their time has not come.
    std::optional<Turn> next();
    /// When expired() or next() will have something, unless something else happens before.
    Clock::TimePoint wakeTime() const;

private:
    struct Client
    {
        QByteArray address;
        Clock::TimePoint deadline;
        Clock::TimePoint begun{};
        quint64 place = 0; ///< in `ready`, then in `underWay`; 0: silent
        bool isUnderWay = false;
    };
    using Places = std::map<quint64, Id>; ///< the first has the oldest
    struct Address
    {
        std::set<Id> waiting; ///< silent or ready
        Places ready;
        Places underWay;
        bool takesNewest = false; ///< of those who are ready; else the one that has waited longest
    };
    using Addresses = std::map<QByteArray, Address>;

    Addresses::const_iterator nextAddress() const;
    Addresses::const_iterator heaviestAddress() const;
    Clock::TimePoint givesWayTime(const Address &heaviest) const;

    const Bounds m_bounds;
    const Clock &m_clock;
    const std::chrono::nanoseconds m_pace; ///< between two that give way
    const std::chrono::nanoseconds m_expiryPace;
    std::map<Id, Client> m_clients;
    Addresses m_addresses;
    size_t m_underWay = 0;
    Clock::TimePoint m_nextGivesWay;
    Clock::TimePoint m_nextExpires;
    quint64 m_lastPlace = 0;
    Id m_lastId = 0;
};

} // namespace Hephaestus
