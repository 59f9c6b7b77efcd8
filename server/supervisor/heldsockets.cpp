// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/heldsockets.h"

#include "server/supervisor/listenertwin.h"

#include <QFile>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int Backlog = 4096; // cut to net.core.somaxconn by the kernel

Problem problem(const ServiceAddress &address, const QString &what, int error)
{
    return {address.text(), u"%1: %2"_s.arg(what, QString::fromLocal8Bit(std::strerror(error)))};
}

union Name
{
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
    sockaddr_un local;
    sockaddr_storage storage;
};

std::optional<ServiceAddress> localAddress(int descriptor)
{
    Name name{};
    socklen_t size = sizeof name;
    if (::getsockname(descriptor, &name.any, &size) != 0)
        return {};
    if (name.any.sa_family == AF_UNIX) {
        const char *path = name.local.sun_path;
        const auto most = size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
        return ServiceAddress{
            ServiceAddress::Kind::Unix, {}, 0, QFile::decodeName(QByteArray(path, qsizetype(::strnlen(path, most))))};
    }
    char host[NI_MAXHOST];
    if (::getnameinfo(&name.any, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    const auto port = name.any.sa_family == AF_INET6 ? name.ipv6.sin6_port : name.ipv4.sin_port;
    return ServiceAddress{ServiceAddress::Kind::Tcp, QString::fromLatin1(host), ntohs(port), {}};
}

int option(int descriptor, int which)
{
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, which, &value, &size) == 0 ? value : -1;
}

sockaddr_un unixName(const QByteArray &path)
{
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.constData(), std::min(std::size_t(path.size()), sizeof name.sun_path - 1));
    return name;
}

bool somebodyListens(const sockaddr_un &name)
{
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return ::connect(probe.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) == 0
        || errno != ECONNREFUSED;
}

} // namespace

std::optional<Problem> HeldSockets::open(const ServiceAddress &address)
{
    return address.kind == ServiceAddress::Kind::Unix ? openUnix(address) : openTcp(address);
}

std::optional<Problem> HeldSockets::adopt(int descriptor, bool removeFile)
{
    FileDescriptor socket(descriptor);
    if (option(descriptor, SO_TYPE) != SOCK_STREAM || option(descriptor, SO_ACCEPTCONN) != 1)
        return Problem{u"descriptor %1"_s.arg(descriptor), u"expected a listening stream socket"_s};
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return add(std::move(socket), removeFile);
}

std::optional<Problem> HeldSockets::openTcp(const ServiceAddress &address)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo *found = nullptr;
    const int result =
        ::getaddrinfo(address.host.toUtf8().constData(), QByteArray::number(address.port).constData(), &hints, &found);
    if (result != 0)
        return Problem{address.text(), u"unknown host: %1"_s.arg(QString::fromLocal8Bit(::gai_strerror(result)))};
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> list(found, ::freeaddrinfo);
    FileDescriptor socket(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return problem(address, u"no socket"_s, errno);
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (list->ai_family == AF_INET6)
        ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(socket.number(), list->ai_addr, list->ai_addrlen) != 0 || (m_willOverlap && !allowTwin(socket.number()))
        || ::listen(socket.number(), Backlog) != 0)
        return problem(address, u"cannot listen there"_s, errno);
    return add(std::move(socket), false);
}

std::optional<Problem> HeldSockets::openUnix(const ServiceAddress &address)
{
    const QByteArray path = QFile::encodeName(address.path);
    const sockaddr_un name = unixName(path);
    struct stat status = {};
    if (::lstat(path.constData(), &status) == 0) {
        if (!S_ISSOCK(status.st_mode))
            return Problem{address.text(), u"something that is not a socket is already there"_s};
        if (somebodyListens(name))
            return problem(address, u"cannot listen there"_s, EADDRINUSE);
        ::unlink(path.constData());
    }
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return problem(address, u"no socket"_s, errno);
    if (::bind(socket.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) != 0
        || ::listen(socket.number(), Backlog) != 0)
        return problem(address, u"cannot listen there"_s, errno);
    return add(std::move(socket), true);
}

std::optional<Problem> HeldSockets::add(FileDescriptor descriptor, bool removeFile)
{
    const auto address = localAddress(descriptor.number());
    if (!address)
        return Problem{u"descriptor %1"_s.arg(descriptor.number()), u"the kernel does not say where it listens"_s};
    Socket socket;
    socket.descriptor = std::move(descriptor);
    socket.address = *address;
    struct stat status = {};
    if (removeFile && address->kind == ServiceAddress::Kind::Unix
        && ::lstat(QFile::encodeName(address->path).constData(), &status) == 0) {
        socket.removeFile = true;
        socket.device = status.st_dev;
        socket.inode = status.st_ino;
    }
    m_sockets.push_back(std::move(socket));
    return {};
}

QList<ServiceAddress> HeldSockets::addresses() const
{
    QList<ServiceAddress> addresses;
    for (const Socket &socket : m_sockets)
        addresses.append(socket.address);
    return addresses;
}

QList<HandedSocket> HeldSockets::handed() const
{
    QList<HandedSocket> handed;
    for (const Socket &socket : m_sockets)
        handed.append({QByteArrayLiteral("held"), socket.descriptor.number()});
    return handed;
}

QList<HandedSocket> HeldSockets::handedToSuccessor() const
{
    QList<HandedSocket> handed = this->handed();
    for (qsizetype i = 0; i < handed.size(); ++i) {
        if (const FileDescriptor &twin = m_sockets[std::size_t(i)].twin; twin.isOpen())
            handed[i].descriptor = twin.number();
    }
    return handed;
}

void HeldSockets::openTwins()
{
    m_old.clear(); // more than two of an address would be more than the kernel is told to choose from
    for (Socket &socket : m_sockets) {
        if (!socket.twin.isOpen())
            socket.twin = openListenerTwin(socket.descriptor.number());
    }
}

void HeldSockets::dropTwins()
{
    for (Socket &socket : m_sockets)
        socket.twin.reset();
}

void HeldSockets::turnOver()
{
    openTwins();
    for (Socket &socket : m_sockets) {
        if (socket.twin.isOpen() && preferTwin(socket.twin.number()))
            m_old.push_back(std::exchange(socket.descriptor, std::move(socket.twin)));
    }
}

bool HeldSockets::isOldServed() const
{
    return std::none_of(m_old.begin(), m_old.end(),
                        [](const FileDescriptor &old) { return hasWaitingClients(old.number()); });
}

void HeldSockets::close()
{
    m_old.clear();
    for (const Socket &socket : m_sockets) {
        const QByteArray path = QFile::encodeName(socket.address.path);
        struct stat status = {};
        if (socket.removeFile && ::lstat(path.constData(), &status) == 0 && status.st_dev == socket.device
            && status.st_ino == socket.inode)
            ::unlink(path.constData());
    }
    m_sockets.clear();
}

} // namespace Hephaestus
