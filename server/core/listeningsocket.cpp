// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/listeningsocket.h"

#include "server/core/socketname.h"

#include <QDir>
#include <QFile>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostPortTries = 16; // of ports that are free in one family and taken in the other

Problem cannotListen(const ServiceAddress &address, int error)
{
    return {address.text(), u"cannot listen there: %1"_s.arg(QString::fromLocal8Bit(std::strerror(error)))};
}

/// A socket, or the errno of why there is none.
struct Attempt
{
    ListeningSocket socket;
    int error = 0;
};

bool enable(int socket, int level, int option)
{
    const int on = 1;
    return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

Attempt listenAt(const ServiceAddress &address, const sockaddr *name, socklen_t size, const ListenOptions &options)
{
    Attempt attempt;
    FileDescriptor socket = bindStreamSocket(name, size);
    // The port is shared only now, so that binding one that is taken has failed.
    if (!socket.isOpen() || (options.mayHaveTwin && !allowSharedPort(socket.number()))
        || ::listen(socket.number(), ListenBacklog) != 0) {
        attempt.error = errno;
        return attempt;
    }
    attempt.socket.address = address;
    attempt.socket.address.port = socketName(socket.number(), SocketEnd::Local).port;
    attempt.socket.descriptor = std::move(socket);
    return attempt;
}

Result<std::vector<ListeningSocket>> openHost(const ServiceAddress &address, const ListenOptions &options)
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
    Attempt attempt = listenAt(address, list->ai_addr, list->ai_addrlen, options);
    if (attempt.error != 0)
        return cannotListen(address, attempt.error);
    std::vector<ListeningSocket> opened;
    opened.push_back(std::move(attempt.socket));
    return opened;
}

Attempt openLoopback(int family, quint16 port, const ListenOptions &options)
{
    ServiceAddress address{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, port, {}};
    if (family == AF_INET) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return listenAt(address, reinterpret_cast<const sockaddr *>(&name), sizeof name, options);
    }
    address.host = u"::1"_s;
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(port);
    name.sin6_addr = in6addr_loopback;
    return listenAt(address, reinterpret_cast<const sockaddr *>(&name), sizeof name, options);
}

