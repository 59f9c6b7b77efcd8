// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>

#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Hephaestus::Test {

/// Puts this process, and all it starts, in a network of its own where only loopback is: what asks every listener of
/// the machine then disturbs no other test. Call it while there is one thread. Returns why that is not possible, or
/// nothing.
inline QString enterOwnNetwork()
{
    const auto failed = [](const char *what) {
        return QStringLiteral("%1: %2").arg(QLatin1StringView(what), QString::fromLocal8Bit(std::strerror(errno)));
    };
    const uid_t user = ::geteuid();
    if (::unshare(user == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return failed("no network of its own");
    QFile map(QStringLiteral("/proc/self/uid_map"));
    if (user != 0
        && (!map.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
            || map.write(QByteArray::number(user) + ' ' + QByteArray::number(user) + " 1\n") < 0))
        return failed("no user of its own");
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool isUp = socket >= 0 && ::ioctl(socket, SIOCSIFFLAGS, &loopback) == 0;
    const QString problem = isUp ? QString() : failed("no loopback");
    ::close(socket);
    return problem;
}

} // namespace Hephaestus::Test
