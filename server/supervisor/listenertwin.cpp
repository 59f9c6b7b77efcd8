// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/listenertwin.h"

#include "server/core/listeningsocket.h"

#include <QtGlobal>

#include <cerrno>
#include <cstring>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace Hephaestus {
namespace {

constexpr unsigned Established = 1 << 1; // of the kernel's states (tcp_states.h)
constexpr in_addr_t LoopbackTries = 8;
constexpr unsigned CloseWait = 1 << 8; // the client said that it sends no more

union Name
{
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
    sockaddr_storage storage;
};

bool nameOf(int listener, Name &name, socklen_t &size)
{
    size = sizeof name;
    return ::getsockname(listener, &name.any, &size) == 0
        && (name.any.sa_family == AF_INET || name.any.sa_family == AF_INET6);
}

/// Which of the two gets what comes, in the order in which they began to listen; one that is alone gets all whatever is
/// chosen.
enum class Twin : unsigned { Older, Newer };

/// By any of the two. Fails while a listener has never been one of two (EINVAL).
bool choose(int socket, Twin twin)
{
    sock_filter instructions[] = {BPF_STMT(BPF_RET | BPF_K, unsigned(twin))};
    const sock_fprog program{1, instructions};
    return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

bool queueIsEmpty(int listener)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    // Of a listening socket this is the length of its queue.
    return ::getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_unacked == 0;
}

/// A connection that somebody accepted, and of which nothing was read yet.
bool isUnread(const nlmsghdr &header)
{
    const auto *message = static_cast<const inet_diag_msg *>(NLMSG_DATA(&header));
    if (message->idiag_inode == 0)
        return false; // still in a queue
    if (message->idiag_rqueue > 0)
        return true;
    auto left = int(header.nlmsg_len - NLMSG_LENGTH(sizeof *message));
    for (auto *field = reinterpret_cast<const rtattr *>(message + 1); RTA_OK(field, left);
         field = RTA_NEXT(field, left)) {
        if (field->rta_type == INET_DIAG_INFO
            && RTA_PAYLOAD(field) >= offsetof(tcp_info, tcpi_bytes_received) + sizeof(__u64)) {
            __u64 received = 0;
            ::memcpy(&received, static_cast<const char *>(RTA_DATA(field)) + offsetof(tcp_info, tcpi_bytes_received),
                     sizeof received);
            return received == 0;
        }
    }
    return false;
}

/// Of the connections to a port of ours.
bool anyUnread(int family, in_port_t port)
{
    const FileDescriptor netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    struct
    {
        nlmsghdr header;
        inet_diag_req_v2 request;
    } question{};
    question.header = {sizeof question, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0};
    question.request.sdiag_family = __u8(family);
    question.request.sdiag_protocol = IPPROTO_TCP;
    question.request.idiag_ext = 1 << (INET_DIAG_INFO - 1);
    question.request.idiag_states = Established | CloseWait;
    question.request.id.idiag_sport = port;
    if (!netlink.isOpen() || ::send(netlink.number(), &question, sizeof question, 0) != ssize_t(sizeof question))
        return false;
    alignas(nlmsghdr) char buffer[32 * 1024];
    bool found = false;
    for (;;) {
        auto count = ::recv(netlink.number(), buffer, sizeof buffer, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return found;
        for (auto *header = reinterpret_cast<const nlmsghdr *>(buffer); NLMSG_OK(header, count);
             header = NLMSG_NEXT(header, count)) {
            if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
                return found;
            found = found || isUnread(*header);
        }
    }
}

} // namespace

FileDescriptor openListenerTwin(int listener)
{
    Name name{};
    socklen_t size = 0;
    errno = EOPNOTSUPP;
    if (!nameOf(listener, name, size))
        return {};
    int onlyIpv6 = 0;
    socklen_t length = sizeof onlyIpv6;
    ::getsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &onlyIpv6, &length); // stays 0 for IPv4
    if (!allowSharedPort(listener))
        return {};
    FileDescriptor twin = bindStreamSocket(&name.any, size, {.onlyIpv6 = onlyIpv6 != 0, .sharesPort = true});
    if (!twin.isOpen())
        return {};
    choose(listener, Twin::Older); // before there is another, if it can be
    if (::listen(twin.number(), ListenBacklog) != 0 || !choose(twin.number(), Twin::Older))
        return {};
    return twin;
}

void refuseSharedPort(int listener)
{
    Name own{};
    socklen_t size = 0;
    const int off = 0;
    if (!nameOf(listener, own, size) || ::setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &off, sizeof off) != 0)
        return;
    // The kernel remembers that the port was shared until somebody binds it without; another address will do.
    Name other{};
    other.ipv6.sin6_family = AF_INET6;
    other.ipv6.sin6_port = own.any.sa_family == AF_INET ? own.ipv4.sin_port : own.ipv6.sin6_port;
    other.ipv6.sin6_addr = in6addr_loopback;
    if (own.any.sa_family == AF_INET && bindStreamSocket(&other.any, sizeof other.ipv6).isOpen())
        return;
    const in_port_t port = other.ipv6.sin6_port;
    other = {};
    other.ipv4.sin_family = AF_INET;
    other.ipv4.sin_port = port;
    for (in_addr_t host = INADDR_LOOPBACK + 1; host <= INADDR_LOOPBACK + LoopbackTries; ++host) {
        other.ipv4.sin_addr.s_addr = htonl(host);
        if (bindStreamSocket(&other.any, sizeof other.ipv4).isOpen())
            return;
    }
}

bool preferTwin(int twin) { return choose(twin, Twin::Newer); }

bool hasWaitingClients(int listener)
{
    Name name{};
    socklen_t size = 0;
    if (!nameOf(listener, name, size))
        return false;
    return !queueIsEmpty(listener)
        || anyUnread(name.any.sa_family, name.any.sa_family == AF_INET6 ? name.ipv6.sin6_port : name.ipv4.sin_port);
}

} // namespace Hephaestus
