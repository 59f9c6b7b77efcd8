// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/notifysocket.h"

#include "common/base/sameuser.h"
#include "server/supervisor/processtable.h"

#include <QUuid>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t LargestMessage = 4096; // as sd_notify(3) sends, and more

/// Who sent it; pid 0: the kernel did not say.
ucred senderOf(const msghdr &message)
{
    for (const cmsghdr *part = CMSG_FIRSTHDR(&message); part;
         part = CMSG_NXTHDR(const_cast<msghdr *>(&message), const_cast<cmsghdr *>(part))) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS) {
            ucred credentials = {};
            std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
            return credentials;
        }
    }
    return {0, uid_t(-1), gid_t(-1)};
}

} // namespace

NotifySocket::NotifySocket(IsOurs isOurs, QObject *parent) : QObject(parent), m_isOurs(std::move(isOurs))
{
    open();
    if (!m_socket.isOpen()) {
        m_problem =
            u"no socket for the program's notifications: %1"_s.arg(QString::fromLocal8Bit(std::strerror(errno)));
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_socket.number(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &NotifySocket::read);
}

void NotifySocket::open()
{
    FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return;
    m_address = "@hephaestus/notify/" + QUuid::createUuid().toByteArray(QUuid::WithoutBraces);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, m_address.constData() + 1, std::size_t(m_address.size()) - 1);
    const auto length = socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(m_address.size()));
    const int on = 1;
    if (::bind(socket.number(), reinterpret_cast<const sockaddr *>(&address), length) == 0
        && ::setsockopt(socket.number(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0)
        m_socket = std::move(socket);
}

void NotifySocket::read()
{
    for (;;) {
        std::array<char, LargestMessage> bytes;
        alignas(cmsghdr) std::array<char, 1024> control;
        iovec part = {bytes.data(), bytes.size()};
        msghdr message = {};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(m_socket.number(), &message, MSG_CMSG_CLOEXEC);
        if (size < 0)
            return;
        const QByteArrayList lines = QByteArray::fromRawData(bytes.data(), size).split('\n');
        if (lines.contains("READY=1") && isBelieved(senderOf(message)))
            Q_EMIT ready();
    }
}

bool NotifySocket::isBelieved(const ucred &sender) const
{
    if (hasProcessTable() && readProcess(sender.pid))
        return m_isOurs(sender.pid);
    return sender.pid > 0 && (isSameUser(sender.uid, ::geteuid()) || sender.uid == 0);
}

} // namespace Hephaestus
