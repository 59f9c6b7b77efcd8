// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/peercredentials.h"

#include "common/base/filedescriptor.h"
#include "common/base/sameuser.h"
#include "common/base/sockdiag.h"

#include <QByteArray>
#include <QFile>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace Hephaestus {
namespace {

struct Endpoint
{
    int family = AF_UNSPEC;
    in6_addr address{}; ///< IPv4 in the first four bytes
    in_port_t port = 0; ///< network order
};

Endpoint endpointOf(const sockaddr_storage &storage)
{
    Endpoint endpoint;
    if (storage.ss_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &storage, sizeof in);
        endpoint.family = AF_INET;
        endpoint.port = in.sin_port;
        std::memcpy(&endpoint.address, &in.sin_addr, sizeof in.sin_addr);
    } else if (storage.ss_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &storage, sizeof in);
        endpoint.family = AF_INET6;
        endpoint.port = in.sin6_port;
        endpoint.address = in.sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
            endpoint.family = AF_INET;
            endpoint.address = {};
            std::memcpy(&endpoint.address, in.sin6_addr.s6_addr + 12, 4);
        }
    }
    return endpoint;
}

/// What the kernel says of one socket.
struct Owner
{
    uid_t user = 0;
    quint64 inode = 0; ///< 0: no process holds it
};

/// Asks sock_diag for the socket whose own end is `peer` and whose other end is `local`.
std::optional<Owner> askNetlink(const Endpoint &peer, const Endpoint &local)
{
    inet_diag_req_v2 question{};
    question.sdiag_family = __u8(peer.family);
    question.sdiag_protocol = IPPROTO_TCP;
    question.idiag_states = ~0U;
    question.id.idiag_sport = peer.port;
    question.id.idiag_dport = local.port;
    std::memcpy(question.id.idiag_src, &peer.address, sizeof peer.address);
    std::memcpy(question.id.idiag_dst, &local.address, sizeof local.address);
    question.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    question.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    const FileDescriptor netlink = askAboutSockets(question);
    if (!netlink.isOpen())
        return {};
    alignas(nlmsghdr) char buffer[4096];
    const ssize_t size = ::recv(netlink.number(), buffer, sizeof buffer, 0);
    nlmsghdr header{};
    if (size < ssize_t(sizeof header))
        return {};
    std::memcpy(&header, buffer, sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < ssize_t(NLMSG_HDRLEN + sizeof(inet_diag_msg)))
        return {};
    inet_diag_msg answer{};
    std::memcpy(&answer, buffer + NLMSG_HDRLEN, sizeof answer);
    if (answer.id.idiag_sport != peer.port || answer.id.idiag_dport != local.port)
        return {};
    return Owner{answer.idiag_uid, answer.idiag_inode};
}

/// An end as /proc/net/tcp writes it: the address as 32-bit words of the machine, the port as a number.
QByteArray procText(const Endpoint &endpoint)
{
    QByteArray text;
    const int words = endpoint.family == AF_INET ? 1 : 4;
    for (int i = 0; i < words; ++i) {
        quint32 word = 0;
        std::memcpy(&word, endpoint.address.s6_addr + i * 4, 4);
        text += QByteArray::number(word, 16).rightJustified(8, '0').toUpper();
    }
    return text + ':' + QByteArray::number(ntohs(endpoint.port), 16).rightJustified(4, '0').toUpper();
}

/// Calls `visit` with the columns of each line of a table of the kernel's sockets (proc(5)), while it returns true.
template <typename Visit>
void visitSockets(const char *table, Visit visit)
{
    QFile file(QString::fromLatin1(table));
    if (!file.open(QIODevice::ReadOnly))
        return;
    file.readLine(); // the headings
    for (QByteArray line = file.readLine(); !line.isEmpty(); line = file.readLine()) {
        const QList<QByteArray> columns = line.simplified().split(' ');
        if (columns.size() < 10 || !visit(columns))
            return;
    }
}

std::optional<Owner> askProc(const char *table, const QByteArray &peer, const QByteArray &local)
{
    std::optional<Owner> owner;
    visitSockets(table, [&](const QList<QByteArray> &columns) {
        if (columns[1] == peer && columns[2] == local)
            owner = Owner{uid_t(columns[7].toUInt()), columns[9].toULongLong()};
        return !owner;
    });
    return owner;
}

std::optional<Owner> askProc(const Endpoint &peer, const Endpoint &local)
{
    if (peer.family == AF_INET6)
        return askProc("/proc/net/tcp6", procText(peer), procText(local));
    if (auto owner = askProc("/proc/net/tcp", procText(peer), procText(local)))
        return owner;
    // An IPv6 socket may speak IPv4: its addresses are mapped then.
    const QByteArray mapped = "0000000000000000FFFF0000";
    return askProc("/proc/net/tcp6", mapped + procText(peer), mapped + procText(local));
}

