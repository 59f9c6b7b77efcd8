// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/listenfds.h"

#include <QByteArrayList>

#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

Result<QList<InheritedSocket>> takeListenFds()
{
    constexpr int First = 3;
    const QByteArray pid = qgetenv("LISTEN_PID");
    const QByteArray count = qgetenv("LISTEN_FDS");
    const QByteArrayList names = qgetenv("LISTEN_FDNAMES").split(':');
    qunsetenv("LISTEN_PID");
    qunsetenv("LISTEN_FDS");
    qunsetenv("LISTEN_FDNAMES");
    if (count.isEmpty() || pid.toLongLong() != ::getpid())
        return QList<InheritedSocket>();
    bool isNumber = false;
    const int descriptors = count.toInt(&isNumber);
    if (!isNumber || descriptors < 1 || descriptors > 1024)
        return Problem{
            QStringLiteral("LISTEN_FDS"),
            QStringLiteral("expected a number from 1 to 1024, found \"%1\"").arg(QString::fromLocal8Bit(count))};
    QList<InheritedSocket> taken;
    for (int fd = First; fd < First + descriptors; ++fd) {
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            return Problem{QStringLiteral("LISTEN_FDS"), QStringLiteral("descriptor %1 is not open").arg(fd)};
        taken.append({fd, names.value(fd - First)});
    }
    return taken;
}

} // namespace Hephaestus
