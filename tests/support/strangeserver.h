// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>

namespace Hephaestus {

/// A process of another user that listens where a service might, and answers everything with 401. It is of this user
/// where the test has no right to become another.
class StrangeServer
{
public:
    explicit StrangeServer(bool overUnixSocket) : m_user(::geteuid() == 0 ? 12346 : ::geteuid())
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0 || ::chmod(QFile::encodeName(m_directory.path()).constData(), 0777) != 0)
            qFatal("no pipe, no directory");
        const QByteArray path = overUnixSocket ? QFile::encodeName(m_directory.filePath(QStringLiteral("s"))) : "";
        m_child = ::fork();
        if (m_child == 0)
            serve(ends[1], path.constData(), m_user);
        ::close(ends[1]);
        m_heard.reset(ends[0]);
        char port[2];
        if (m_child < 0 || ::read(ends[0], port, sizeof port) != sizeof port)
            qFatal("the other process does not listen");
        std::memcpy(&m_port, port, sizeof port);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        m_url = overUnixSocket ? QStringLiteral("unix:") + QFile::decodeName(path)
                               : QStringLiteral("http://127.0.0.1:%1").arg(m_port);
    }
    ~StrangeServer()
    {
        ::kill(m_child, SIGKILL);
        ::waitpid(m_child, nullptr, 0);
    }
    Q_DISABLE_COPY_MOVE(StrangeServer)

    QString url() const { return m_url; }
    uid_t user() const { return m_user; }
    /// All it has received until its latest answer.
    QByteArray heard() const
    {
        char bytes[4096];
        for (ssize_t count; (count = ::read(m_heard.number(), bytes, sizeof bytes)) > 0;)
            m_bytes.append(bytes, count);
        return m_bytes;
    }

private:
    /// In the child, which has nothing of Qt any more.
    [[noreturn]] static void serve(int heard, const char *path, uid_t user)
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0))
            ::_exit(1);
        const bool isLocal = *path != '\0';
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        std::strncpy(local.sun_path, path, sizeof local.sun_path - 1);
        sockaddr_in tcp{};
        tcp.sin_family = AF_INET;
        tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof tcp;
        const int listener = ::socket(isLocal ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
        const auto *name = isLocal ? reinterpret_cast<sockaddr *>(&local) : reinterpret_cast<sockaddr *>(&tcp);
        if (::bind(listener, name, isLocal ? socklen_t(sizeof local) : length) != 0 || ::listen(listener, 8) != 0)
            ::_exit(1);
        if (!isLocal && ::getsockname(listener, reinterpret_cast<sockaddr *>(&tcp), &length) != 0)
            ::_exit(1);
        const quint16 port = ntohs(tcp.sin_port);
        bool isFine = ::write(heard, &port, sizeof port) == sizeof port;
        constexpr std::string_view answer = "HTTP/1.1 401 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        while (isFine) {
            const int client = ::accept(listener, nullptr, nullptr);
            char bytes[4096];
            const ssize_t count = ::recv(client, bytes, sizeof bytes, 0);
            isFine = count <= 0 || ::write(heard, bytes, size_t(count)) == count;
            ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(client);
        }
        ::_exit(1);
    }

    QTemporaryDir m_directory;
    const uid_t m_user;
    pid_t m_child = -1;
    FileDescriptor m_heard;
    quint16 m_port = 0;
    QString m_url;
    mutable QByteArray m_bytes;
};

} // namespace Hephaestus
