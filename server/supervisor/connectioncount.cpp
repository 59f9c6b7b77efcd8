// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/connectioncount.h"

#include "common/base/filedescriptor.h"
#include "common/base/sockdiag.h"

#include <QFile>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace Hephaestus {
namespace {

constexpr quint32 OpenStates = 1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT; // our side has not closed it

/// An address as sock_diag has it; IPv4 in the first four bytes.
struct LocalEnd
{
    int family = AF_UNSPEC;
    std::array<quint8, 16> address{};
    quint16 port = 0;

    bool isAny() const { return address == std::array<quint8, 16>{}; }
};

std::optional<LocalEnd> localEndOf(const ServiceAddress &address)
{
    LocalEnd end;
    end.port = address.port;
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, address.host.toLatin1().constData(), end.address.data()) != 1)
            continue;
        end.family = family;
        return end;
    }
    return {};
}

std::optional<qint64> countTcp(const LocalEnd &end)
{
    inet_diag_req_v2 question{};
    question.sdiag_family = quint8(end.family);
    question.sdiag_protocol = IPPROTO_TCP;
    question.idiag_states = OpenStates;
    question.id.idiag_sport = htons(end.port);
    const FileDescriptor netlink = askAboutSockets(question, NLM_F_DUMP);
    if (!netlink.isOpen())
        return {};
    qint64 count = 0;
    alignas(nlmsghdr) std::array<char, 32 * 1024> buffer;
    for (;;) {
        const ssize_t size = ::recv(netlink.number(), buffer.data(), buffer.size(), 0);
        if (size <= 0)
            return {};
        qsizetype at = 0;
        while (at + qsizetype(sizeof(nlmsghdr)) <= size) {
            nlmsghdr header{};
            std::memcpy(&header, buffer.data() + at, sizeof header);
            if (header.nlmsg_type == NLMSG_DONE)
                return count;
            const bool isWhole = qsizetype(header.nlmsg_len) >= qsizetype(NLMSG_HDRLEN + sizeof(inet_diag_msg));
            if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || !isWhole)
                return {}; // an error
            inet_diag_msg socket{};
            std::memcpy(&socket, buffer.data() + at + NLMSG_HDRLEN, sizeof socket);
            const bool isThere = std::memcmp(socket.id.idiag_src, end.address.data(), end.address.size()) == 0;
            if (socket.id.idiag_sport == htons(end.port) && (end.isAny() || isThere))
                ++count;
            at += qsizetype(NLMSG_ALIGN(header.nlmsg_len));
        }
    }
}

std::optional<qint64> countUnix(const QByteArray &path)
{
    QFile table(QStringLiteral("/proc/net/unix"));
    if (!table.open(QIODevice::ReadOnly))
        return {};
    qint64 count = 0;
    table.readLine(); // the headings
    for (QByteArray line = table.readLine(); !line.isEmpty(); line = table.readLine()) {
        // `0000000000000000: 00000003 00000000 00000000 0001 03 45312 /run/app.sock`
        const QByteArray state = line.simplified().split(' ').value(5);
        const bool isConnected = state == "03" || state == "02"; // accepted, and not yet
        if (isConnected && line.endsWith(' ' + path + '\n'))
            ++count;
    }
    return count;
}

} // namespace

std::optional<qint64> countConnections(const QList<ServiceAddress> &addresses)
{
    qint64 sum = 0;
    for (const ServiceAddress &address : addresses) {
        std::optional<qint64> count;
        if (address.kind == ServiceAddress::Kind::Unix)
            count = countUnix(QFile::encodeName(address.path));
        else if (const auto end = localEndOf(address))
            count = countTcp(*end);
        if (!count)
            return {};
        sum += *count;
    }
    return addresses.isEmpty() ? std::nullopt : std::optional(sum);
}

} // namespace Hephaestus
