// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/keptports.h"

#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/fleet/statepaths.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QThread>
#include <QUrl>

#include <cerrno>
#include <chrono>
#include <cstring>

#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr qint64 LargestPortFile = 4 * 1024 * 1024;
constexpr auto LongestLockWait = 2s; // another process holds it for milliseconds

/// `FILE ENTRY`, percent-encoded: whom a port is kept for.
using Owner = QByteArray;

Owner ownerOf(const QString &fleetFile, const QString &entry)
{
    const QString canonical = QFileInfo(fleetFile).canonicalFilePath();
    const QString path = canonical.isEmpty() ? QFileInfo(fleetFile).absoluteFilePath() : canonical;
    return QUrl::toPercentEncoding(path, "/") + ' ' + QUrl::toPercentEncoding(entry);
}

/// Both ways, as the lines say one after the other.
struct Book
{
    QHash<quint16, Owner> owners;
    QHash<Owner, quint16> ports;

    void assign(quint16 port, const Owner &owner)
    {
        if (const auto before = owners.constFind(port); before != owners.cend())
            ports.remove(*before);
        owners.remove(ports.value(owner));
        owners.insert(port, owner);
        ports.insert(owner, port);
    }

    static Book read(const QByteArray &text)
    {
        Book book;
        for (const QByteArray &line : text.split('\n')) {
            const qsizetype blank = line.indexOf(' ');
            const uint port = line.first(std::max<qsizetype>(0, blank)).toUInt();
            if (port >= KeptPorts::First && port < uint(KeptPorts::First + KeptPorts::Count))
                book.assign(quint16(port), line.sliced(blank + 1));
        }
        return book;
    }

    /// Whether the port may be given away: its owner's fleet file is gone.
    bool isLeft(quint16 port) const
    {
        const auto owner = owners.constFind(port);
        return owner == owners.cend()
            || !QFileInfo::exists(QUrl::fromPercentEncoding(owner->first(std::max<qsizetype>(0, owner->indexOf(' ')))));
    }
};

/// Nobody listens at it on any address of this machine.
bool isFree(quint16 port)
{
    const auto canBind = [](int family, const sockaddr *address, socklen_t size) {
        const FileDescriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int yes = 1;
        if (!socket.isOpen())
            return errno == EAFNOSUPPORT;
        ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (family == AF_INET6)
            ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
        return ::bind(socket.number(), address, size) == 0 || errno == EADDRNOTAVAIL;
    };
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    sockaddr_in6 any6{};
    any6.sin6_family = AF_INET6;
    any6.sin6_port = htons(port);
    return canBind(AF_INET, reinterpret_cast<const sockaddr *>(&any), sizeof any)
        && canBind(AF_INET6, reinterpret_cast<const sockaddr *>(&any6), sizeof any6);
}

/// The first free one from a place that the owner's name gives: a lost file leads to the same ports again.
std::optional<quint16> choose(const Book &book, const Owner &owner)
{
    const QByteArray hash = QCryptographicHash::hash(owner, QCryptographicHash::Sha256);
    const uint start = (uint(uchar(hash[0])) << 16) + (uint(uchar(hash[1])) << 8) + uchar(hash[2]);
    for (uint step = 0; step < KeptPorts::Count; ++step) {
        const auto port = quint16(KeptPorts::First + (start + step) % KeptPorts::Count);
        if (book.isLeft(port) && isFree(port))
            return port;
    }
    return {};
}

/// The ports of all, and the lines that are new.
Result<QList<quint16>> portsFor(Book &book, const QString &fleetFile, const QStringList &entries, QByteArray &lines)
{
    QList<quint16> ports;
    for (const QString &entry : entries) {
        const Owner owner = ownerOf(fleetFile, entry);
        if (const auto known = book.ports.constFind(owner); known != book.ports.cend()) {
            ports << *known;
            continue;
        }
        const auto port = choose(book, owner);
        if (!port)
            return Problem{{}, u"no port from %1 on is free"_s.arg(KeptPorts::First)};
        book.assign(*port, owner);
        lines += QByteArray::number(*port) + ' ' + owner + '\n';
        ports << *port;
    }
    return ports;
}

bool lock(int file)
{
    const auto end = std::chrono::steady_clock::now() + LongestLockWait;
    while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > end)
            return false;
        QThread::msleep(1);
    }
    return true;
}

QByteArray contentOf(const FileDescriptor &descriptor)
{
    QFile file;
    ::lseek(descriptor.number(), 0, SEEK_SET);
    return file.open(descriptor.number(), QIODevice::ReadOnly) ? file.read(LargestPortFile) : QByteArray();
}

} // namespace

KeptPorts::KeptPorts(const QString &stateDirectory)
    : m_file((stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory).isEmpty()
                 ? QString()
                 : (stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory) + u"/ports"_s)
{
}

Result<QList<quint16>> KeptPorts::keep(const QString &fleetFile, const QStringList &entries) const
{
    if (m_file.isEmpty())
        return Problem{{}, u"no place to keep it: neither HOME nor XDG_STATE_HOME is set"_s};
    if (const auto problem = makePrivateDirectory(QFileInfo(m_file).absolutePath()))
        return *problem;
    const Result<FileDescriptor> file = openRegularFile(QFile::encodeName(m_file), O_RDWR | O_APPEND | O_CREAT);
    if (!file)
        return file.problem();
    if (!lock(file->number()))
        return Problem{m_file, u"is locked by another process for more than 2 s"_s};
    const QByteArray text = contentOf(*file);
    Book book = Book::read(text);
    QByteArray lines;
    Result<QList<quint16>> ports = portsFor(book, fleetFile, entries, lines);
    if (!ports || lines.isEmpty())
        return ports;
    if (!text.isEmpty() && !text.endsWith('\n'))
        lines.prepend('\n'); // a full disk may have cut the line before
    if (::write(file->number(), lines.constData(), size_t(lines.size())) != lines.size())
        return Problem{m_file, u"cannot be written: %1"_s.arg(QString::fromLocal8Bit(std::strerror(errno)))};
    return ports;
}

QList<quint16> KeptPorts::propose(const QString &fleetFile, const QStringList &entries) const
{
    QFile file;
    Book book;
    if (!m_file.isEmpty() && !openRegularFile(file, m_file))
        book = Book::read(file.read(LargestPortFile));
    QByteArray lines;
    const Result<QList<quint16>> ports = portsFor(book, fleetFile, entries, lines);
    return ports ? *ports : QList<quint16>(entries.size(), First);
}

} // namespace Hephaestus
