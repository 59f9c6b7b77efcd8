// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/handshakes.h"

#include "common/base/filedescriptor.h"
#include "common/base/post.h"
#include "server/core/socketname.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QSocketNotifier>
#include <QSslSocket>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <map>
#include <vector>

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace Hephaestus {
namespace {

constexpr int MostBegunAtOnce = 4;    ///< then those under way are looked at
constexpr size_t ManyHandshakes = 64; ///< handshakes; giving memory back takes its time

/// True once the other end has gone without a word.
bool hasGone(int descriptor)
{
    char byte = 0;
    return ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

} // namespace

/// All of it in the thread of the handshakes. The ids ascend: the first is the oldest.
class Handshakes::Worker : public QObject
{
public:
    Worker(Handshakes &owner, QSslConfiguration configuration, Bounds bounds)
        : m_owner(owner)
        , m_home(owner.thread())
        , m_configuration(std::move(configuration))
        , m_bounds(bounds)
        , m_spoken(::epoll_create1(EPOLL_CLOEXEC))
        , m_ready(size_t(bounds.waiting))
    {
    }

    /// The first call in the thread: notifier and timer belong to it.
    void settle()
    {
        m_notifier = std::make_unique<QSocketNotifier>(m_spoken.number(), QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &Worker::startNewest);
        m_expiry = std::make_unique<QTimer>();
        m_expiry->setSingleShot(true);
        connect(m_expiry.get(), &QTimer::timeout, this, &Worker::expire);
    }

    void wait(FileDescriptor descriptor)
    {
        if (m_waiting.size() >= size_t(m_bounds.waiting))
            fail(whoGives(m_waiting));
        const quint64 id = ++m_lastId;
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = id;
        ::epoll_ctl(m_spoken.number(), EPOLL_CTL_ADD, descriptor.number(), &event);
        const SocketName name = socketName(descriptor.number(), SocketEnd::Peer);
        m_waiting.emplace(id, Waiting{{name, QDeadlineTimer(m_bounds.time)}, std::move(descriptor)});
        if (!m_expiry->isActive())
            m_expiry->start(m_bounds.time);
    }

private:
    struct Client
    {
        SocketName name;
        QDeadlineTimer deadline;
    };
    struct Waiting : Client
    {
        FileDescriptor descriptor;
    };
    struct UnderWay : Client
    {
        std::unique_ptr<QSslSocket> socket;
    };

    /// The oldest of the address that has the most.
    template <typename Clients>
    static quint64 whoGives(const Clients &clients)
    {
        QHash<QByteArray, int> counts;
        int most = 0;
        for (const auto &[id, client] : clients)
            most = std::max(most, ++counts[client.name.address]);
        return std::find_if(clients.begin(), clients.end(),
                            [&](const auto &each) { return counts.value(each.second.name.address) == most; })
            ->first;
    }

    /// Called again at once while others are left that have spoken, but after the sockets of those under way.
    void startNewest()
    {
        const int count = ::epoll_wait(m_spoken.number(), m_ready.data(), int(m_ready.size()), 0);
        const auto end = m_ready.begin() + std::max(count, 0);
        const auto last = m_ready.begin() + std::min(std::max(count, 0), MostBegunAtOnce);
        std::partial_sort(m_ready.begin(), last, end,
                          [](const epoll_event &a, const epoll_event &b) { return a.data.u64 > b.data.u64; });
        std::for_each(m_ready.begin(), last, [this](const epoll_event &event) { start(event.data.u64); });
    }

    void start(quint64 id)
    {
        const auto found = m_waiting.find(id);
        if (found == m_waiting.end())
            return;
        if (hasGone(found->second.descriptor.number()))
            return fail(id);
        Waiting client = std::move(found->second);
        m_waiting.erase(found);
        ::epoll_ctl(m_spoken.number(), EPOLL_CTL_DEL, client.descriptor.number(), nullptr);
        if (m_underWay.size() >= size_t(m_bounds.underWay))
            fail(whoGives(m_underWay));
        const auto made =
            m_underWay.emplace(id, UnderWay{{client.name, client.deadline}, std::make_unique<QSslSocket>()}).first;
        QSslSocket &socket = *made->second.socket;
        m_peak = std::max(m_peak, m_underWay.size());
        socket.setReadBufferSize(64 * 1024);
        if (!socket.setSocketDescriptor(client.descriptor.number()))
            return fail(id);
        client.descriptor.release();
        socket.setSslConfiguration(m_configuration);
        // Later: a socket must neither change its thread nor be destroyed within a signal of its own.
        connect(
            &socket, &QSslSocket::encrypted, this, [this, id] { handOver(id); }, Qt::QueuedConnection);
        connect(
            &socket, &QSslSocket::errorOccurred, this, [this, id] { fail(id); }, Qt::QueuedConnection);
        connect(
            &socket, &QSslSocket::disconnected, this, [this, id] { fail(id); }, Qt::QueuedConnection);
        socket.startServerEncryption();
    }

    void handOver(quint64 id)
    {
        const auto found = m_underWay.find(id);
        if (found == m_underWay.end())
            return;
        // Shared: the call may be thrown away with the owner.
        const auto socket = std::make_shared<std::unique_ptr<QSslSocket>>(std::move(found->second.socket));
        m_underWay.erase(found);
        (*socket)->disconnect(this);
        (*socket)->moveToThread(m_home);
        giveBack();
        m_owner.m_calls->post([owner = &m_owner, socket] {
            --owner->m_underWay;
            owner->m_done(std::move(*socket));
        });
    }

    /// What a flood took goes back to the system.
    void giveBack()
    {
        if (m_underWay.empty() && std::exchange(m_peak, 0) >= ManyHandshakes)
            ::malloc_trim(0);
    }

    void fail(quint64 id)
    {
        QByteArray peer;
        if (const auto waiting = m_waiting.find(id); waiting != m_waiting.end()) {
            peer = waiting->second.name.text();
            m_waiting.erase(waiting); // closes it, which ends what epoll knows of it
        } else if (const auto underWay = m_underWay.find(id); underWay != m_underWay.end()) {
            peer = underWay->second.name.text();
            underWay->second.socket->disconnect(this);
            m_underWay.erase(underWay);
        } else {
            return;
        }
        giveBack();
        m_owner.m_calls->post([owner = &m_owner, peer] {
            --owner->m_underWay;
            owner->m_failed(peer);
        });
    }

    /// All have the same time, so the oldest are the first.
    void expire()
    {
        const auto expireFirst = [this](const auto &clients) {
            while (!clients.empty() && clients.begin()->second.deadline.hasExpired())
                fail(clients.begin()->first);
            return clients.empty() ? m_bounds.time : clients.begin()->second.deadline.remainingTimeAsDuration();
        };
        const auto waiting = expireFirst(m_waiting);
        const auto underWay = expireFirst(m_underWay);
        if (!m_waiting.empty() || !m_underWay.empty())
            m_expiry->start(std::chrono::ceil<std::chrono::milliseconds>(std::min(waiting, underWay)));
    }

    Handshakes &m_owner;
    QThread *const m_home;
    const QSslConfiguration m_configuration;
    const Bounds m_bounds;
    const FileDescriptor m_spoken; ///< epoll of those that wait: ready are those whose client has said something
    std::vector<epoll_event> m_ready;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unique_ptr<QTimer> m_expiry;
    std::map<quint64, Waiting> m_waiting;
    std::map<quint64, UnderWay> m_underWay;
    size_t m_peak = 0; ///< of those under way, since there were none
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
    m_thread.call([this] { m_worker->settle(); });
}

Handshakes::~Handshakes()
{
    m_calls->close();
    m_thread.call([this] { m_worker.reset(); });
}

void Handshakes::begin(int descriptor)
{
    FileDescriptor owned(descriptor);
    // Those that the other thread has not even looked at are bounded, too.
    if (m_underWay >= 2 * (m_bounds.waiting + m_bounds.underWay))
        return m_failed(socketName(descriptor, SocketEnd::Peer).text());
    ++m_underWay;
    post(m_worker.get(),
         [worker = m_worker.get(), owned = std::move(owned)]() mutable { worker->wait(std::move(owned)); });
}

} // namespace Hephaestus
