// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/socketname.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace Hephaestus {
namespace {

void setIpv4(SocketName &name, const in_addr &address)
{
    char text[INET_ADDRSTRLEN];
    name.address = ::inet_ntop(AF_INET, &address, text, sizeof text);
    name.isLoopback = (ntohl(address.s_addr) >> 24) == 127;
}

} // namespace

QByteArray SocketName::text() const
{
    switch (kind) {
    case Kind::None: break;
    case Kind::Unix: return "unix:" + address;
    case Kind::Tcp: return (address.contains(':') ? '[' + address + ']' : address) + ':' + QByteArray::number(port);
    }
    return "unknown";
}

SocketName socketName(int descriptor, SocketEnd end)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto *generic = reinterpret_cast<sockaddr *>(&storage);
    const auto ask = end == SocketEnd::Local ? ::getsockname : ::getpeername;
    SocketName name;
    if (ask(descriptor, generic, &size) != 0)
        return name;
    switch (storage.ss_family) {
    case AF_UNIX: {
        sockaddr_un un{};
        std::memcpy(&un, &storage, std::min<size_t>(size, sizeof un));
        name.kind = SocketName::Kind::Unix;
        name.isLoopback = true;
        const qsizetype begin = offsetof(sockaddr_un, sun_path);
        if (qsizetype(size) > begin)
            name.address = QByteArray(un.sun_path, qstrnlen(un.sun_path, size - begin));
        break;
    }
    case AF_INET: {
        sockaddr_in in{};
        std::memcpy(&in, &storage, sizeof in);
        name.kind = SocketName::Kind::Tcp;
        name.port = ntohs(in.sin_port);
        setIpv4(name, in.sin_addr);
        break;
    }
    case AF_INET6: {
        sockaddr_in6 in{};
        std::memcpy(&in, &storage, sizeof in);
        name.kind = SocketName::Kind::Tcp;
        name.port = ntohs(in.sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
            in_addr mapped{};
            std::memcpy(&mapped, in.sin6_addr.s6_addr + 12, sizeof mapped);
            setIpv4(name, mapped);
            break;
        }
        char text[INET6_ADDRSTRLEN];
        name.address = ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        name.isLoopback = IN6_IS_ADDR_LOOPBACK(&in.sin6_addr);
        break;
    }
    default: break;
    }
    return name;
}

} // namespace Hephaestus
