// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace Hephaestus {

/// A PostgreSQL server of the test's own, in a temporary directory: user `hephaestus`, password `pg-secret-7`, database
/// `postgres`, on loopback and a Unix socket. Stopped and removed with the object. Run by root it becomes the user
/// postgres, since the server refuses to run as root.
class PostgresServer
{
public:
    PostgresServer();
    ~PostgresServer();

    /// Makes the cluster if need be and starts the server; returns what went wrong, empty if it answers.
    QString start();
    /// As the command `pg_ctl stop -m immediate` would.
    void stop();

    int port() const { return m_port; }
    static QString user() { return QStringLiteral("hephaestus"); }
    static QByteArray password() { return "pg-secret-7"; }

    /// The processes serving connections of that application, as the server itself tells.
    QList<qint64> backends(const QString &application = QStringLiteral("hephaestus")) const;

private:
    QString command(const QString &program) const;
    void asServerUser(QProcess &process, const QStringList &argv) const;
    QString makeCluster();
    bool answers() const;

    QTemporaryDir m_directory;
    QProcess m_server;
    int m_port = 0;
    bool m_made = false;
};

} // namespace Hephaestus
