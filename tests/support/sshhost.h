// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/patience.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus::Test {

/// A real OpenSSH server of the test's own on loopback, and an `ssh` in PATH that knows it as `build1`: with own keys,
/// configuration and known hosts. What is run through it has a home and a state of its own, as on another machine, and
/// with beUser() a user, too. Everything ends with the object.
class SshHost
{
public:
    explicit SshHost(const QString &name = QStringLiteral("build1")) : m_name(name) {}
    ~SshHost()
    {
        stop();
        if (!m_path.isNull())
            qputenv("PATH", m_path);
    }

    /// `programs`: a folder that is first in PATH over there. False, with why(), if there is no server.
    bool start(const QString &programs = {})
    {
        if (!m_root.isValid())
            return fail(m_root.errorString());
        for (const char *folder : {"bin", "home", "home/.config", "home/.config/hephaestus", "state"}) {
            QDir(m_root.path()).mkpath(QLatin1StringView(folder));
            giveToUser(folder);
        }
        if (hasOwnUser())
            makeUser();
        for (const char *key : {"host_key", "user_key", "other_key"}) {
            if (!run(QStringLiteral("ssh-keygen"),
                     {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"), QStringLiteral("-N"),
                      QString(), QStringLiteral("-f"), file(key)}))
                return false;
        }
        write("authorized_keys", read("user_key.pub"));
        write("state/commands", {});
        // Every command, whatever the login shell is, with the home and the state of this "machine".
        write("login",
              "#!/bin/sh\n"
              "export HOME='"
                  + file("home").toUtf8() + "' XDG_STATE_HOME='" + file("state").toUtf8()
                  + "'\n"
                    "unset XDG_CONFIG_HOME XDG_RUNTIME_DIR HEPHAESTUS_FLEET\n"
                    "export PATH='"
                  + programs.toUtf8()
                  + "':/usr/bin:/bin\n"
                    "cd \"$HOME\"\n"
                    "printf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >>\"$XDG_STATE_HOME/commands\"\n"
                    "[ -n \"$SSH_ORIGINAL_COMMAND\" ] || exit 0\n"
                    "exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n",
              true);
        // A wrapper before the real one: our options are the first ones, and so count.
        write("bin/ssh", "#!/bin/sh\nexec /usr/bin/ssh -F '" + file("ssh_config").toUtf8() + "' \"$@\"\n", true);
        if (m_path.isNull()) {
            m_path = qgetenv("PATH");
            qputenv("PATH", file("bin").toUtf8() + ':' + m_path);
        }
        for (int attempt = 0; attempt < 5; ++attempt) { // another one may be given the port first
            if (!takePort())
                return fail(QStringLiteral("no free port"));
            know(hostKey());
            writeClientConfig("user_key");
            writeServerConfig();
            if (listen())
                return true;
        }
        return false;
    }

    /// The client knows that one, too; before start().
    void knowToo(const SshHost &other) { m_others += "Include " + other.file("ssh_config").toUtf8() + '\n'; }
    /// Logs in as a user who exists on that machine only. Root alone can make one; for others all stays as it is.
    /// Before start().
    void beUser(const QByteArray &name, uid_t uid)
    {
        if (::geteuid() != 0)
            return;
        m_user = name;
        m_uid = uid;
    }
    bool hasOwnUser() const { return m_uid != 0; }
    /// Lines for sshd_config; before start().
    void configure(const QByteArray &lines) { m_extra = lines; }
    void useKey(const char *key) { writeClientConfig(key); }
    /// As the only host key that the client trusts there.
    void know(const QByteArray &key) const
    {
        write("known_hosts", key.isEmpty() ? key : "[127.0.0.1]:" + QByteArray::number(m_port) + ' ' + key);
    }
    QByteArray hostKey() const { return read("host_key.pub"); }
    QByteArray otherKey() const { return read("other_key.pub"); }

    /// Listens again, on the same port.
    bool listen()
    {
        if (::geteuid() == 0)
            QDir().mkpath(QStringLiteral("/run/sshd")); // where a child without rights is locked in
        m_server = std::make_unique<QProcess>();
        m_server->setProcessChannelMode(QProcess::MergedChannels);
        const QStringList sshd{QStringLiteral("/usr/sbin/sshd"), QStringLiteral("-D"), QStringLiteral("-e"),
                               QStringLiteral("-f"), file("sshd_config")};
        if (hasOwnUser()) // with a file of users of its own
            m_server->start(QStringLiteral("unshare"),
                            QStringList{QStringLiteral("-m"), QStringLiteral("sh"), QStringLiteral("-c"),
                                        QStringLiteral("mount --bind \"$0\" /etc/passwd && exec \"$@\""),
                                        file("passwd")}
                                + sshd);
        else
            m_server->start(sshd.first(), sshd.sliced(1));
        const bool isThere = QTest::qWaitFor(
            [this] {
                QTcpSocket socket;
                socket.connectToHost(QStringLiteral("127.0.0.1"), m_port);
                return m_server->state() == QProcess::NotRunning || socket.waitForConnected(1000);
            },
            30'000);
        return isThere && m_server->state() == QProcess::Running ? true : fail(QString::fromUtf8(m_server->readAll()));
    }

    /// The machine is gone: its server, and every connection. What was started there goes on.
    void stop()
    {
        cut();
        if (m_server && m_server->state() != QProcess::NotRunning) {
            m_server->kill();
            m_server->waitForFinished();
        }
        m_server.reset();
    }

    /// Ends every connection; new ones are welcome.
    void cut()
    {
        for (const qint64 pid : sessions())
            ::kill(pid_t(pid), SIGKILL);
    }

    quint16 port() const { return m_port; }
    QString name() const { return m_name; }
    QString why() const { return m_why; }
    QString file(const char *name) const { return m_root.filePath(QLatin1StringView(name)); }
    QString home() const { return file("home"); }
    void writeFleet(const QByteArray &toml) const { write("home/.config/hephaestus/fleet.toml", toml); }

    /// The command lines that came, in their order.
    QStringList commands() const { return QString::fromUtf8(read("state/commands")).split(u'\n', Qt::SkipEmptyParts); }
    void forgetCommands() const { write("state/commands", {}); }

    /// How many connections there are.
    int connections() const
    {
        QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(m_server ? m_server->processId() : 0));
        return children.open(QIODevice::ReadOnly) ? int(children.readAll().split(' ').size()) - 1 : 0;
    }