bool isFamilyMissing(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

Result<std::vector<ListeningSocket>> openLocalhost(const ServiceAddress &address, const ListenOptions &options)
{
    for (int tries = 1;; ++tries) {
        std::vector<ListeningSocket> opened;
        std::optional<Problem> problem;
        bool isTaken = false;
        for (const int family : {AF_INET, AF_INET6}) {
            const quint16 port = opened.empty() ? address.port : opened.front().address.port;
            Attempt attempt = openLoopback(family, port, options);
            if (attempt.error == 0) {
                opened.push_back(std::move(attempt.socket));
            } else if (!isFamilyMissing(attempt.error)) {
                problem =
                    cannotListen({ServiceAddress::Kind::Tcp, family == AF_INET ? u"127.0.0.1"_s : u"::1"_s, port, {}},
                                 attempt.error);
                isTaken = attempt.error == EADDRINUSE;
                break;
            }
        }
        if (!problem && opened.empty())
            problem = cannotListen(address, EADDRNOTAVAIL);
        if (!problem)
            return opened;
        if (address.port != 0 || !isTaken || tries == MostPortTries)
            return *problem;
    }
}

union UnixName
{
    sockaddr any;
    sockaddr_un local;
};

bool isServed(const UnixName &name)
{
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // A socket file whose process is gone refuses connections.
    return ::connect(probe.number(), &name.any, sizeof name.local) == 0 || errno != ECONNREFUSED;
}

Result<std::vector<ListeningSocket>> openUnix(const ServiceAddress &address, const ListenOptions &options)
{
    const QByteArray path = QFile::encodeName(address.path);
    UnixName name{};
    name.local.sun_family = AF_UNIX;
    if (std::size_t(path.size()) >= sizeof name.local.sun_path)
        return cannotListen(address, ENAMETOOLONG);
    std::memcpy(name.local.sun_path, path.constData(), std::size_t(path.size()));
    struct stat status = {};
    if (::lstat(path.constData(), &status) == 0) {
        if (!S_ISSOCK(status.st_mode))
            return Problem{address.text(), u"something that is not a socket is already there"_s};
        if (isServed(name))
            return cannotListen(address, EADDRINUSE);
        ::unlink(path.constData());
    }
    FileDescriptor socket = bindStreamSocket(&name.any, sizeof name.local, {.isPrivate = options.isPrivate});
    if (!socket.isOpen())
        return cannotListen(address, errno);
    SocketFile file(path);
    if (::listen(socket.number(), ListenBacklog) != 0) {
        const int error = errno;
        file.remove();
        return cannotListen(address, error);
    }
    std::vector<ListeningSocket> opened;
    opened.push_back({std::move(socket), address, std::move(file)});
    return opened;
}

bool isAddress(const QString &host)
{
    in6_addr address{};
    const QByteArray text = host.toLatin1();
    return ::inet_pton(AF_INET, text.constData(), &address) == 1
        || ::inet_pton(AF_INET6, text.constData(), &address) == 1;
}

int socketOption(int descriptor, int option)
{
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

} // namespace

SocketFile::SocketFile(const QByteArray &path)
{
    struct stat status = {};
    if (::lstat(path.constData(), &status) != 0)
        return;
    m_path = path;
    m_device = status.st_dev;
    m_inode = status.st_ino;
}

void SocketFile::remove()
{
    struct stat status = {};
    const QByteArray path = std::exchange(m_path, {});
    if (!path.isEmpty() && ::lstat(path.constData(), &status) == 0 && status.st_dev == m_device
        && status.st_ino == m_inode)
        ::unlink(path.constData());
}

ServiceAddress withAbsolutePath(ServiceAddress address)
{
    const ServiceAddress absolute{address.kind, address.host, address.port,
                                  address.path.isEmpty() ? QString() : QDir::current().absoluteFilePath(address.path)};
    return parseServiceAddress(absolute.text()) ? absolute : address;
}

Result<std::vector<ListeningSocket>> openListeningSockets(const ServiceAddress &address, const ListenOptions &options)
{
    if (address.kind == ServiceAddress::Kind::Unix)
        return openUnix(address, options);
    if (address.isLoopback() && !isAddress(address.host))
        return openLocalhost(address, options);
    return openHost(address, options);
}

Result<ListeningSocket> adoptListeningSocket(FileDescriptor descriptor, bool ownsFile)
{
    const QString where = u"descriptor %1"_s.arg(descriptor.number());
    if (socketOption(descriptor.number(), SO_TYPE) != SOCK_STREAM)
        return Problem{where, u"is no stream socket"_s};
    if (socketOption(descriptor.number(), SO_ACCEPTCONN) != 1)
        return Problem{where, u"does not listen"_s};
    ::fcntl(descriptor.number(), F_SETFD, FD_CLOEXEC);
    const SocketName name = socketName(descriptor.number(), SocketEnd::Local);
    ListeningSocket socket;
    if (name.kind == SocketName::Kind::Unix)
        socket.address = {ServiceAddress::Kind::Unix, {}, 0, QFile::decodeName(name.address)};
    else
        socket.address = {ServiceAddress::Kind::Tcp, QString::fromLatin1(name.address), name.port, {}};
    if (ownsFile && name.kind == SocketName::Kind::Unix)
        socket.file = SocketFile(name.address);
    socket.descriptor = std::move(descriptor);
    return socket;
}

FileDescriptor bindStreamSocket(const sockaddr *name, socklen_t size, const BindOptions &options)
{
    FileDescriptor socket(::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.isOpen())
        return {};
    const bool isTcp = name->sa_family != AF_UNIX;
    const int onlyIpv6 = options.onlyIpv6;
    if ((isTcp && !enable(socket.number(), SOL_SOCKET, SO_REUSEADDR))
        || (name->sa_family == AF_INET6
            && ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &onlyIpv6, sizeof onlyIpv6) != 0)
        // The file gets the mode that the socket has by then: nothing is looked up by its name, which may be a link.
        || (options.isPrivate && ::fchmod(socket.number(), S_IRUSR | S_IWUSR) != 0)
        || (options.sharesPort && !allowSharedPort(socket.number())) || ::bind(socket.number(), name, size) != 0) {
        const int error = errno;
        socket.reset();
        errno = error;
    }
    return socket;
}

bool allowSharedPort(int socket) { return enable(socket, SOL_SOCKET, SO_REUSEPORT); }

} // namespace Hephaestus
