// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/serverstate.h"

#include <QByteArray>

namespace Hephaestus {

/// An encoded body that is made anew when the state changed, or when its moving seconds are 100 ms old. For one thread.
class Snapshot
{
public:
    using Encode = std::function<QByteArray()>;
    using Revision = qint64 (ServerState::*)() const;

    Snapshot(const ServerState &state, Revision revision, Encode encode, const Clock &clock = Clock::machine())
        : m_state(state)
        , m_stateRevision(revision)
        , m_encode(std::move(encode))
        , m_clock(clock)
    {
    }

    const QByteArray &body()
    {
        constexpr std::chrono::milliseconds longest{100};
        const Clock::TimePoint now = m_clock.now();
        const qint64 revision = (m_state.*m_stateRevision)();
        if (m_body.isEmpty() || revision != m_revision || now - m_made >= longest) {
            m_body = m_encode();
            m_revision = revision;
            m_made = now;
        }
        return m_body;
    }

private:
    const ServerState &m_state;
    const Revision m_stateRevision;
    Encode m_encode;
    const Clock &m_clock;
    QByteArray m_body;
    qint64 m_revision = -1;
    Clock::TimePoint m_made{};
};

} // namespace Hephaestus
