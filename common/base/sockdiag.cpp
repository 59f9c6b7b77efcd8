// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/sockdiag.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <utility>

namespace Hephaestus {

FileDescriptor askAboutSockets(const inet_diag_req_v2 &question, quint16 flags)
{
    FileDescriptor netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!netlink.isOpen())
        return {};
    const timeval patience{0, 200'000}; // the kernel answers at once, or not at all
    ::setsockopt(netlink.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    struct
    {
        nlmsghdr header;
        inet_diag_req_v2 body;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = quint16(NLM_F_REQUEST | flags);
    request.body = question;
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    const auto sent =
        ::sendto(netlink.number(), &request, sizeof request, 0, reinterpret_cast<sockaddr *>(&kernel), sizeof kernel);
    return sent < 0 ? FileDescriptor() : std::move(netlink);
}

} // namespace Hephaestus