    /// The server's processes, one or two of each connection.
    QList<qint64> sessions() const
    {
        if (!m_server || m_server->processId() <= 0)
            return {};
        QList<qint64> found;
        collect(m_server->processId(), found);
        return found;
    }

    void write(const char *name, const QByteArray &text, bool isProgram = false) const
    {
        QFile out(file(name));
        if (!out.open(QIODevice::WriteOnly) || out.write(text) != text.size())
            qFatal("%s cannot be written", name);
        out.setPermissions(QFile::ReadOwner | QFile::WriteOwner | (isProgram ? QFile::ExeOwner : QFile::Permission()));
        giveToUser(name);
    }

    /// What the user of that machine reads or runs, where it is another one.
    void giveToUser(const QByteArray &name) const
    {
        const bool isTheirs =
            name.startsWith("home") || name.startsWith("state") || name == "login" || name == "authorized_keys";
        if (m_uid != 0 && isTheirs && ::chown(file(name.constData()).toUtf8().constData(), m_uid, m_uid) != 0)
            qFatal("%s cannot be given to another user", name.constData());
    }

private:
    QByteArray read(const char *name) const
    {
        QFile in(file(name));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }

    /// sshd and its children by that name, not what they run for the user.
    static void collect(qint64 parent, QList<qint64> &found)
    {
        QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(parent));
        if (!children.open(QIODevice::ReadOnly))
            return;
        for (const QByteArray &word : children.readAll().split(' ')) {
            const qint64 pid = word.trimmed().toLongLong();
            QFile name(QStringLiteral("/proc/%1/comm").arg(pid));
            if (pid <= 0 || !name.open(QIODevice::ReadOnly) || !name.readAll().startsWith("sshd"))
                continue;
            found << pid;
            collect(pid, found);
        }
    }

    /// From OpenSSH 9.8 on, a server refuses an address for a while that failed to log in.
    static bool hasPenalties()
    {
        QProcess ssh;
        ssh.setProcessChannelMode(QProcess::MergedChannels);
        ssh.start(QStringLiteral("/usr/bin/ssh"), {QStringLiteral("-V")}); // of the same source as the server
        ssh.waitForFinished();
        const QByteArray version = ssh.readAll().mid(int(sizeof "OpenSSH_" - 1));
        const QList<QByteArray> parts = version.left(8).replace('p', '.').split('.');
        return parts.size() > 1 && (parts[0].toInt() > 9 || (parts[0].toInt() == 9 && parts[1].toInt() >= 8));
    }

    void makeUser()
    {
        ::chmod(m_root.path().toUtf8().constData(), 0711);
        QFile users(QStringLiteral("/etc/passwd"));
        if (!users.open(QIODevice::ReadOnly))
            qFatal("no /etc/passwd");
        const QByteArray id = QByteArray::number(m_uid);
        write("passwd", users.readAll() + m_user + ":*:" + id + ':' + id + "::" + file("home").toUtf8() + ":/bin/sh\n");
        ::chmod(file("passwd").toUtf8().constData(), 0644);
    }

    bool takePort()
    {
        QTcpServer server;
        if (!server.listen(QHostAddress::LocalHost))
            return false;
        m_port = server.serverPort();
        return true;
    }

    void writeServerConfig()
    {
        write("sshd_config",
              "Port " + QByteArray::number(m_port) + "\nListenAddress 127.0.0.1\nHostKey " + file("host_key").toUtf8()
                  + "\nAuthorizedKeysFile " + file("authorized_keys").toUtf8()
                  + "\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                    "PermitRootLogin yes\nPidFile none\nForceCommand "
                  + file("login").toUtf8() + "\nMaxSessions 100\nMaxStartups 100\n"
                  + (hasPenalties() ? "PerSourcePenalties no\n" : "") + m_extra);
    }

    void writeClientConfig(const char *key)
    {
        write("ssh_config",
              m_others + "Host " + m_name.toUtf8() + (hasOwnUser() ? "\n  User " + m_user : QByteArray())
                  + "\n  HostName 127.0.0.1\n  Port " + QByteArray::number(m_port) + "\n  IdentityFile "
                  + file(key).toUtf8() + "\n  IdentitiesOnly yes\n  UserKnownHostsFile " + file("known_hosts").toUtf8()
                  + "\n  GlobalKnownHostsFile none\n  UpdateHostKeys no\n");
    }

    bool run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program, arguments);
        if (process.waitForFinished() && process.exitCode() == 0)
            return true;
        return fail(program + QStringLiteral(": ") + process.errorString() + QString::fromUtf8(process.readAll()));
    }

    bool fail(const QString &why)
    {
        m_why = why;
        return false;
    }

    QTemporaryDir m_root;
    const QString m_name;
    std::unique_ptr<QProcess> m_server;
    QByteArray m_path;
    QByteArray m_extra;
    QByteArray m_others; ///< lines of ssh_config
    QByteArray m_user;
    uid_t m_uid = 0; ///< 0: who runs the test
    QString m_why;
    quint16 m_port = 0;
};

} // namespace Hephaestus::Test
