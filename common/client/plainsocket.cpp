// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/plainsocket.h"

#include <QDir>
#include <QFile>
#include <QHostAddress>
#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype MostReceived = 64 * 1024; ///< kept until somebody reads it
constexpr auto BacklogPause = 50ms;           ///< until a Unix socket whose backlog is full is tried again

struct SocketName
{
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
};

/// Length 0: the address has no such name.
SocketName nameOf(const ServiceAddress &address)
{
    SocketName name;
    if (address.kind == ServiceAddress::Kind::Unix) {
        auto &local = reinterpret_cast<sockaddr_un &>(name.storage);
        const QByteArray path = QFile::encodeName(QDir::current().absoluteFilePath(address.path));
        if (std::size_t(path.size()) >= sizeof local.sun_path)
            return name;
        local.sun_family = AF_UNIX;
        std::memcpy(local.sun_path, path.constData(), std::size_t(path.size()));
        name.length = sizeof local;
        return name;
    }
    const QHostAddress host(address.host);
    if (host.protocol() == QAbstractSocket::IPv4Protocol) {
        auto &four = reinterpret_cast<sockaddr_in &>(name.storage);
        four.sin_family = AF_INET;
        four.sin_port = htons(address.port);
        four.sin_addr.s_addr = htonl(host.toIPv4Address());
        name.length = sizeof four;
    } else if (host.protocol() == QAbstractSocket::IPv6Protocol) {
        auto &six = reinterpret_cast<sockaddr_in6 &>(name.storage);
        const Q_IPV6ADDR bytes = host.toIPv6Address();
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port);
        std::memcpy(&six.sin6_addr, &bytes, sizeof bytes);
        six.sin6_scope_id = host.scopeId().isEmpty() ? 0 : ::if_nametoindex(host.scopeId().toLatin1().constData());
        name.length = sizeof six;
    }
    return name;
}

/// A TCP socket that connects to a port nobody listens on may be given that port itself, and then it talks to itself.
bool isOwnPeer(int fd)
{
    SocketName own;
    SocketName peer;
    own.length = peer.length = sizeof(sockaddr_storage);
    return ::getsockname(fd, reinterpret_cast<sockaddr *>(&own.storage), &own.length) == 0
        && ::getpeername(fd, reinterpret_cast<sockaddr *>(&peer.storage), &peer.length) == 0
        && own.length == peer.length && std::memcmp(&own.storage, &peer.storage, own.length) == 0;
}

/// There as long as the thread has a PlainSocket.
std::shared_ptr<EpollSet> socketsOfThisThread()
{
    thread_local std::weak_ptr<EpollSet> sockets;
    std::shared_ptr<EpollSet> found = sockets.lock();
    if (!found)
        sockets = found = std::make_shared<EpollSet>();
    return found;
}

} // namespace

PlainSocket::PlainSocket(QObject *parent) : QIODevice(parent), m_sockets(socketsOfThisThread()) {}

PlainSocket::~PlainSocket() { abort(); }

bool PlainSocket::canReach(const ServiceAddress &address)
{
    return address.kind == ServiceAddress::Kind::Unix || nameOf(address).length > 0;
}

void PlainSocket::connectTo(const ServiceAddress &address)
{
    m_address = address;
    m_stage = Stage::Connecting;
    attempt();
}