/// Both ends of a TCP connection; nothing if it is none.
struct Ends
{
    Endpoint local;
    Endpoint peer;
};

std::optional<Ends> endsOf(int socketDescriptor)
{
    sockaddr_storage localName{};
    sockaddr_storage peerName{};
    socklen_t localSize = sizeof localName;
    socklen_t peerSize = sizeof peerName;
    if (::getsockname(socketDescriptor, reinterpret_cast<sockaddr *>(&localName), &localSize) != 0
        || ::getpeername(socketDescriptor, reinterpret_cast<sockaddr *>(&peerName), &peerSize) != 0)
        return {};
    const Ends ends{endpointOf(localName), endpointOf(peerName)};
    if (ends.local.family == AF_UNSPEC || ends.peer.family != ends.local.family)
        return {};
    return ends;
}

bool isUnixSocket(int socketDescriptor)
{
    int domain = 0;
    socklen_t size = sizeof domain;
    return ::getsockopt(socketDescriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/// Of the process that connected, or that listens.
std::optional<uid_t> unixPeerUser(int socketDescriptor)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socketDescriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return {};
    return credentials.uid;
}

/// The user of the process that holds the peer's end.
std::optional<uid_t> holderOf(const Ends &ends)
{
    std::optional<Owner> owner = askNetlink(ends.peer, ends.local);
    if (!owner)
        owner = askProc(ends.peer, ends.local);
    if (!owner || owner->inode == 0)
        return {};
    return owner->user;
}

std::optional<uid_t> somebody(std::optional<uid_t> user) { return user == overflowUser() ? std::nullopt : user; }

/// Who listens at exactly this end, of `table`; several sockets of one port belong to one user (SO_REUSEPORT).
std::optional<uid_t> listenerIn(const char *table, const QByteArray &end)
{
    std::optional<uid_t> user;
    // The kernel lists the listening ones first, then maybe many thousands of others.
    visitSockets(table, [&](const QList<QByteArray> &columns) {
        const bool listens = columns[3] == "0A"; // TCP_LISTEN
        if (listens && columns[1] == end)
            user = uid_t(columns[7].toUInt());
        return listens && !user;
    });
    return user;
}

/// In the order in which the kernel chooses: the address itself, all of its family, all of both families.
std::optional<uid_t> listenerAt(const Endpoint &end)
{
    Endpoint any = end;
    any.address = {};
    if (end.family == AF_INET6) {
        const std::optional<uid_t> exact = listenerIn("/proc/net/tcp6", procText(end));
        return exact ? exact : listenerIn("/proc/net/tcp6", procText(any));
    }
    const QByteArray mapped = "0000000000000000FFFF0000";
    Endpoint both = any;
    both.family = AF_INET6;
    for (const auto &[table, text] :
         {std::pair("/proc/net/tcp", procText(end)), std::pair("/proc/net/tcp6", mapped + procText(end)),
          std::pair("/proc/net/tcp", procText(any)), std::pair("/proc/net/tcp6", mapped + procText(any)),
          std::pair("/proc/net/tcp6", procText(both))}) {
        if (const auto user = listenerIn(table, text))
            return user;
    }
    return {};
}

bool isLoopback(const Endpoint &end)
{
    return end.family == AF_INET ? end.address.s6_addr[0] == 127 : IN6_IS_ADDR_LOOPBACK(&end.address);
}

} // namespace

std::optional<uid_t> peerUser(int socketDescriptor)
{
    if (isUnixSocket(socketDescriptor))
        return somebody(unixPeerUser(socketDescriptor));
    const std::optional<Ends> ends = endsOf(socketDescriptor);
    return ends ? somebody(holderOf(*ends)) : std::nullopt;
}

Answerer answererOf(int socketDescriptor)
{
    if (isUnixSocket(socketDescriptor))
        return {true, somebody(unixPeerUser(socketDescriptor))};
    const std::optional<Ends> ends = endsOf(socketDescriptor);
    if (!ends)
        return {};
    if (!isLoopback(ends->peer)
        && std::memcmp(&ends->peer.address, &ends->local.address, sizeof ends->peer.address) != 0)
        return {};
    // First who listens: a connection that nobody has accepted after that is still in that one's queue.
    const std::optional<uid_t> listener = listenerAt(ends->peer);
    const std::optional<uid_t> holder = holderOf(*ends);
    return {true, somebody(holder ? holder : listener)};
}

} // namespace Hephaestus
