// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/listener.h"

#include "common/base/filedescriptor.h"
#include "server/http/socketname.h"

#include <QFile>
#include <QHostAddress>
#include <QHostInfo>
#include <QLoggingCategory>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(listenerLog, "hephaestus.http.listen")

namespace {

constexpr int Backlog = 512;
constexpr int MostPending = 30; // QTcpServer's own; ours are never pending
constexpr std::chrono::milliseconds AcceptPause{100};

sockaddr_un unixName(const QByteArray &path)
{
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.constData(), size_t(std::min<qsizetype>(path.size(), sizeof name.sun_path - 1)));
    return name;
}

bool bindTo(int descriptor, const sockaddr_un &name)
{
    return ::bind(descriptor, reinterpret_cast<const sockaddr *>(&name), sizeof name) == 0;
}

/// A socket file whose process is gone refuses connections.
bool isStale(const sockaddr_un &name)
{
    struct stat status = {};
    if (::lstat(name.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return false;
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return ::connect(probe.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) != 0
        && errno == ECONNREFUSED;
}

template <typename Option>
std::optional<Option> socketOption(int descriptor, int name)
{
    Option value{};
    socklen_t size = sizeof value;
    if (::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) != 0)
        return {};
    return value;
}

} // namespace

Listener::Listener(Accepted accepted) : m_accepted(std::move(accepted))
{
    setListenBacklogSize(Backlog);
    // Out of descriptors, QTcpServer stops accepting for good unless it is told to go on.
    m_resume.setSingleShot(true);
    m_resume.setInterval(AcceptPause);
    connect(&m_resume, &QTimer::timeout, this, &Listener::resume);
    connect(this, &QTcpServer::acceptError, this, [this] {
        if (!m_lastError.isValid() || m_lastError.hasExpired(1000))
            qCWarning(listenerLog, "%s: cannot accept: %s", qUtf8Printable(m_address.text()),
                      qUtf8Printable(errorString()));
        m_lastError.start();
        m_resume.start();
    });
}

/// A start that failed elsewhere leaves no file behind.
Listener::~Listener() { removeFile(); }

std::optional<Problem> Listener::open(const ServiceAddress &address)
{
    m_address = address;
    return address.kind == ServiceAddress::Kind::Unix ? openUnix(address.path) : openTcp(address);
}

std::optional<Problem> Listener::openTcp(const ServiceAddress &address)
{
    QHostAddress host(address.host);
    if (address.host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        host = QHostAddress::LocalHost;
    if (host.isNull()) {
        const QHostInfo found = QHostInfo::fromName(address.host);
        if (found.addresses().isEmpty())
            return Problem{address.text(), found.errorString()};
        host = found.addresses().first();
    }
    if (!listen(host, address.port))
        return Problem{address.text(), errorString()};
    m_address.port = serverPort();
    ::fcntl(int(socketDescriptor()), F_SETFD, FD_CLOEXEC);
    return {};
}

std::optional<Problem> Listener::openUnix(const QString &path)
{
    const QByteArray encoded = QFile::encodeName(path);
    const sockaddr_un name = unixName(encoded);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return Problem{m_address.text(), qt_error_string(errno)};
    bool bound = bindTo(socket.number(), name);
    if (!bound && errno == EADDRINUSE) {
        if (!isStale(name))
            return Problem{m_address.text(), u"is in use by another process, or is no socket"_s};
        ::unlink(name.sun_path);
        bound = bindTo(socket.number(), name);
    }
    struct stat status = {};
    // Nobody can connect before listen(), so nobody slips in before the mode is set.
    if (!bound || ::chmod(name.sun_path, S_IRUSR | S_IWUSR) != 0 || ::lstat(name.sun_path, &status) != 0
        || ::listen(socket.number(), Backlog) != 0)
        return Problem{m_address.text(), qt_error_string(errno)};
    m_file = File{status.st_dev, status.st_ino};
    return take(socket.release());
}

std::optional<Problem> Listener::adopt(int descriptor, bool removeFile)
{
    const QString where = u"descriptor %1"_s.arg(descriptor);
    if (socketOption<int>(descriptor, SO_TYPE) != SOCK_STREAM)
        return Problem{where, u"is no stream socket"_s};
    if (socketOption<int>(descriptor, SO_ACCEPTCONN).value_or(0) == 0)
        return Problem{where, u"does not listen"_s};
    const SocketName name = socketName(descriptor, SocketEnd::Local);
    if (name.kind == SocketName::Kind::Unix)
        m_address = {ServiceAddress::Kind::Unix, {}, 0, QFile::decodeName(name.address)};
    else
        m_address = {ServiceAddress::Kind::Tcp, QString::fromLatin1(name.address), name.port, {}};
    struct stat status = {};
    if (removeFile && name.kind == SocketName::Kind::Unix && ::lstat(name.address.constData(), &status) == 0)
        m_file = File{status.st_dev, status.st_ino};
    return take(descriptor);
}

std::optional<Problem> Listener::take(int descriptor)
{
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    if (setSocketDescriptor(descriptor))
        return {};
    ::close(descriptor);
    return Problem{m_address.text(), errorString()};
}

void Listener::pause()
{
    setMaxPendingConnections(
        0); // QTcpServer takes the whole queue in one go, unless it thinks that too many wait for it
    pauseAccepting();
}

void Listener::resume()
{
    setMaxPendingConnections(MostPending);
    if (!m_resume.isActive())
        resumeAccepting();
}

void Listener::stop()
{
    m_resume.stop();
    if (!isListening())
        return;
    setMaxPendingConnections(MostPending);
    // Those in the queue would be reset. No more than it holds: others may come as fast as they are taken, and it never
    // empties for a process without descriptors left.
    for (int i = 0; i <= Backlog && waitForNewConnection(0); ++i) {
    }
    close();
    removeFile();
}

void Listener::removeFile()
{
    const QByteArray path = QFile::encodeName(m_address.path);
    struct stat status = {};
    if (m_file && ::lstat(path.constData(), &status) == 0 && status.st_dev == m_file->device
        && status.st_ino == m_file->inode)
        ::unlink(path.constData());
    m_file.reset();
}

void Listener::handOver()
{
    m_resume.stop();
    pauseAccepting();
    m_file.reset(); // it is the successor's
}

} // namespace Hephaestus