void PlainSocket::attempt()
{
    if (m_stage != Stage::Connecting)
        return;
    const SocketName name = nameOf(m_address);
    if (name.length == 0)
        return fail(ENAMETOOLONG);
    m_fd.reset(::socket(name.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!m_fd.isOpen())
        return fail(errno);
    if (name.storage.ss_family != AF_UNIX) {
        const int on = 1;
        ::setsockopt(m_fd.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (::connect(m_fd.number(), name.get(), name.length) == 0)
        return finishConnecting();
    if (errno == EINPROGRESS) {
        if (!watch(EPOLLOUT))
            fail(errno);
        return;
    }
    if (errno != EAGAIN)
        return fail(errno);
    m_fd.reset();
    QTimer::singleShot(BacklogPause, this, &PlainSocket::attempt);
}

void PlainSocket::abort()
{
    if (std::exchange(m_watched, 0))
        m_sockets->remove(m_fd.number(), *this);
    m_fd.reset();
    m_stage = Stage::Idle;
    m_isWriteLost = false;
    m_received.clear();
    m_unsent.clear();
    if (isOpen())
        QIODevice::close();
}

bool PlainSocket::watch(quint32 events)
{
    if (m_watched == events)
        return true;
    if (!(m_watched ? m_sockets->change(m_fd.number(), events, *this) : m_sockets->add(m_fd.number(), events, *this)))
        return false;
    m_watched = events;
    return true;
}

void PlainSocket::onReady(quint32 events)
{
    const QPointer<PlainSocket> self(this);
    if (m_stage == Stage::Connecting)
        return finishConnecting();
    if (events & EPOLLOUT)
        flush();
    if (self && m_stage == Stage::Connected && events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        receive();
}

void PlainSocket::finishConnecting()
{
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(m_fd.number(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0 && isOwnPeer(m_fd.number()))
        error = ECONNREFUSED;
    if (error)
        return fail(error);
    m_stage = Stage::Connected;
    open(QIODevice::ReadWrite | QIODevice::Unbuffered);
    if (!watch(EPOLLIN | EPOLLRDHUP))
        return fail(errno);
    Q_EMIT connected();
}

void PlainSocket::receive()
{
    std::array<char, 16 * 1024> buffer;
    bool closed = false;
    int error = 0;
    while (m_received.size() < MostReceived) {
        const ssize_t count = ::recv(m_fd.number(), buffer.data(), buffer.size(), 0);
        if (count > 0)
            m_received.append(buffer.data(), count);
        closed = count == 0;
        error = count < 0 && errno != EAGAIN && errno != EINTR ? errno : 0;
        if (count < qint64(buffer.size()))
            break;
    }
    const QPointer<PlainSocket> self(this);
    if (!m_received.isEmpty())
        Q_EMIT readyRead();
    if (!self || m_stage != Stage::Connected)
        return;
    if (error || (closed && m_isWriteLost)) // it closed before it could read what was written
        return fail(error ? error : ECONNRESET);
    if (closed) {
        m_sockets->remove(m_fd.number(), *this);
        m_watched = 0;
        Q_EMIT disconnected();
    }
}

void PlainSocket::fail(int error)
{
    if (std::exchange(m_watched, 0))
        m_sockets->remove(m_fd.number(), *this);
    Q_EMIT failed(error);
}

qint64 PlainSocket::readData(char *data, qint64 most)
{
    const qint64 count = std::min<qint64>(most, m_received.size());
    std::memcpy(data, m_received.constData(), std::size_t(count));
    if (count == m_received.size())
        m_received.clear(); // with its memory
    else
        m_received.remove(0, count);
    return count;
}

qint64 PlainSocket::writeData(const char *data, qint64 size)
{
    if (m_unsent.isEmpty())
        m_unsent = QByteArray::fromRawData(data, size);
    else
        m_unsent.append(data, size);
    flush();
    m_unsent.detach(); // what is left is copied: `data` is the caller's
    return size;
}

/// A failure shows when epoll tells of it, never from within a write.
void PlainSocket::flush()
{
    const ssize_t count = ::send(m_fd.number(), m_unsent.constData(), std::size_t(m_unsent.size()), MSG_NOSIGNAL);
    if (count == m_unsent.size()) {
        m_unsent.clear(); // with its memory
    } else if (count >= 0) {
        m_unsent.remove(0, count);
    } else if (errno != EAGAIN && errno != EINTR) {
        m_isWriteLost = true;
        m_unsent.clear();
    }
    if (m_watched)
        watch(m_unsent.isEmpty() ? EPOLLIN | EPOLLRDHUP : EPOLLIN | EPOLLRDHUP | EPOLLOUT);
}

} // namespace Hephaestus
