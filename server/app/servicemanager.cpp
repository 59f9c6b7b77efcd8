// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/servicemanager.h"

#include "common/base/filedescriptor.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace Hephaestus {
namespace {

constexpr qsizetype LongestStoredName = 255; ///< a longer FDNAME is replaced by another name (sd_notify(3))

bool isTcp(int socket)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    return ::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) == 0
        && (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

} // namespace

bool hasServiceManager()
{
    const QByteArray path = qgetenv("NOTIFY_SOCKET");
    return path.size() >= 2 && path.size() < qsizetype(sizeof sockaddr_un::sun_path)
        && (path[0] == '/' || path[0] == '@');
}

void notifyServiceManager(const QByteArray &message, int descriptor)
{
    if (!hasServiceManager())
        return;
    QByteArray path = qgetenv("NOTIFY_SOCKET");
    if (path[0] == '@') // an abstract one
        path[0] = 0;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), std::size_t(path.size()));
    iovec text{const_cast<char *>(message.constData()), std::size_t(message.size())};
    msghdr datagram{};
    datagram.msg_name = &address;
    datagram.msg_namelen = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(path.size()));
    datagram.msg_iov = &text;
    datagram.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (descriptor >= 0) {
        datagram.msg_control = control;
        datagram.msg_controllen = sizeof control;
        cmsghdr *const header = CMSG_FIRSTHDR(&datagram);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ::sendmsg(socket.number(), &datagram, MSG_NOSIGNAL);
}

void storeSockets(const QList<HandedSocket> &sockets)
{
    for (const HandedSocket &socket : sockets) {
        if (isTcp(socket.descriptor) && socket.name.size() <= LongestStoredName)
            notifyServiceManager("FDSTORE=1\nFDNAME=" + socket.name, socket.descriptor);
    }
}

void dropStoredSockets(const QByteArray &name)
{
    if (name.size() <= LongestStoredName)
        notifyServiceManager("FDSTOREREMOVE=1\nFDNAME=" + name);
}

} // namespace Hephaestus
