// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "common/base/eventthread.h"

#include <QSslConfiguration>

#include <chrono>
#include <functional>
#include <memory>

class QSslSocket;

namespace Hephaestus {

/// Does the TLS handshakes of accepted connections, in a thread of its own: one costs as much as a hundred answers, and
/// whoever asks for many must not keep health waiting.
///
/// A connection waits without cost until its client has said something. Of those that have, the newest is next, so that
/// whoever comes now is served, however many others came before. A bounded number waits and a bounded number is under
/// way. Beyond it one goes: the oldest of the address that has the most, so that one machine cannot push out another.
/// Lives in the HTTP thread, where it calls back.
class Handshakes : public QObject
{
    Q_OBJECT

public:
    struct Bounds
    {
        int underWay;
        int waiting;
        std::chrono::milliseconds time; ///< for one, from its acceptance
    };
    using Done = std::function<void(std::unique_ptr<QSslSocket>)>; ///< the socket lives in this thread
    using Failed = std::function<void(const QByteArray &peer)>;    ///< it is closed

    Handshakes(QSslConfiguration configuration, Bounds bounds, Done done, Failed failed);
    ~Handshakes() override; ///< closes those under way, without calling back

    /// Owns the descriptor from now on. Done or Failed follows, exactly once.
    void begin(int descriptor);
    qsizetype underWay() const { return m_underWay; } ///< with those that wait

private:
    class Worker;

    const Bounds m_bounds;
    const Done m_done;
    const Failed m_failed;
    qsizetype m_underWay = 0;
    const std::shared_ptr<CallsToOwner> m_calls;
    EventThread m_thread{"tls"};
    std::unique_ptr<Worker> m_worker; ///< lives in m_thread
};

} // namespace Hephaestus
