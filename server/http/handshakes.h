// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "common/base/eventthread.h"
#include "common/base/filedescriptor.h"
#include "server/http/handshakequeue.h"
#include "server/http/tlscontext.h"

#include <functional>
#include <memory>

namespace Hephaestus {

class TlsSession;

/// Does the TLS handshakes of accepted connections, in a thread of its own: one costs as much as a hundred answers, and
/// whoever asks for many must not keep health waiting.
///
/// Whose message is here is gone on with first, which costs little and ends a handshake; then one more is begun. Who is
/// next and who gives way, HandshakeQueue says. Lives in the HTTP thread, where it calls back.
class Handshakes : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(std::unique_ptr<TlsSession>)>; ///< it belongs to this thread from now on
    using Failed = std::function<void(const QByteArray &peer)>;    ///< it is closed

    /// Throws std::system_error where the system has no room for a thread or for an epoll(7) set.
    Handshakes(TlsContext context, const HandshakeQueue::Bounds &bounds, Done done, Failed failed);
    ~Handshakes() override; ///< closes those under way, without calling back

    /// Owns the descriptor from now on. Done or Failed follows, exactly once.
    void begin(int descriptor);
    qsizetype underWay() const { return m_underWay; } ///< with those that wait

private:
    class Worker;

    const HandshakeQueue::Bounds m_bounds;
    const Done m_done;
    const Failed m_failed;
    qsizetype m_underWay = 0;
    const std::shared_ptr<CallsToOwner> m_calls;
    FileDescriptor m_set; ///< of epoll, until the worker has it
    EventThread m_thread{"tls"};
    std::unique_ptr<Worker> m_worker; ///< lives in m_thread
};

} // namespace Hephaestus
