// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/portholders.h"

#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/base/sameuser.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QHostAddress>
#include <QNetworkInterface>
#include <QSet>
#include <QtEndian>

#include <algorithm>
#include <tuple>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// By inode: what /proc/net calls a socket, and /proc/PID/fd too.
using Sockets = QHash<QByteArray, ServiceAddress>;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// `0100007F`, or four such words: 32-bit words of network order, each printed as a number of this machine (proc(5)).
QHostAddress addressOf(const QByteArray &hex)
{
    QByteArray bytes;
    for (qsizetype i = 0; i + 8 <= hex.size(); i += 8) {
        const quint32 word = hex.mid(i, 8).toUInt(nullptr, 16);
        bytes.append(reinterpret_cast<const char *>(&word), 4);
    }
    if (bytes.size() == 4)
        return QHostAddress(qFromBigEndian<quint32>(bytes.constData()));
    const QHostAddress address(reinterpret_cast<const quint8 *>(bytes.constData()));
    bool isMapped = false;
    const quint32 ipv4 = address.toIPv4Address(&isMapped);
    return isMapped && bytes.size() == 16 && bytes.startsWith(QByteArray(10, '\0')) && ipv4 != 0 ? QHostAddress(ipv4)
                                                                                                 : address;
}

/// All, or those of one port.
Sockets listeningSockets(std::optional<quint16> port = {})
{
    const QByteArray wanted = port ? QByteArray::number(*port, 16).toUpper().rightJustified(4, '0') : QByteArray();
    Sockets sockets;
    for (const QString &name : {u"/proc/net/tcp"_s, u"/proc/net/tcp6"_s}) {
        QFile table(name);
        if (!table.open(QIODevice::ReadOnly))
            continue;
        table.readLine(); // the headings
        // The kernel lists the listening ones first, then maybe many thousands of others.
        for (QByteArray line = table.readLine(); !line.isEmpty(); line = table.readLine()) {
            // `  26: 0100007F:3F81 00000000:0000 0A …`
            const qsizetype begin = line.indexOf(':') + 2;
            const qsizetype colon = line.indexOf(':', begin);
            const QByteArray state = line.mid(colon + 12 + (colon - begin), 2);
            if (colon < 0 || state != "0A") // TCP_LISTEN
                break;
            if (port && line.mid(colon + 1, 4) != wanted)
                continue;
            const QList<QByteArray> fields = line.simplified().split(' ');
            if (fields.size() < 10)
                continue;
            const QList<QByteArray> local = fields[1].split(':');
            sockets.insert(fields[9],
                           {ServiceAddress::Kind::Tcp,
                            addressOf(local.value(0)).toString(),
                            quint16(local.value(1).toUInt(nullptr, 16)),
                            {}});
        }
    }
    return sockets;
}

/// The inodes of the sockets a process holds; empty if we may not look.
QSet<QByteArray> socketsOf(const QString &pid)
{
    QSet<QByteArray> inodes;
    const QString directory = u"/proc/"_s + pid + u"/fd"_s;
    const QStringList descriptors = QDir(directory).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    for (const QString &descriptor : descriptors) {
        char target[64];
        const auto length =
            ::readlink(QFile::encodeName(directory + u'/' + descriptor).constData(), target, sizeof target);
        const QByteArrayView link(target, std::max<qsizetype>(0, length));
        if (link.startsWith("socket:[") && link.endsWith(']'))
            inodes.insert(link.sliced(8, link.size() - 9).toByteArray());
    }
    return inodes;
}

bool isLocal(const QString &host)
{
    const QHostAddress address(host);
    return !address.isNull() && (address.isLoopback() || QNetworkInterface::allAddresses().contains(address));
}

/// Would a listener at `host` keep the other host from being bound?
bool overlaps(const QString &host, const QString &other)
{
    const QHostAddress held(host);
    const QHostAddress wanted(other);
    const auto isAny = [](const QHostAddress &address) {
        return address == QHostAddress::AnyIPv4 || address == QHostAddress::AnyIPv6;
    };
    if (isAny(held) || isAny(wanted))
        return true;
    return wanted.isNull() ? held.isLoopback() : held == wanted; // a name: only `localhost` and the like come here
}

