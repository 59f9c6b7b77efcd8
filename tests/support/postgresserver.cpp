// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/postgresserver.h"

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTest>

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

PostgresServer::PostgresServer() : m_directory(QDir::tempPath() + u"/hephaestus-pg-"_s)
{
    m_server.setProcessChannelMode(QProcess::MergedChannels);
}

PostgresServer::~PostgresServer() { stop(); }

QString PostgresServer::start()
{
    if (m_server.state() != QProcess::NotRunning)
        return {};
    if (!m_made) {
        if (const QString error = makeCluster(); !error.isEmpty())
            return error;
        m_made = true;
    }
    if (m_port == 0) {
        QTcpServer free;
        if (!free.listen(QHostAddress::LocalHost))
            return free.errorString();
        m_port = free.serverPort();
    }
    asServerUser(m_server,
                 {command(u"postgres"_s), u"-D"_s, m_directory.filePath(u"data"_s), u"-k"_s, m_directory.path(),
                  u"-p"_s, QString::number(m_port), u"-c"_s, u"listen_addresses=127.0.0.1"_s, u"-c"_s, u"fsync=off"_s,
                  u"-c"_s, u"max_connections=20"_s});
    if (!QTest::qWaitFor([this] { return m_server.state() == QProcess::NotRunning || answers(); }, 60'000)
        || m_server.state() == QProcess::NotRunning)
        return u"the server does not come up: "_s + QString::fromUtf8(m_server.readAll());
    return {};
}

void PostgresServer::stop()
{
    if (m_server.state() == QProcess::NotRunning)
        return;
    ::kill(pid_t(m_server.processId()), SIGQUIT); // immediate: ends its children, frozen or not, within 5 s
    if (!m_server.waitForFinished(15000))
        m_server.kill();
    m_server.waitForFinished();
}

QList<qint64> PostgresServer::backends(const QString &application) const
{
    QList<qint64> pids;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QPSQL"_s, u"observer"_s);
        database.setHostName(m_directory.path());
        database.setPort(m_port);
        database.setUserName(user());
        database.setDatabaseName(u"postgres"_s);
        database.setConnectOptions(u"application_name=observer"_s);
        if (database.open()) {
            QSqlQuery query(database);
            query.prepare(u"SELECT pid FROM pg_stat_activity WHERE application_name = ?"_s);
            query.addBindValue(application);
            query.exec();
            while (query.next())
                pids << query.value(0).toLongLong();
        }
    }
    QSqlDatabase::removeDatabase(u"observer"_s);
    return pids;
}

QString PostgresServer::command(const QString &program) const
{
    const QDir versions(u"/usr/lib/postgresql"_s);
    QStringList places;
    for (const QString &version : versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        places.prepend(versions.filePath(version + u"/bin"_s));
    const QString found = QStandardPaths::findExecutable(program, places);
    return found.isEmpty() ? QStandardPaths::findExecutable(program) : found;
}

void PostgresServer::asServerUser(QProcess &process, const QStringList &argv) const
{
    QStringList all{u"setpriv"_s, u"--pdeathsig=QUIT"_s}; // a test that crashes leaves no server behind
    if (::geteuid() == 0)
        all << u"--reuid=postgres"_s << u"--regid=postgres"_s << u"--clear-groups"_s;
    all += argv;
    process.setWorkingDirectory(m_directory.path());
    process.start(all.first(), all.mid(1));
}

QString PostgresServer::makeCluster()
{
    if (command(u"initdb"_s).isEmpty())
        return u"initdb is not installed (package postgresql)"_s;
    QFile passwordFile(m_directory.filePath(u"password"_s));
    if (!passwordFile.open(QIODevice::WriteOnly))
        return passwordFile.errorString();
    passwordFile.write(password());
    passwordFile.close();
    if (::geteuid() == 0) {
        const struct passwd *postgres = ::getpwnam("postgres");
        if (!postgres)
            return u"no user postgres (package postgresql)"_s;
        for (const QString &path : {m_directory.path(), passwordFile.fileName()}) {
            if (::chown(path.toUtf8().constData(), postgres->pw_uid, postgres->pw_gid) != 0)
                return u"cannot give %1 to postgres"_s.arg(path);
        }
    }
    QProcess initdb;
    initdb.setProcessChannelMode(QProcess::MergedChannels);
    asServerUser(initdb,
                 {command(u"initdb"_s), u"-D"_s, m_directory.filePath(u"data"_s), u"-U"_s, user(), u"--no-sync"_s,
                  u"--auth-local=trust"_s, u"--auth-host=scram-sha-256"_s, u"--pwfile="_s + passwordFile.fileName(),
                  u"--locale=C"_s, u"-E"_s, u"UTF8"_s});
    if (!initdb.waitForFinished(60000) || initdb.exitCode() != 0)
        return QString::fromUtf8(initdb.readAll());
    return {};
}

bool PostgresServer::answers() const { return !backends(u"observer"_s).isEmpty(); }

} // namespace Hephaestus
