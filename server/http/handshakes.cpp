// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/handshakes.h"

#include "common/base/post.h"
#include "server/core/socketname.h"
#include "server/http/tlssession.h"

#include <QSocketNotifier>
#include <QTimer>

#include <algorithm>
#include <array>
#include <span>
#include <system_error>
#include <unordered_map>

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace Hephaestus {
namespace {

using namespace std::chrono_literals;

constexpr size_t ManyHandshakes = 64; ///< handshakes; giving memory back takes its time
constexpr int MostNotLookedAt = 64;

enum class FirstMessage { Incomplete, Here, Wrong };

/// Looks at what a client has sent without taking it. Until there is a whole message, in one record of a handshake or
/// more (RFC 8446, 5.1), the client is given no memory; OpenSSL would reserve as much as the first bytes announce, 128
/// KiB.
FirstMessage firstMessage(int descriptor)
{
    constexpr int RecordHead = 5, MessageHead = 4, Handshake = 22, MostOfARecord = 16 * 1024,
                  MostOfAMessage = 16 * 1024;
    std::array<unsigned char, MostOfAMessage + 1024> bytes; // with the heads of its records
    const ssize_t count = ::recv(descriptor, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? FirstMessage::Incomplete : FirstMessage::Wrong;
    const auto missing = size_t(count) < bytes.size() ? FirstMessage::Incomplete : FirstMessage::Wrong;
    std::span<const unsigned char> rest(bytes.data(), size_t(count));
    int length = 0; // of the message, without its head
    int seen = 0;   // bytes of that head
    for (int got = 0; seen < MessageHead || got < MessageHead + length;) {
        if (!rest.empty() && rest[0] != Handshake)
            return FirstMessage::Wrong;
        if (rest.size() < RecordHead)
            return missing;
        const int record = rest[3] << 8 | rest[4];
        rest = rest.subspan(RecordHead);
        for (size_t i = 0; i < std::min(rest.size(), size_t(record)) && seen < MessageHead; ++i, ++seen)
            length = seen == 0 ? 0 : length << 8 | rest[i]; // the first byte is its kind
        if (record == 0 || record > MostOfARecord || length > MostOfAMessage - MessageHead)
            return FirstMessage::Wrong;
        if (rest.size() < size_t(record))
            return missing;
        rest = rest.subspan(size_t(record));
        got += record;
    }
    return FirstMessage::Here;
}

/// Without one no handshake would ever be done.
FileDescriptor epollSet()
{
    FileDescriptor set(::epoll_create1(EPOLL_CLOEXEC));
    if (!set.isOpen())
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return set;
}

} // namespace

/// All of it in the thread of the handshakes.
class Handshakes::Worker : public QObject
{
public:
    Worker(Handshakes &owner, TlsContext context, const HandshakeQueue::Bounds &bounds, FileDescriptor set)
        : m_owner(owner)
        , m_context(std::move(context))
        , m_queue(bounds)
        , m_sockets(std::move(set))
    {
    }

    /// The first call in the thread: notifier and timer belong to it.
    void settle()
    {
        m_notifier = std::make_unique<QSocketNotifier>(m_sockets.number(), QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &Worker::takeTurn);
        m_wake = std::make_unique<QTimer>();
        m_wake->setSingleShot(true);
        m_wake->setTimerType(Qt::PreciseTimer);
        connect(m_wake.get(), &QTimer::timeout, this, &Worker::takeTurn);
    }

    void add(FileDescriptor descriptor)
    {
        const SocketName name = socketName(descriptor.number(), SocketEnd::Peer);
        const Id id = m_queue.add(name.address);
        watch(EPOLL_CTL_ADD, descriptor.number(), id, EPOLLIN | EPOLLRDHUP);
        m_clients.emplace(id, Client{name, std::move(descriptor), nullptr});
        while (const auto surplus = m_queue.surplus())
            fail(*surplus);
        if (!m_wake->isActive())
            sleep();
    }

private:
    using Id = HandshakeQueue::Id;
    struct Client
    {
        SocketName name;
        FileDescriptor descriptor;           ///< until it is begun
        std::unique_ptr<TlsSession> session; ///< from then on
    };

    /// Each change is told once.
    void watch(int operation, int descriptor, Id id, uint32_t events) const
    {
        epoll_event event{};
        event.events = events | EPOLLET;
        event.data.u64 = id;
        ::epoll_ctl(m_sockets.number(), operation, descriptor, &event);
    }

    /// Those who have said something, then one that is begun. While there are more, the next turn comes after the calls
    /// that have come meanwhile.
    void takeTurn()
    {
        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(m_sockets.number(), events.data(), int(events.size()), 0);
        std::for_each(events.begin(), events.begin() + std::max(count, 0), [this](const epoll_event &event) {
            const auto found = m_clients.find(event.data.u64);
            if (found == m_clients.end())
                return;
            if (found->second.session)
                goOn(found->first, *found->second.session);
            else
                look(found->first, found->second.descriptor.number(), event.events);
        });
        while (const auto expired = m_queue.expired())
            fail(*expired);
        const auto turn = m_queue.next();
        if (!turn)
            return sleep();
        if (turn->givesWay)
            fail(*turn->givesWay);
        begin(turn->begins);
        if (!std::exchange(m_isTurnPosted, true)) {
            post(this, [this] {
                m_isTurnPosted = false;
                takeTurn();
            });
        }
    }

    void sleep()
    {
        const auto wake = m_queue.wakeTime();
        if (wake == Clock::TimePoint::max())
            return m_wake->stop();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::machine().now());
        m_wake->start(std::max(left, 0ms));
    }

    void look(Id id, int descriptor, uint32_t events)
    {
        const bool hasGone = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0; // it could not answer us
        switch (hasGone ? FirstMessage::Wrong : firstMessage(descriptor)) {
        case FirstMessage::Here: m_queue.setReady(id); break;
        case FirstMessage::Wrong: fail(id); break;
        case FirstMessage::Incomplete: break;
        }
    }

    void begin(Id id)
    {
        Client &client = m_clients.at(id);
        client.session = std::make_unique<TlsSession>(m_context, std::move(client.descriptor));
        m_peak = std::max(m_peak, m_queue.underWay());
        goOn(id, *client.session);
    }

    void goOn(Id id, TlsSession &session)
    {
        switch (session.shakeHands()) {
        case TlsSession::State::Done: handOver(id); break;
        case TlsSession::State::NeedsOutput:
            watch(EPOLL_CTL_MOD, session.descriptor(), id, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
            break;
        case TlsSession::State::NeedsInput: break;
        case TlsSession::State::Ended:
        case TlsSession::State::Broken: fail(id); break;
        }
    }

    void handOver(Id id)
    {
        const auto found = m_clients.find(id);
        // Shared: the call may be thrown away with the owner.
        const auto session = std::make_shared<std::unique_ptr<TlsSession>>(std::move(found->second.session));
        ::epoll_ctl(m_sockets.number(), EPOLL_CTL_DEL, (*session)->descriptor(), nullptr);
        remove(id);
        m_owner.m_calls->post([owner = &m_owner, session] {
            --owner->m_underWay;
            owner->m_done(std::move(*session));
        });
    }

    void fail(Id id)
    {
        const QByteArray peer = m_clients.at(id).name.text();
        remove(id); // closes it, which ends what epoll knows of it
        m_owner.m_calls->post([owner = &m_owner, peer] {
            --owner->m_underWay;
            owner->m_failed(peer);
        });
    }

    /// What a flood took goes back to the system.
    void remove(Id id)
    {
        m_queue.remove(id);
        m_clients.erase(id);
        if (m_queue.underWay() == 0 && std::exchange(m_peak, 0) >= ManyHandshakes)
            ::malloc_trim(0);
    }

    Handshakes &m_owner;
    const TlsContext m_context;
    HandshakeQueue m_queue;
    const FileDescriptor m_sockets; ///< epoll of all of them
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unique_ptr<QTimer> m_wake;
    std::unordered_map<Id, Client> m_clients;
    bool m_isTurnPosted = false;
    size_t m_peak = 0; ///< of those under way, since there were none
};

Handshakes::Handshakes(TlsContext context, const HandshakeQueue::Bounds &bounds, Done done, Failed failed)
    : m_bounds(bounds)
    , m_done(std::move(done))
    , m_failed(std::move(failed))
    , m_calls(std::make_shared<CallsToOwner>(this))
    , m_set(epollSet())
    , m_worker(std::make_unique<Worker>(*this, std::move(context), bounds, std::move(m_set)))
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
    if (m_underWay >= m_bounds.waiting + m_bounds.underWay + MostNotLookedAt)
        return m_failed(socketName(descriptor, SocketEnd::Peer).text());
    ++m_underWay;
    post(m_worker.get(),
         [worker = m_worker.get(), owned = std::move(owned)]() mutable { worker->add(std::move(owned)); });
}

} // namespace Hephaestus