Sockets unixSocketsAt(const QString &path)
{
    Sockets sockets;
    const QByteArray wanted = QFile::encodeName(QDir::current().absoluteFilePath(path));
    const QList<QByteArray> lines = contentOf(u"/proc/net/unix"_s).split('\n');
    for (const QByteArray &line : lines.mid(1)) {
        // Num RefCount Protocol Flags Type St Inode Path; flag 0x10000 is a listening socket
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() >= 8 && fields[3] == "00010000" && line.endsWith(' ' + wanted))
            sockets.insert(fields[6], {ServiceAddress::Kind::Unix, {}, 0, path});
    }
    return sockets;
}

Sockets socketsAt(const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Unix)
        return unixSocketsAt(address.path);
    Sockets sockets = listeningSockets(address.port);
    sockets.removeIf([&](Sockets::iterator it) { return !overlaps(it->host, address.host); });
    return sockets;
}

PortHolder describe(const ServiceAddress &address, const QString &pid)
{
    PortHolder listener{address, pid.toLongLong(), {}, {}};
    if (pid.isEmpty())
        return listener;
    listener.isOwn = isSameUser(QFileInfo(u"/proc/"_s + pid).ownerId(), ::geteuid());
    QByteArray command = contentOf(u"/proc/%1/cmdline"_s.arg(pid));
    while (command.endsWith('\0'))
        command.chop(1);
    listener.command = printable(QString::fromLocal8Bit(command.replace('\0', ' ')));
    listener.directory = printable(homeRelative(QFile::symLinkTarget(u"/proc/%1/cwd"_s.arg(pid))));
    return listener;
}

/// Finds who holds the sockets; of several holders of one (a parent and its workers) the one with the lowest pid.
QList<PortHolder> holdersOf(const Sockets &sockets)
{
    QHash<QByteArray, QString> holders;
    QStringList pids = QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs);
    std::sort(pids.begin(), pids.end(),
              [](const QString &a, const QString &b) { return a.toLongLong() < b.toLongLong(); });
    for (const QString &pid : pids) {
        for (const QByteArray &inode : socketsOf(pid)) {
            if (sockets.contains(inode) && !holders.contains(inode))
                holders.insert(inode, pid);
        }
    }
    QList<PortHolder> result;
    for (auto it = sockets.begin(); it != sockets.end(); ++it)
        result << describe(*it, holders.value(it.key()));
    std::sort(result.begin(), result.end(), [](const PortHolder &a, const PortHolder &b) {
        return std::tie(a.address.port, a.address.host) < std::tie(b.address.port, b.address.host);
    });
    return result;
}

} // namespace

QString PortHolder::text() const
{
    if (pid == 0)
        return u"a process of another user"_s;
    const QString where = directory.isEmpty() ? QString() : u", started in %1"_s.arg(directory);
    return u"%1 (pid %2%3)"_s.arg(command.left(120), QString::number(pid), where);
}

QList<PortHolder> portHolders() { return holdersOf(listeningSockets()); }

bool isHeldBy(const ServiceAddress &address, qint64 pid)
{
    const Sockets sockets = socketsAt(address);
    if (sockets.isEmpty())
        return false;
    const QSet<QByteArray> held = socketsOf(QString::number(pid));
    return std::any_of(held.begin(), held.end(), [&](const QByteArray &inode) { return sockets.contains(inode); });
}

std::optional<PortHolder> holderAmong(const QList<PortHolder> &holders, const ServiceAddress &address)
{
    const auto found = std::find_if(holders.begin(), holders.end(), [&](const PortHolder &holder) {
        return holder.address.port == address.port && overlaps(holder.address.host, address.host);
    });
    return found == holders.end() ? std::nullopt : std::optional(*found);
}

std::optional<PortHolder> findPortHolder(const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Tcp && !address.isLoopback() && !isLocal(address.host))
        return {};
    const Sockets sockets = socketsAt(address);
    if (sockets.isEmpty())
        return {};
    return holdersOf(sockets).first();
}

} // namespace Hephaestus
