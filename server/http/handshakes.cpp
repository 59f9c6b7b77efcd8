// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/handshakes.h"

#include "common/base/post.h"
#include "server/core/socketname.h"

#include <QSslSocket>
#include <QThread>
#include <QTimer>

#include <map>

#include <unistd.h>

namespace Hephaestus {

/// All of it in the thread of the handshakes. The ids ascend: the first is the oldest.
class Handshakes::Worker : public QObject
{
public:
    Worker(Handshakes &owner, QSslConfiguration configuration, Bounds bounds)
        : m_owner(owner)
        , m_home(owner.thread())
        , m_configuration(std::move(configuration))
        , m_bounds(bounds)
    {
    }

    void begin(int descriptor)
    {
        if (m_sockets.size() >= size_t(m_bounds.underWay))
            fail(m_sockets.begin()->first);
        const quint64 id = ++m_lastId;
        const auto made = m_sockets.emplace(id, std::make_unique<QSslSocket>()).first;
        QSslSocket &socket = *made->second;
        m_peers[id] = socketName(descriptor, SocketEnd::Peer).text();
        socket.setReadBufferSize(64 * 1024);
        if (!socket.setSocketDescriptor(descriptor)) {
            ::close(descriptor);
            return fail(id);
        }
        socket.setSslConfiguration(m_configuration);
        // Later: a socket must neither change its thread nor be destroyed within a signal of its own.
        connect(
            &socket, &QSslSocket::encrypted, this, [this, id] { handOver(id); }, Qt::QueuedConnection);
        connect(
            &socket, &QSslSocket::errorOccurred, this, [this, id] { fail(id); }, Qt::QueuedConnection);
        connect(
            &socket, &QSslSocket::disconnected, this, [this, id] { fail(id); }, Qt::QueuedConnection);
        QTimer::singleShot(m_bounds.time, this, [this, id] { fail(id); });
        socket.startServerEncryption();
    }

private:
    void handOver(quint64 id)
    {
        const auto found = m_sockets.find(id);
        if (found == m_sockets.end())
            return;
        // Shared: the call may be thrown away with the owner.
        const auto socket = std::make_shared<std::unique_ptr<QSslSocket>>(std::move(found->second));
        m_sockets.erase(found);
        m_peers.erase(id);
        (*socket)->disconnect(this);
        (*socket)->moveToThread(m_home);
        m_owner.m_calls->post([owner = &m_owner, socket] {
            --owner->m_underWay;
            owner->m_done(std::move(*socket));
        });
    }

    void fail(quint64 id)
    {
        const auto found = m_sockets.find(id);
        if (found == m_sockets.end())
            return;
        found->second->disconnect(this);
        m_sockets.erase(found);
        m_owner.m_calls->post([owner = &m_owner, peer = std::exchange(m_peers[id], {})] {
            --owner->m_underWay;
            owner->m_failed(peer);
        });
        m_peers.erase(id);
    }

    Handshakes &m_owner;
    QThread *const m_home;
    const QSslConfiguration m_configuration;
    const Bounds m_bounds;
    std::map<quint64, std::unique_ptr<QSslSocket>> m_sockets;
    std::map<quint64, QByteArray> m_peers;
    quint64 m_lastId = 0;
};

Handshakes::Handshakes(QSslConfiguration configuration, Bounds bounds, Done done, Failed failed)
    : m_bounds(bounds)
    , m_done(std::move(done))
    , m_failed(std::move(failed))
    , m_calls(std::make_shared<CallsToOwner>(this))
    , m_worker(std::make_unique<Worker>(*this, std::move(configuration), bounds))
{
    m_worker->moveToThread(m_thread.thread());
}

Handshakes::~Handshakes()
{
    m_calls->close();
    m_thread.call([this] { m_worker.reset(); });
}

void Handshakes::begin(int descriptor)
{
    // Those that the other thread has not even begun are bounded, too.
    if (m_underWay >= 4 * m_bounds.underWay) {
        const QByteArray peer = socketName(descriptor, SocketEnd::Peer).text();
        ::close(descriptor);
        return m_failed(peer);
    }
    ++m_underWay;
    post(m_worker.get(), [worker = m_worker.get(), descriptor] { worker->begin(descriptor); });
}

} // namespace Hephaestus
